"""Which benefits are in force, and what would they cost under another policy?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from fenji.act.benefits import costs_of
from fenji.answers.loyalty.benefits import BenefitCostChange
from fenji.answers.whatif import ComparedTier
from fenji.documents.benefits import benefits_document_from_text
from fenji.domain.loyalty.benefits import Benefits, TierCost, TierFacts
from fenji.domain.loyalty.program import Program
from fenji.domain.loyalty.published import DocumentKind
from fenji.state.transaction import Transaction
from fenji.workspace.folder import Workspace
from fenji.workspace.loyalty.programs import programs_in


def benefits_on(t: Transaction, policy: str, day: date) -> Benefits | None:
    """The benefits of a policy's tiers that are in force on a day; None: none are."""
    found = [
        _read(each.text, f"{each.heading.slug} {each.heading.version}")
        for each in t.loyalty.documents.list_published(DocumentKind.BENEFITS)
        if each.heading.effective_on <= day
    ]
    return next((each for each in reversed(found) if each.policy == policy), None)


def program_on(t: Transaction, day: date) -> Program | None:
    """The only loyalty program, as it is in force on a day; None: there is none, or there are several."""
    found = list(programs_in(t).values())
    if len(found) != 1 or found[0].versions[0].effective_on > day:
        return None
    return found[0].on(day)


def cost_of_change(
    workspace: Workspace, policy: str, current: Sequence[ComparedTier], new: Sequence[ComparedTier], *, on: date
) -> BenefitCostChange | None:
    """What the benefits cost a year under both of two compared policies; None: none are in force for the tiers of the current one.

    Args:
        workspace: where benefits and programs are published.
        policy: the one in force, whose tiers have benefits.
        current: its tiers, as customers stand in them.
        new: the tiers of the other policy; benefits go by the names of tiers.
        on: the day whose benefits count: a version that takes effect later plays no part.
    """
    if not workspace.state.is_there:
        return None
    benefits, program = workspace.state.recall(
        ("benefits and program", policy, on), lambda t: (benefits_on(t, policy, on), program_on(t, on))
    )
    if benefits is None:
        return None
    sides = [costs_of(benefits, [_facts(each) for each in tiers], program) for tiers in (current, new)]
    lacking = tuple(dict.fromkeys(each.benefit for side in sides for each in side if each.cost is None))
    before, after = (_total(side, lacking) for side in sides)
    return BenefitCostChange(benefits.heading.version, before, after, after - before, lacking)


def _total(costs: Sequence[TierCost], lacking: Sequence[str]) -> Decimal:
    return sum((each.cost for each in costs if each.cost is not None and each.benefit not in lacking), Decimal(0))


def _facts(tier: ComparedTier) -> TierFacts:
    return TierFacts(tier.tier, tier.customers, tier.net_revenue_12m)


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Benefits:
    return benefits_document_from_text(text, name).benefits
