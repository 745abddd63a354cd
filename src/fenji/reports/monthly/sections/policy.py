"""By which rules do tiers come about, what has changed in them, which tiers were given by hand, and when is the next review?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fenji.answers.policies import OverrideRow, OverridesResult, PolicyResult, VersionsResult
from fenji.domain.policies import ReviewPeriod
from fenji.domain.reporting import ReportComparison, ReportSection
from fenji.domain.reviews import coming_reviews
from fenji.domain.telling import PERSONAL, WITHHELD
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import missing, tier_column
from fenji.reports.monthly.record import Block, Column, Missing, Passage, Row, Section, Table
from fenji.wording import figures
from fenji.wording.policies import policy_in_words
from fenji.wording.rules import Wording

TITLE = _("Policy and reviews")
REVIEWS = 6
"""Coming reviews of the calendar."""
OVERRIDES = 12
"""Tiers given by hand that are listed; the others are counted."""


def policy(asked: Asked) -> Section:
    """The rules in words, changes, overrides, and the calendar."""
    say, rules = asked.say, asked.grounds.rules
    if isinstance(rules, NotThere):
        return Section(ReportSection.POLICY, say(TITLE), rules.sentence, (missing(say(TITLE), rules),))
    return Section(
        ReportSection.POLICY,
        say(TITLE),
        _sentence(rules, say),
        (*_rules(rules, say), _changes(asked, rules), *_overrides(asked), _calendar(rules, say)),
    )


def _sentence(rules: PolicyResult, say: Reader) -> str:
    text = _("Tiers follow the policy {policy}, version {version}, in force since {day}, by {author}.")
    return say(text, policy=rules.policy, version=rules.version, day=rules.effective_on, author=rules.author)


def _rules(rules: PolicyResult, say: Reader) -> tuple[Block, ...]:
    wording = Wording({each.slug: each for each in rules.registry}, say.language, rules.currency)
    told = policy_in_words(rules.document, wording)
    colors, joint = colors_of([each.tier for each in told.tiers]), say(_("; "))
    same = say(_("as to reach it"))
    lowest = say(_("nothing is needed"))
    rows = tuple(
        Row((each.name, joint.join(each.qualify), joint.join(each.keep) or (lowest if rank == 0 else same)), colors[each.tier])
        for rank, each in reversed(list(enumerate(told.tiers)))
    )
    columns = (
        tier_column(say, 14),
        Column("qualify", say(_("To reach it")), width=44),
        Column("keep", say(_("To keep it")), width=36),
    )
    more = (*told.review, *told.caps, *told.variants, *told.score)
    return Table("rules", say(_("The rules in words")), columns, rows), Passage("", more)


def _changes(asked: Asked, rules: PolicyResult) -> Block:
    """Versions that took effect since the review before."""
    say, found, since = asked.say, asked.grounds.versions, asked.earlier(ReportComparison.MONTH)
    title = say(_("Changes since the review before"))
    if isinstance(found, NotThere):
        return missing(title, found)
    rows = tuple(Row(each) for each in _changed(found, rules, since, say))
    if not rows:
        return Passage(title, (say(_("The policy has not changed.")),))
    columns = (
        Column("version", say(_("Version")), width=10),
        Column("effective", say(_("In force from")), width=12),
        Column("author", say(_("Author")), width=16),
        Column("approved", say(_("Approved by")), width=16),
        Column("why", say(_("Why")), width=40),
    )
    return Table("policy_changes", title, columns, rows)


def _changed(found: VersionsResult, rules: PolicyResult, since: date | None, say: Reader) -> Iterator[tuple[str, ...]]:
    for each in found.versions:
        is_new = each.effective_on <= rules.as_of and (since is None or each.effective_on > since)
        if each.policy == rules.policy and each.published_at is not None and is_new:
            approved = each.approved_by or say(_("published from a file"))
            yield str(each.version), figures.day(each.effective_on), each.author, approved, each.why


def in_force(found: OverridesResult, policy: str, day: date) -> list[OverrideRow]:
    """The tiers given by hand that count on a day: of one customer the one that was recorded last."""
    last: dict[tuple[str, str], OverrideRow] = {}
    for each in found.overrides:
        is_over = each.ended_from_on is not None and each.ended_from_on <= day
        if each.policy == policy and each.begins_on <= day <= each.ends_on and not is_over:
            last[each.source, each.customer_id] = each
    return sorted(last.values(), key=lambda each: each.ends_on)


def _overrides(asked: Asked) -> tuple[Block, ...]:
    say, found = asked.say, asked.grounds.overrides
    title = say(_("Tiers given by hand"))
    if isinstance(found, NotThere):
        return (missing(title, found),)
    own = in_force(found, asked.tiers.policy, asked.tiers.as_of)
    if not own:
        return (Passage(title, (say(_("No tier was given by hand.")),)),)
    names = {each.tier: say.name(each.name) for each in asked.tiers.tiers}
    columns = (
        Column("customer", say(_("Customer")), width=18),
        Column("tier", say(_("Tier")), width=14),
        Column("until", say(_("Until")), width=12),
        Column("person", say(_("Decided by")), width=16),
        Column("reason", say(_("Why")), width=34),
    )
    rows = tuple(
        Row(
            (
                say.view.text(each.customer_id, PERSONAL),
                names.get(each.tier, each.tier),
                figures.day(each.ends_on),
                each.person,
                say.view.text(each.reason, WITHHELD),
            )
        )
        for each in own[:OVERRIDES]
    )
    text = _("{count} {count:tier is|tiers are} in force by hand; {shown} are listed, those that end first.")
    return (Table("overrides", title, columns, rows, say(text, count=len(own), shown=len(rows))),)


def _calendar(rules: PolicyResult, say: Reader) -> Block:
    title, every = say(_("The next reviews")), rules.document.review.every
    if every is ReviewPeriod.ANNIVERSARY:
        return Missing(title, say(_("Every customer has a review day of its own, so there is no calendar.")))
    days = coming_reviews(rules.as_of, every, REVIEWS)
    return Passage(title, (say(_(", ")).join(figures.day(each) for each in days),))
