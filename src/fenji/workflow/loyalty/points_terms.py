"""By which rules are points earned, kept, spent and lost today? The program in force, in words and in figures."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path

from fenji.answers.loyalty.points_customer import TermsResult
from fenji.domain.loyalty.program import THOUSAND
from fenji.domain.words import Spoken, Words
from fenji.errors import FenjiError
from fenji.wording.programs import program_lines
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace, policies_of, policy_in_force
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import Points


def program_terms(root: Path, *, program: str | None = None) -> TermsResult:
    """The version of a program that is in force today; where the first one begins later, that one.

    Raises:
        NotFound: no workspace, or no such program.
    """
    workspace = open_workspace(root, by_customer=True)
    return Desk(workspace, program).read(partial(_terms, workspace))


def _terms(workspace: Workspace, points: Points) -> TermsResult:
    versions = points.program.versions
    rules = next((each for each in reversed(versions) if each.effective_on <= points.today), versions[0])
    currency = workspace.settings.currency
    return TermsResult(
        rules.slug,
        rules.version,
        rules.effective_on,
        points.today,
        Spoken(partial(program_lines, rules, _names(workspace), currency)),
        {tier: _plain(factor) for tier, factor in rules.earn.factors.items()},
        rules.adjust.reasons,
        rules.adjust.above,
        rules.redeem.worth_of(1),
        currency,
        rules.referral is not None,
    )


def _plain(thousandths: int) -> Decimal:
    return Decimal(thousandths) / THOUSAND


def _names(workspace: Workspace) -> dict[str, Words]:
    """What the tiers are called; nothing where no policy is in force, so that their names for scripts stand there."""
    try:
        day = today(workspace.settings.time_zone)
        policy = policy_in_force(policies_of(workspace), workspace.settings.policy, as_of=day).policy
    except FenjiError:
        return {}
    return {each.slug: each.name for each in policy.tiers}
