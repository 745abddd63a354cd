"""What do the offers in force say, in words: what they give, to whom, when and how often?"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path

from fenji.analyze.metrics.events import kinds_named
from fenji.answers.loyalty.offers import OfferRow
from fenji.answers.loyalty.words import OfferInWords, OffersInWords
from fenji.domain.loyalty.offers import Offers
from fenji.domain.loyalty.vouchers import OfferCount
from fenji.domain.words import Spoken, Words
from fenji.errors import NotFound
from fenji.language import Language
from fenji.language import message as _
from fenji.wording.offers import gives, offer_lines
from fenji.wording.rules import Voice
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace, own_metrics_of, policies_of, policy_in_force
from fenji.workspace.loyalty.offers import offers_of
from fenji.workspace.tiering import registry_of


def describe_offers(root: Path, *, on: date | None = None) -> OffersInWords:
    """The offers that are in force on a day, in words.

    Args:
        root: the workspace.
        on: the day; None: today.

    Raises:
        NotFound: no workspace, no policy whose tiers are named, or no offers are published.
        RulesNotInForce: the first version begins later.
    """
    workspace = open_workspace(root, by_customer=True)
    day = on or today(workspace.settings.time_zone)
    if not workspace.state.is_there:
        raise NotFound.of(_("no offers have been published."))
    with workspace.state.reading() as t:
        offers = offers_of(t).on(day)
    names, voice = _words(workspace, offers, day)
    currency = workspace.settings.currency
    return OffersInWords(
        offers.heading.version,
        tuple(
            OfferInWords(
                each.slug,
                Spoken(partial(_gives, OfferRow.of(each, OfferCount(each.slug, 0, 0, 0, 0)), currency)),
                voice.say(offer_lines, each, names),
                each.is_personal,
            )
            for each in offers.offers
        ),
        currency,
        day,
    )


def _gives(row: OfferRow, currency: str, language: Language) -> str:
    return gives(row, language, currency)


def _words(workspace: Workspace, offers: Offers, day: date) -> tuple[dict[str, Words], Voice]:
    """What the tiers of the policy and the metrics of the conditions are called."""
    policy = policy_in_force(policies_of(workspace), workspace.settings.policy, as_of=day).policy
    named = [word for each in offers.offers for line in each.for_whom.conditions for word in re.findall(r"[a-z][a-z0-9_]*", line)]
    known = {each.slug: each for each in registry_of(own_metrics_of(workspace), policy, kinds_named(named))}
    return {each.slug: each.name for each in policy.tiers}, Voice(known, workspace.settings.currency)
