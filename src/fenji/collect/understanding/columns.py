"""Which column of a sampled table fills which field of a feed, how sure is that, and why?

Headers propose, cells confirm or veto: a column called date that holds amounts fills no date. Where no header fits, the cells alone may
propose a column, as a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fenji.collect.header_names import COMPANY_NAMES
from fenji.collect.headers import Confidence, lookup_key, matches_for, money_unit
from fenji.collect.remarks import Remark
from fenji.collect.understanding.evidence import MOST, Verdict, judge
from fenji.collect.understanding.money import settle_amount, settle_balance, settle_refund
from fenji.collect.understanding.platforms import Platform
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.language import message as _

PERSON_FIELDS = ("customer_id", "phone", "email", "union_id")
MOST_UNLABELLED = 200
"""Columns without a known header whose cells are looked at; more would take long and no table of people has them."""
_AMOUNTS = frozenset({"line_amount", "order_amount"})

_SALE_OR_RETURN = re.compile("退|销售|return|refund|sale|credit", re.IGNORECASE)

_ASKS_SCORE = re.compile("满意|评分|打分|推荐给|愿意推荐|nps|satisf|recommend|rate|score")
_ASKS_WORDS = re.compile("建议|意见|原因|评价|suggest|comment|reason")

_KNOWN = _("known header, and the cells agree")
_USUAL = _("usual header, and the cells agree")
_VAGUE = _("vague header; the cells would fit")
_KNOWN_SILENT = _("known header; the cells leave it open")
_KNOWN_EMPTY = _("known header; its cells are empty in the sample")
_OF_PLATFORM = _("column of this platform's export")


@dataclass(frozen=True)
class Choice:
    """The columns chosen for a feed, in the feed's order of fields, and what was found on the way."""

    feed: Feed
    columns: tuple[ProposedColumn, ...]
    notes: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    def column(self, field: str) -> ProposedColumn | None:
        """What fills a field, if anything does."""
        return next((column for column in self.columns if column.field == field), None)

    @property
    def has_amount(self) -> bool:
        """Whether the money of a sale can be told."""
        names = {column.field for column in self.columns}
        return bool(names & _AMOUNTS) or {"quantity", "unit_price"} <= names

    @property
    def has_person(self) -> bool:
        """Whether a column says whose the rows are."""
        return any(column.field in PERSON_FIELDS for column in self.columns)


@dataclass(frozen=True)
class _Candidate:
    field: Field
    header: str
    confidence: Confidence
    rank: int
    verdict: Verdict
    is_empty: bool
    is_of_platform: bool = False

    @property
    def order(self) -> tuple[bool, int, bool, int]:
        return (not self.is_of_platform, self.confidence.order, self.is_empty, self.rank)


def choose_columns(table: SampledTable, feed: Feed, platform: Platform | None = None) -> Choice:
    """The best column for every field of a feed.

    Each column fills at most one field, except that the time of payment stands in for a missing time of order.
    """
    platform = platform if platform and platform.feed is feed else None
    candidates = _candidates(table, feed, platform)
    taken = _assign(candidates)
    chosen = {field: _column(candidate) for field, candidate in taken.items()}
    notes: tuple[Remark, ...] = ()
    if feed is Feed.ORDER_LINE:
        settles_itself = platform is not None and any(platform.columns.get(name) for name in _AMOUNTS)
        chosen, from_amount = settle_amount(table, chosen, is_settled=settles_itself)
        chosen, from_balance = settle_balance(table, chosen)
        chosen, from_refund = settle_refund(table, chosen)
        chosen = _with_company_as_customer(table, _with_time_of_payment(chosen))
        notes = (*from_amount, *from_balance, *from_refund)
    chosen |= _unlabelled(table, feed, chosen)
    if platform and platform.channel:
        constant = Remark(_("the platform is recognised by its headers"))
        chosen["channel"] = ProposedColumn("channel", Confidence.SURE, constant, constant=platform.channel)
    columns = tuple(chosen[field.name] for field in FEEDS[feed] if field.name in chosen)
    return Choice(feed, columns, notes, _warnings(candidates, chosen))


def _candidates(table: SampledTable, feed: Feed, platform: Platform | None) -> list[_Candidate]:
    fields = {field.name: field for field in FEEDS[feed]}
    preferred = (
        {name: [lookup_key(each) for each in names.split()] for name, names in platform.columns.items()} if platform else {}
    )
    found: list[_Candidate] = []
    for header in table.headers:
        key = lookup_key(header)
        named = {
            match.field: (match.confidence, match.rank, False)
            for match in matches_for(header, feed)
            if match.field not in preferred
        }
        named |= {name: (Confidence.SURE, keys.index(key), True) for name, keys in preferred.items() if key in keys}
        for name, (confidence, rank, is_of_platform) in named.items():
            seen = table.evidence(header)
            verdict = judge(name, fields[name].cell, seen)
            if (feed, name) == (Feed.ORDER_LINE, "kind") and not _SALE_OR_RETURN.search(" ".join(filter(None, seen.values))):
                # 订单类型 and the like sort orders in many ways; only sales and returns matter to us.
                verdict = Verdict.VETOED
            found.append(_Candidate(fields[name], header, confidence, rank, verdict, seen.filled == 0, is_of_platform))
    return found


