"""What do the tiers give, in words: which benefits are in force, and from what is their cost counted?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fenji.analyze.metrics.events import kinds_named
from fenji.answers.loyalty.words import BenefitInWords, BenefitsInWords, TierNamed
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.wording.benefits import cost_sentence
from fenji.wording.rules import Voice
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace, own_metrics_of, policies_of, policy_in_force
from fenji.workspace.loyalty.benefits import benefits_on
from fenji.workspace.tiering import registry_of


def describe_benefits(root: Path, *, policy: str | None = None, on: date | None = None) -> BenefitsInWords:
    """The benefits that are in force for the tiers of a policy, in words.

    Args:
        root: the workspace.
        policy: None: the one of the settings, or the only one.
        on: the day; None: today.

    Raises:
        NotFound: no workspace, no policy, or no benefits for its tiers.
    """
    workspace = open_workspace(root, by_customer=True)
    day = on or today(workspace.settings.time_zone)
    rules = policy_in_force(policies_of(workspace), policy or workspace.settings.policy, as_of=day).policy
    benefits = None
    if workspace.state.is_there:
        with workspace.state.reading() as t:
            benefits = benefits_on(t, rules.slug, day)
    if benefits is None:
        raise NotFound.of(_("no benefits are in force for the tiers of policy {policy} on {day}."), policy=rules.slug, day=day)
    known = {each.slug: each for each in registry_of(own_metrics_of(workspace), rules, kinds_named(benefits.metrics))}
    voice = Voice(known, workspace.settings.currency)
    return BenefitsInWords(
        benefits.heading.version,
        rules.slug,
        tuple(TierNamed(each.slug, each.name) for each in rules.tiers),
        tuple(BenefitInWords(each.slug, voice.say(cost_sentence, each)) for each in benefits.benefits),
        day,
    )
