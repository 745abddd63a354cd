"""Do the cells of a column fit the field that its header promises? Confirmed, vetoed, masked, or silent where they could be anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from fenji.collect.understanding.evidence import FEW, MOST, TOO_MASKED, Evidence
from fenji.domain.feeds import Cell

MOST_STATUSES = 40
MOST_UNKNOWN_STAGES = 12

_AMOUNT = re.compile(r"^-?(?:0|[1-9]\d*)\.(?:\d?[1-9]|\d0)$")
_STAGE = re.compile(
    "付|支付|发货|收货|签收|出库|完成|成功|关闭|取消|退|待|结算|核销|删除|锁定|离店|入住|有效|作废|正常|paid|pay|ship|complet|deliver|cancel|pend|open|close|refund|"
    "success|fail|return|process|hold|new|done|fulfil|void|invoic|approv|creat|authori|settle|valid|active|"
    "在网|离网|停机|终止|解约|到期|销户|注销|terminat|expir|churn|laps|suspend|in force",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    "^(?:长期|长期有效|永久|永久有效|终身|无限期|无固定期限|不限|至今|现在|在网|未到期|未结束|进行中|有效|"
    "present|current|now|ongoing|open|open-ended|indefinite|permanent|never|active|running)$",
    re.IGNORECASE,
)


class Verdict(StrEnum):
    """What the cells say about a field."""

    CONFIRMED = "confirmed"
    SILENT = "silent"
    MASKED = "masked"
    VETOED = "vetoed"


def judge(field: str, cell: Cell, seen: Evidence) -> Verdict:
    """Whether the cells fit the field: confirmed, vetoed, masked, or silent where they could be anything."""
    if not seen.filled:
        return Verdict.SILENT
    return _FIELDS[field](seen) if field in _FIELDS else _JUDGES[cell](seen)


def _amount(seen: Evidence) -> Verdict:
    if seen.number < FEW or seen.moment >= FEW:
        return Verdict.VETOED
    # Whole numbers that are all days of the calendar, or mobile numbers, are no amounts.
    if seen.fraction == 0 and (seen.mobile >= MOST or _all_days(seen)):
        return Verdict.VETOED
    return Verdict.CONFIRMED if seen.number >= MOST else Verdict.SILENT


def _all_days(seen: Evidence) -> bool:
    return all(len(value) in {8, 14} and seen.readings[value].at is not None for value in seen.counts)


def _moment(seen: Evidence) -> Verdict:
    if seen.moment >= MOST:
        return Verdict.CONFIRMED
    return Verdict.SILENT if seen.moment + seen.numeric_moment >= FEW else Verdict.VETOED


def _end(seen: Evidence) -> Verdict:
    # Most contracts of a good company run, and have a word where others have a day.
    dated = tuple(value for value in seen.values if value and not _OPEN_END.match(value))
    return _moment(Evidence(dated, seen.readings)) if dated else Verdict.SILENT


def _identifier(seen: Evidence) -> Verdict:
    if seen.masked > TOO_MASKED:
        return Verdict.MASKED
    # An id may be a whole number, never an amount; 01.001 and 17850.0 are ids.
    broken = sum(1 for value in seen.values if value and _AMOUNT.match(value))
    wrong = seen.moment >= FEW or seen.long_text >= FEW or broken >= seen.filled * FEW
    return Verdict.VETOED if wrong else Verdict.CONFIRMED if seen.long_text == 0 else Verdict.SILENT


def _text(seen: Evidence) -> Verdict:
    wrong = seen.moment >= MOST or (seen.number >= MOST and seen.fraction >= FEW)
    return Verdict.VETOED if wrong else Verdict.SILENT if seen.number >= MOST else Verdict.CONFIRMED


def _phone(seen: Evidence) -> Verdict:
    if seen.masked > TOO_MASKED:
        return Verdict.MASKED
    return Verdict.CONFIRMED if seen.phone >= MOST else Verdict.SILENT if seen.phone >= FEW else Verdict.VETOED


def _email(seen: Evidence) -> Verdict:
    if seen.masked > TOO_MASKED:
        return Verdict.MASKED
    return Verdict.CONFIRMED if seen.email >= MOST else Verdict.SILENT if seen.email >= FEW else Verdict.VETOED


def _yes_no(seen: Evidence) -> Verdict:
    return Verdict.CONFIRMED if seen.yes_no >= MOST else Verdict.VETOED


def _place(seen: Evidence) -> Verdict:
    # A composite address (name, phone, province, street) is no region: every customer would have one of their own.
    crowded = sum(1 for value in seen.values if value and (len(value) > 25 or "，" in value))  # noqa: PLR2004 - longer than any region's name
    # State is a place in one system and the stage of an order in another.
    if seen.share(lambda _, read: read.status is not None) >= FEW:
        return Verdict.VETOED
    if crowded >= seen.filled * FEW or seen.number >= MOST or seen.masked >= FEW:
        return Verdict.VETOED
    return Verdict.CONFIRMED if seen.province >= FEW else _text(seen)


def _status(seen: Evidence) -> Verdict:
    # An order goes through few stages; twenty different words are something else.
    said = any(seen.readings[value].status is not None or _STAGE.search(value) for value in seen.counts)
    # Words of a language that we do not know stand again and again all the same; what they mean is asked.
    again = seen.distinct <= MOST_UNKNOWN_STAGES and seen.filled >= 2 * seen.distinct
    if seen.distinct > MOST_STATUSES or (not said and not again and seen.number < MOST) or _text(seen) is Verdict.VETOED:
        return Verdict.VETOED
    return Verdict.CONFIRMED if said else Verdict.SILENT


def _category(seen: Evidence) -> Verdict:
    return Verdict.VETOED if seen.number >= MOST and seen.fraction > 0 else _text(seen)


def _gender(seen: Evidence) -> Verdict:
    return Verdict.CONFIRMED if seen.gender >= MOST else Verdict.SILENT if seen.distinct <= 5 else Verdict.VETOED  # noqa: PLR2004


def _quantity(seen: Evidence) -> Verdict:
    return Verdict.VETOED if seen.number >= MOST and (seen.highest or 0) >= 10_000_000 else _amount(seen)  # noqa: PLR2004 - ids, not pieces


def _name(seen: Evidence) -> Verdict:
    # Order exports of shops put the order id into a column called name; people and things have no numbers for names.
    return Verdict.VETOED if seen.number >= MOST or seen.moment >= MOST else Verdict.CONFIRMED


def _score(seen: Evidence) -> Verdict:
    return Verdict.CONFIRMED if seen.opinion >= FEW else _amount(seen)


_JUDGES: dict[Cell, Callable[[Evidence], Verdict]] = {
    Cell.ID: _identifier,
    Cell.TEXT: _text,
    Cell.MONEY: _amount,
    Cell.NUMBER: _amount,
    Cell.MOMENT: _moment,
    Cell.DAY: _moment,
    Cell.PHONE: _phone,
    Cell.EMAIL: _email,
    Cell.YES_NO: _yes_no,
}
_FIELDS: dict[str, Callable[[Evidence], Verdict]] = {
    "region": _place,
    "city": _place,
    "category": _category,
    "status": _status,
    "gender": _gender,
    "quantity": _quantity,
    "score": _score,
    "ended_at": _end,
    "name": _name,
    "customer_name": _name,
    "product_name": _name,
}
