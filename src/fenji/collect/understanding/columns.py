"""Which column of a sampled table fills which field of a feed, how sure is that, and why?

Headers propose, cells confirm or veto: a column called date that holds amounts fills no date. Where no header fits, the cells alone may
propose a column, as a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.header_names import COMPANY_NAMES
from fenji.collect.header_words import HeaderWords, senses_of
from fenji.collect.headers import Confidence, lookup_key, matches_for, money_unit
from fenji.collect.remarks import Remark
from fenji.collect.understanding.amounts import (
    Standing,
    before_discount,
    income_columns,
    is_explained,
    is_of_order,
    settle_amount,
    settle_balance,
    settle_price,
    settle_refund,
    standing_of,
)
from fenji.collect.understanding.evidence import MOST, TOO_MASKED, Evidence
from fenji.collect.understanding.order_numbers import PERSON_FIELDS, Numbered, settle_order_number
from fenji.collect.understanding.platforms import Platform
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.collect.understanding.table import SampledTable
from fenji.collect.understanding.verdicts import Verdict, judge
from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.language import message as _

MOST_UNLABELLED = 200
"""Columns without a known header whose cells are looked at; more would take long and no table of people has them."""
_AMOUNTS = frozenset({"line_amount", "order_amount"})
_PERSON_IDS = frozenset({"customer_id", "union_id"})
_OF_ACCOUNT = re.compile(r"[0-9_@#*]|公司|厂|店|行$|有限|集团|\b(?:inc|ltd|llc|gmbh|corp|co)\b", re.IGNORECASE)
_STRICT_ID = "编号 号 id 编码 代码 卡号 number no code key 账号"
FEWEST_ALIKE = 10
"""Rows that all say the same before a column that nobody knows tells no people apart."""
_COMPOSED_RANK = 1000
"""Behind every name that stands in a list."""

_SALE_OR_RETURN = re.compile(
    "退|销售|消费|购买|下单|成交|purchase|还款|提现|充值|储值|转账|手续费|return|refund|sale|credit|withdraw|payout|transfer|top.?up|deposit|repayment|fee",
    re.IGNORECASE,
)

_OF_FEEDBACK = re.compile("nps|推荐|投诉|complain|满意|satisf|csat|问卷|survey|questionnaire|评价|review|rating", re.IGNORECASE)
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
    notes: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    rival: str | None = None
    """A column of money that could be the amount just as well as the one that was chosen."""

    def column(self, field: str) -> ProposedColumn | None:
        """What fills a field, if anything does."""
        return next((column for column in self.columns if column.field == field), None)

    @property
    def amount(self) -> ProposedColumn | None:
        """The column that tells what was paid; the price of one piece where the number of pieces tells the rest."""
        return self.column("order_amount") or self.column("line_amount") or self.column("unit_price")

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
    is_composed: bool = False
    """Found by the words of the header, not by its whole spelling."""

    @property
    def order(self) -> tuple[bool, int, bool, bool, int]:
        return (not self.is_of_platform, self.confidence.order, self.is_empty, self.is_composed, self.rank)

    @property
    def fits(self) -> bool:
        """Whether the cells let it stand; a vague name needs cells that speak for it."""
        if self.is_composed and self.is_empty:
            return False
        needed = {Verdict.CONFIRMED} if self.confidence is Confidence.GUESS else {Verdict.CONFIRMED, Verdict.SILENT}
        return self.verdict in needed


def choose_columns(
    table: SampledTable, feed: Feed, platform: Platform | None = None, *, keys: Mapping[str, str] | None = None
) -> Choice:
    """The best column for every field of a feed.

    Each column fills at most one field, except that the time of payment stands in for a missing time of order.

    Args:
        table: the sampled rows.
        feed: what the rows are taken for.
        platform: what is known of its exports, where one is recognised.
        keys: headers of fields that other tables of the company have told, such as the ``id`` that their ``order_id`` refers to.
    """
    platform = platform if platform and platform.feed is feed else None
    candidates = [each for each in _candidates(table, feed, platform) if not keys or each.header not in keys.values()]
    candidates += [_told(feed, field, header) for field, header in (keys or {}).items()]
    is_sale = feed is Feed.ORDER_LINE
    settles_itself = platform is not None and any(platform.columns.get(name) for name in _AMOUNTS)
    rival = None
    if is_sale and not settles_itself:
        candidates, rival = _one_amount(table, candidates)
    taken = _assign(candidates)
    chosen = {field: _column(candidate, table) for field, candidate in taken.items()}
    notes: tuple[Finding, ...] = ()
    if is_sale:
        chosen = settle_price(chosen)
        chosen, from_amount = settle_amount(table, chosen, is_settled=settles_itself)
        chosen, from_balance = settle_balance(table, chosen)
        chosen, from_refund = settle_refund(table, chosen)
        chosen = _with_time_of_payment(chosen)
        notes = (*from_amount, *from_balance, *from_refund)
    chosen |= _unlabelled(table, feed, chosen)
    if is_sale:
        chosen = _with_company_as_customer(table, _without_mere_names(table, chosen))
    numbered = settle_order_number(table, chosen) if is_sale else Numbered(chosen)
    chosen, notes = numbered.columns, (*notes, *numbered.notes)
    if platform and platform.channel:
        constant = Remark(_("the platform is recognised by its headers"))
        chosen["channel"] = ProposedColumn("channel", Confidence.SURE, constant, constant=platform.channel)
    money = {field.name for field in FEEDS[feed] if field.cell is Cell.MONEY}
    if platform and platform.unit:
        chosen |= {
            name: replace(column, unit=platform.unit) for name, column in chosen.items() if name in money and column.column
        }
    columns = tuple(chosen[field.name] for field in FEEDS[feed] if field.name in chosen)
    return Choice(feed, columns, notes, (*_warnings(candidates, chosen), *numbered.warnings), rival)


def _candidates(table: SampledTable, feed: Feed, platform: Platform | None) -> list[_Candidate]:
    fields = {field.name: field for field in FEEDS[feed]}
    preferred = (
        {name: [lookup_key(each) for each in names.split()] for name, names in platform.columns.items()} if platform else {}
    )
    found: list[_Candidate] = []
    for header in table.headers:
        key = lookup_key(header)
        named = {
            match.field: (match.confidence, match.rank, False, False)
            for match in matches_for(header, feed)
            if match.field not in preferred
        }
        for name, has_subject in senses_of(header, feed):
            if name not in named and name not in preferred and name in fields:
                named[name] = (Confidence.LIKELY if has_subject else Confidence.GUESS, _COMPOSED_RANK, False, True)
        named |= {name: (Confidence.SURE, keys.index(key), True, False) for name, keys in preferred.items() if key in keys}
        for name, (confidence, rank, is_of_platform, is_composed) in named.items():
            seen = table.evidence(header)
            verdict = judge(name, fields[name].cell, seen)
            if (feed, name) == (Feed.ORDER_LINE, "kind") and not _SALE_OR_RETURN.search(" ".join(filter(None, seen.values))):
                # 订单类型 and the like sort orders in many ways; only sales and returns matter to us.
                verdict = Verdict.VETOED
            if (feed, name) == (Feed.FEEDBACK, "kind") and not any(_OF_FEEDBACK.search(word) for word in seen.counts):
                # Problem, Question and Task sort tickets; what they are as feedback the name of the list says.
                verdict = Verdict.VETOED
            if name in _PERSON_IDS and _is_other_identifier(seen, is_composed=is_composed):
                verdict = Verdict.VETOED
            is_name = name == "customer_id" and confidence is not Confidence.SURE and is_name_like(seen)
            is_weak = name == "customer_id" and is_composed and not HeaderWords.of(header).has(_STRICT_ID)
            found.append(
                _Candidate(
                    fields[name],
                    header,
                    Confidence.GUESS if is_name else confidence,
                    rank + is_weak,
                    verdict,
                    seen.filled == 0,
                    is_of_platform,
                    is_composed,
                )
            )
    return found


def _is_other_identifier(seen: Evidence, *, is_composed: bool) -> bool:
    """Whether a column that is called like an id holds e-mails, phones or amounts: these are known by other fields."""
    if is_composed and seen.distinct == 1 and seen.filled >= FEWEST_ALIKE:
        return True
    return seen.email >= MOST or (is_composed and (seen.phone >= MOST or (seen.number >= MOST and seen.fraction > 0)))


def _told(feed: Feed, field: str, header: str) -> _Candidate:
    """A key that the numbers of other tables point to, whatever it is called."""
    fields = {each.name: each for each in FEEDS[feed]}
    return _Candidate(fields[field], header, Confidence.SURE, 0, Verdict.CONFIRMED, is_empty=False, is_of_platform=True)


def _without_mere_names(table: SampledTable, chosen: dict[str, ProposedColumn]) -> dict[str, ProposedColumn]:
    """Leaves names out where a phone or an e-mail tells people apart: two people may have one name, and one person two spellings."""
    column = chosen.get("customer_id")
    if column is None or column.column is None or not is_name_like(table.evidence(column.column)):
        return chosen
    others = [chosen[name] for name in ("phone", "email") if name in chosen and chosen[name].column]
    if not any(_fills(table, each) for each in others):
        return chosen
    rest = {name: each for name, each in chosen.items() if name != "customer_id"}
    if "customer_name" not in rest:
        rest["customer_name"] = replace(column, field="customer_name")
    return rest


def _fills(table: SampledTable, column: ProposedColumn) -> bool:
    seen = table.evidence(column.column or "")
    return seen.filled >= MOST * max(seen.cells, 1) and seen.masked <= TOO_MASKED


def is_name_like(seen: Evidence) -> bool:
    """Whether the cells are names of people: words without any digit or sign of an account."""
    return seen.share(lambda value, _: not _OF_ACCOUNT.search(value)) >= MOST


def _one_amount(table: SampledTable, candidates: list[_Candidate]) -> tuple[list[_Candidate], str | None]:
    """Leaves the one amount that is what was paid, of all that are amounts of a sale; and the one that it could be just as well."""
    amounts = [each for each in candidates if each.field.name in _AMOUNTS and each.fits]
    others = [each for each in candidates if each.field.name not in _AMOUNTS]
    if not amounts:
        return candidates, None
    income = income_columns(table, list(dict.fromkeys(each.header for each in amounts)))
    uncut = before_discount(table, [each for each in dict.fromkeys(each.header for each in amounts) if each not in income])
    orders = [
        each.header
        for each in candidates
        if each.field.name == "order_id" and each.fits and each.confidence is not Confidence.GUESS
    ]
    of_order = {each.header for each in amounts if orders and is_of_order(table, orders[0], each.header)}

    def order(each: _Candidate) -> tuple[object, ...]:
        standing = Standing.INCOME if each.header in income else standing_of(each.header)
        # A column that stays empty, and one whose cells are all 0, says nothing about what was paid.
        idle = each.is_empty or not table.evidence(each.header).highest
        # What was paid for the whole order has its postage and taxes in it, which the amounts of its rows lack.
        of_row = bool(of_order) and each.header not in of_order
        return (
            idle,
            each.header in uncut and standing is not Standing.INCOME,
            standing,
            of_row,
            each.confidence.order,
            each.is_composed,
            each.field.name != "order_amount",
            each.rank,
        )

    best = min(amounts, key=lambda each: (order(each), each.header))
    prices = {each.header for each in candidates if each.field.name == "unit_price"}
    alike = [
        each
        for each in amounts
        if each.header not in {best.header, *prices}
        and order(each)[:4] == order(best)[:4]
        and each.confidence is not Confidence.GUESS
    ]
    rival = next((each.header for each in alike if not is_explained(table, best.header, each.header)), None)
    return [*others, best], rival


def _assign(candidates: list[_Candidate]) -> dict[str, _Candidate]:
    taken: dict[str, _Candidate] = {}
    used: set[str] = set()
    for candidate in sorted(candidates, key=lambda each: (*each.order, each.field.name, each.header)):
        if candidate.fits and candidate.field.name not in taken and candidate.header not in used:
            taken[candidate.field.name] = candidate
            used.add(candidate.header)
    return taken


def _column(candidate: _Candidate, table: SampledTable) -> ProposedColumn:
    confidence, why = candidate.confidence, _KNOWN
    if candidate.is_empty:
        confidence, why = max(confidence, Confidence.LIKELY, key=lambda each: each.order), _KNOWN_EMPTY
    elif candidate.is_of_platform:
        why = _OF_PLATFORM
    elif confidence is Confidence.SURE and candidate.verdict is Verdict.SILENT:
        confidence, why = Confidence.LIKELY, _KNOWN_SILENT
    elif confidence is not Confidence.SURE:
        why = _USUAL if confidence is Confidence.LIKELY else _VAGUE
    return dressed(ProposedColumn(candidate.field.name, confidence, Remark(why), column=candidate.header), candidate.field, table)


def dressed(column: ProposedColumn, field: Field, table: SampledTable) -> ProposedColumn:
    """The column with what its cells say about units, decimals, and the order of day and month."""
    seen = table.evidence(column.column or "")
    if field.cell in {Cell.MONEY, Cell.NUMBER}:
        unit = money_unit(column.column or "") if field.cell is Cell.MONEY else column.unit
        return replace(column, unit=unit, decimal=seen.decimal)
    if field.cell in {Cell.MOMENT, Cell.DAY} and seen.date_orders:
        return replace(column, date_order=seen.date_orders[0])
    return column


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
    silent = [header for header in table.headers if header not in used and not _is_of_staff(header)][:MOST_UNLABELLED]
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


def _is_of_person(header: str) -> bool:
    """Whether a day is the first or the last of many of a customer, and so that of no row."""
    named = {match.field for match in matches_for(header, Feed.BALANCE)} | {
        name for name, _subject in senses_of(header, Feed.BALANCE)
    }
    return bool(named & {"last_at", "first_at"})


def _is_of_staff(header: str) -> bool:
    """Whether a header is about the shop or its people, whose phone is nobody's."""
    return HeaderWords.of(header).has(
        "店 商家 卖家 客服 业务员 收银员 导购 顾问 经办 司机 骑手 快递员 store shop seller merchant cashier staff driver agent sales to"
    )