def _assign(candidates: list[_Candidate]) -> dict[str, _Candidate]:
    taken: dict[str, _Candidate] = {}
    used: set[str] = set()
    for candidate in sorted(candidates, key=lambda each: (*each.order, each.field.name, each.header)):
        fits = candidate.verdict in {Verdict.CONFIRMED, Verdict.SILENT}
        # A vague name needs cells that speak for it.
        fits = fits and (candidate.confidence is not Confidence.GUESS or candidate.verdict is Verdict.CONFIRMED)
        if fits and candidate.field.name not in taken and candidate.header not in used:
            taken[candidate.field.name] = candidate
            used.add(candidate.header)
    return taken


def _column(candidate: _Candidate) -> ProposedColumn:
    confidence, why = candidate.confidence, _KNOWN
    if candidate.is_empty:
        confidence, why = max(confidence, Confidence.LIKELY, key=lambda each: each.order), _KNOWN_EMPTY
    elif candidate.is_of_platform:
        why = _OF_PLATFORM
    elif confidence is Confidence.SURE and candidate.verdict is Verdict.SILENT:
        confidence, why = Confidence.LIKELY, _KNOWN_SILENT
    elif confidence is not Confidence.SURE:
        why = _USUAL if confidence is Confidence.LIKELY else _VAGUE
    proposed = ProposedColumn(candidate.field.name, confidence, Remark(why), column=candidate.header)
    return replace(proposed, unit=money_unit(candidate.header)) if candidate.field.cell is Cell.MONEY else proposed


def _with_time_of_payment(chosen: dict[str, ProposedColumn]) -> dict[str, ProposedColumn]:
    paid = chosen.get("paid_at")
    if paid is None or "ordered_at" in chosen:
        return chosen
    why = Remark(_("no column with the time of the order; the time of payment stands in"))
    return chosen | {"ordered_at": replace(paid, field="ordered_at", confidence=Confidence.LIKELY, why=why)}


def _with_company_as_customer(table: SampledTable, chosen: dict[str, ProposedColumn]) -> dict[str, ProposedColumn]:
    """Business customers are often known by their name alone."""
    if any(name in chosen for name in PERSON_FIELDS):
        return chosen
    header = table.header_called(COMPANY_NAMES)
    if header is None or judge("customer_name", Cell.TEXT, table.evidence(header)) is not Verdict.CONFIRMED:
        return chosen
    if judge("customer_id", Cell.ID, table.evidence(header)) is not Verdict.CONFIRMED:
        return chosen
    why = Remark(_("no customer id; the name stands in, so two customers of one name would be one"))
    return chosen | {"customer_id": ProposedColumn("customer_id", Confidence.GUESS, why, column=header)}


def _unlabelled(table: SampledTable, feed: Feed, chosen: dict[str, ProposedColumn]) -> dict[str, ProposedColumn]:
    """Columns whose header says nothing but whose cells can be only one thing."""
    used = {column.column for column in chosen.values()}
    silent = [header for header in table.headers if header not in used and not matches_for(header, feed)][:MOST_UNLABELLED]
    fields = {field.name for field in FEEDS[feed]}
    found: dict[str, ProposedColumn] = {}
    for header in silent:
        seen = table.evidence(header)
        signs = (
            ("phone", seen.mobile, _("the cells look like mobile numbers")),
            ("email", seen.email, _("the cells look like e-mail addresses")),
            ("region", seen.province, _("the cells are names of provinces")),
            ("gender", seen.gender * (seen.number == 0 and seen.distinct > 1), _("the cells look like genders")),
            (
                "score",
                seen.number * bool(_ASKS_SCORE.search(lookup_key(header))),
                _("a question for a score, and the cells are numbers"),
            ),
            ("text", float(bool(_ASKS_WORDS.search(lookup_key(header)))), _("a question for the customer's own words")),
        )
        for name, share, why in signs:
            if name in fields and name not in chosen and name not in found and seen.filled and share >= MOST:
                found[name] = ProposedColumn(name, Confidence.GUESS, Remark(why), column=header)
                break
    return found | _only_moment(table, feed, chosen, silent)


def _only_moment(
    table: SampledTable, feed: Feed, chosen: dict[str, ProposedColumn], silent: list[str]
) -> dict[str, ProposedColumn]:
    needed = [field for field in FEEDS[feed] if field.required and field.cell is Cell.MOMENT and field.name not in chosen]
    moments = [header for header in silent if table.evidence(header).moment >= MOST]
    if not needed or len(moments) != 1:
        return {}
    why = Remark(_("the only column whose cells look like dates"))
    return {needed[0].name: ProposedColumn(needed[0].name, Confidence.GUESS, why, column=moments[0])}


def _warnings(candidates: list[_Candidate], chosen: dict[str, ProposedColumn]) -> tuple[Remark, ...]:
    used = {column.column for column in chosen.values()}
    found: dict[str, Remark] = {}
    for candidate in candidates:
        if candidate.header in used or candidate.header in found or candidate.confidence is Confidence.GUESS:
            continue
        if candidate.verdict is Verdict.MASKED and candidate.field.name not in chosen:
            text = _("'{column}' is masked (*) in the sample and cannot tell people apart: not used.")
            found[candidate.header] = Remark(text, {"column": candidate.header})
        elif (
            candidate.verdict is Verdict.VETOED and candidate.field.name not in chosen and candidate.confidence is Confidence.SURE
        ):
            text = _("'{column}' is called like {field}, but its cells do not fit: not used.")
            found[candidate.header] = Remark(text, {"column": candidate.header, "field": candidate.field.name})
    return tuple(found.values())