def _only_moment(
    table: SampledTable, feed: Feed, chosen: dict[str, ProposedColumn], silent: list[str]
) -> dict[str, ProposedColumn]:
    needed = [field for field in FEEDS[feed] if field.required and field.cell is Cell.MOMENT and field.name not in chosen]
    moments = [header for header in silent if table.evidence(header).moment >= MOST and not _is_of_person(header)]
    if not needed or len(moments) != 1:
        return {}
    why = Remark(_("the only column whose cells look like dates"))
    return {needed[0].name: ProposedColumn(needed[0].name, Confidence.GUESS, why, column=moments[0])}


def _warnings(candidates: list[_Candidate], chosen: dict[str, ProposedColumn]) -> tuple[Finding, ...]:
    used = {column.column for column in chosen.values()}
    found: dict[str, Finding] = {}
    for candidate in candidates:
        if candidate.header in used or candidate.header in found or candidate.confidence is Confidence.GUESS:
            continue
        if candidate.verdict is Verdict.MASKED and candidate.field.name not in chosen:
            found[candidate.header] = findings.MASKED(column=candidate.header)
        elif (
            candidate.verdict is Verdict.VETOED and candidate.field.name not in chosen and candidate.confidence is Confidence.SURE
        ):
            found[candidate.header] = findings.CELLS_DO_NOT_FIT(column=candidate.header, field=candidate.field.name)
    return tuple(found.values())
