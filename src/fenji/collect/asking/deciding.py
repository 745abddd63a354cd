"""Which questions do understood tables raise, and what follows from each answer?

A decision carries every option with the table as it would be understood under it, so that the effect of an option is measured and never
described.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fenji.collect import findings
from fenji.collect.asking.columns import with_columns_said
from fenji.collect.asking.questions import Option, Question, QuestionKind, fingerprint_of
from fenji.collect.findings import Finding
from fenji.collect.headers import lookup_key, money_unit, unit_said
from fenji.collect.reading.samples import DoubtKind
from fenji.collect.remarks import Remark
from fenji.collect.understanding.dates import open_dates
from fenji.collect.understanding.decimals import is_open_decimal
from fenji.collect.understanding.evidence import GROUPED
from fenji.collect.understanding.joining import Understood
from fenji.collect.understanding.measuring import MONEY_FIELDS, measured, money_of
from fenji.domain.feeds import Feed
from fenji.domain.sources import DateOrder, DecimalSign, MoneyUnit, StatusClass, TotalsPeriod
from fenji.language import message as _

WORTH_ASKING = 0.01
"""Share of money that must hang on a word before it is asked about."""
_TOP_UP = re.compile(r"充值|储值|top.?up|recharge|prepaid|stored.?value|wallet.?load", re.IGNORECASE)
_WON = re.compile(r"won|赢单|已?成交", re.IGNORECASE)
_CODE = re.compile(r"^[0-9A-Z]{1,3}$")
_MOST_EXAMPLES = 3


@dataclass(frozen=True)
class Decision:
    """A question, and the table under each of its options."""

    question: Question
    outcomes: Mapping[str, Understood]


def decide(tables: Sequence[Understood], answers: Mapping[str, str]) -> tuple[list[Understood], list[Question]]:
    """The tables under the answers given, or the defaults, and every question that was raised.

    Args:
        tables: as understood without asking.
        answers: by the id of the question; those to other questions are passed over.
    """
    found: list[Understood] = list(tables)
    asked: list[Question] = []
    for place in range(len(found)):
        found[place], said = with_columns_said(found[place], answers)
        asked += said
        for make in (_layout, _unit, _decimal, _date_order, _amount, _what_is_it, _top_up, _status_words, _totals_period):
            decision = make(found[place], found)
            if decision is None:
                continue
            given = answers.get(decision.question.id)
            answer = given if given in decision.outcomes else None
            question = replace(decision.question, answer=answer)
            asked.append(question)
            found[place] = decision.outcomes[question.value] if question.value is not None else _waiting(found[place], question)
    return found, asked


def _waiting(each: Understood, question: Question) -> Understood:
    """The table until somebody answers: nothing of it counts."""
    return replace(each, blocking=(*each.blocking, findings.QUESTION_OPEN(question=question.text)))


def _question(
    each: Understood,
    kind: QuestionKind,
    column: str | None,
    *,
    text: Remark,
    why: Remark,
    outcomes: Mapping[str, tuple[Remark, Understood]],
    default: str | None,
    examples: Sequence[str] = (),
    told: Finding | None = None,
) -> Decision:
    effects = {value: measured(outcome) for value, (_label, outcome) in outcomes.items()}
    revenues = [effect.revenue for effect in effects.values() if effect]
    stake = (max(revenues) - min(revenues)) / max(map(abs, revenues)) if revenues and any(revenues) else 0.0
    mark = f"{kind.value}:{fingerprint_of(each.table.headers)}" + (f":{lookup_key(column)}" if column else "")
    question = Question(
        id=mark,
        kind=kind,
        file=each.name,
        column=column,
        text=text,
        why=why,
        options=tuple(Option(value, label, effects[value]) for value, (label, _outcome) in outcomes.items()),
        default=default,
        examples=tuple(examples[:_MOST_EXAMPLES]),
        stake=stake,
    )
    # What is told is what the default means; whoever chooses otherwise has been told by the option.
    return Decision(
        question,
        {
            value: replace(outcome, warnings=(*outcome.warnings, told)) if told and value == default else outcome
            for value, (_label, outcome) in outcomes.items()
        },
    )


def _layout(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    """A repair of the layout that changes what the rows mean."""
    doubts = [doubt for doubt in each.table.samples[0].doubts if doubt.kind is not DoubtKind.UNIT]
    if not doubts or each.choice is None:
        return None
    left_out = replace(each, choice=None, blocking=(*each.blocking, findings.LEFT_OUT_BY_ANSWER()))
    return _question(
        each,
        QuestionKind.LAYOUT,
        None,
        text=Remark(_("Is {file} read correctly? {repairs}"), {"file": each.name, "repairs": doubts[0].remark}),
        why=Remark(_("the file is laid out as a report, and fenji has made a table of it")),
        outcomes={
            "yes": (Remark(_("yes, read it so")), each),
            "no": (Remark(_("no, leave the file out")), left_out),
        },
        default="yes",
    )


def _unit(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    """A unit of money that only a line above the table says."""
    said = next((doubt for doubt in each.table.samples[0].doubts if doubt.kind is DoubtKind.UNIT), None)
    unit = next((found for text in each.table.samples[0].preamble if (found := unit_said(text)) is not MoneyUnit.YUAN), None)
    if said is None or unit is None or each.choice is None or each.choice.amount is None:
        return None
    columns = tuple(
        replace(column, unit=unit) if column.field in MONEY_FIELDS and column.unit is MoneyUnit.YUAN else column
        for column in each.choice.columns
    )
    if columns == each.choice.columns:
        return None
    return _question(
        each,
        QuestionKind.UNIT,
        each.choice.amount.column,
        text=Remark(_("In which unit are the amounts of {file}? {said}"), {"file": each.name, "said": said.remark}),
        why=Remark(_("no header of an amount names a unit, and a line above the table does")),
        outcomes={
            unit.value: (
                Remark(_("in the unit of the line above the table")),
                replace(each, choice=replace(each.choice, columns=columns)),
            ),
            MoneyUnit.YUAN.value: (Remark(_("in whole units of the currency")), each),
        },
        default=unit.value,
        told=said.remark,
    )


def _decimal(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    """Amounts such as 1.234, which are a thousand or one and a bit, and nothing else in the files says which."""
    amount = each.choice.amount if each.choice else None
    if each.choice is None or amount is None or amount.column is None or not is_open_decimal(each.table, amount.column):
        return None
    seen = each.table.evidence(amount.column)

    def under(sign: DecimalSign) -> Understood:
        assert each.choice is not None  # noqa: S101 - it was there a moment ago
        changed = tuple(replace(column, decimal=sign) if column is amount else column for column in each.choice.columns)
        return replace(each, choice=replace(each.choice, columns=changed))

    example = next(value for value in seen.counts if GROUPED.match(value))
    grouping = DecimalSign.COMMA if "." in example else DecimalSign.POINT
    fraction = DecimalSign.POINT if grouping is DecimalSign.COMMA else DecimalSign.COMMA
    return _question(
        each,
        QuestionKind.DECIMAL,
        amount.column,
        text=Remark(
            _("'{column}': is {example} more than a thousand, or less than that?"), {"column": amount.column, "example": example}
        ),
        why=Remark(_("the sign in the amounts may stand before thousands or before decimals")),
        outcomes={
            grouping.value: (Remark(_("more than a thousand")), under(grouping)),
            fraction.value: (Remark(_("a number with three decimals")), under(fraction)),
        },
        default=None,
        examples=[value for value in seen.counts if GROUPED.match(value)],
    )


def _date_order(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    if each.choice is None:
        return None
    columns = [column for column in each.choice.columns if column.column and column.date_order is not None]
    open_ones = open_dates(each.table, [column.column or "" for column in columns])
    if not open_ones:
        return None

    def under(order: DateOrder) -> Understood:
        choice = each.choice
        assert choice is not None  # noqa: S101 - it was there a moment ago
        changed = tuple(replace(column, date_order=order) if column.column in open_ones else column for column in choice.columns)
        return replace(each, choice=replace(choice, columns=changed))

    examples = list(each.table.evidence(open_ones[0]).counts)
    return _question(
        each,
        QuestionKind.DATE_ORDER,
        open_ones[0],
        text=Remark(
            _("'{column}': is {example} the day first or the month first?"), {"column": open_ones[0], "example": examples[0]}
        ),
        why=Remark(_("every date of the column can be read both ways")),
        outcomes={
            "dmy": (Remark(_("day first, as in 31/12/2025")), under(DateOrder.DAY_FIRST)),
            "mdy": (Remark(_("month first, as in 12/31/2025")), under(DateOrder.MONTH_FIRST)),
        },
        default=None,
        examples=examples,
    )


def _amount(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    choice = each.choice
    if choice is None or choice.rival is None or choice.amount is None or not choice.amount.column:
        return None
    field, chosen, rival = choice.amount.field, choice.amount.column, choice.rival
    with_rival = tuple(
        replace(column, column=rival, unit=money_unit(rival), decimal=each.table.evidence(rival).decimal)
        if column.field == field
        else column
        for column in choice.columns
    )
    return _question(
        each,
        QuestionKind.AMOUNT,
        chosen,
        text=Remark(_("Which column says what the buyer paid: '{chosen}' or '{rival}'?"), {"chosen": chosen, "rival": rival}),
        why=Remark(_("both are amounts of the sale, and postage, taxes and discounts in the file do not explain the difference")),
        outcomes={
            chosen: (Remark("{column}", {"column": chosen}), each),
            rival: (Remark("{column}", {"column": rival}), replace(each, choice=replace(choice, columns=with_rival))),
        },
        default=chosen,
        told=findings.AMOUNT_CHOSEN(chosen=chosen, rival=rival),
    )


def _what_is_it(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    """A list of contracts with what each is worth: sales on the day of signing, or contracts that run?"""
    sale = each.choice
    other = each.alternative
    if sale is None or other is None or sale.amount is None:
        return None
    amount, at = sale.amount.column, sale.column("ordered_at")
    values = {"amount": amount, "at": at.column if at else ""}
    return _question(
        each,
        QuestionKind.WHAT_IS_IT,
        amount,
        text=Remark(_("Does '{amount}' count as a sale on the day of '{at}'?"), values),
        why=Remark(_("the file looks like a list of contracts with an amount for each")),
        outcomes={
            "order_line": (Remark(_("yes, each row is a sale")), each),
            other.feed.value: (Remark(_("no, they are contracts without sales")), replace(each, choice=other)),
        },
        default="order_line",
        told=findings.SALES_OF_CONTRACTS(**values),
    )


def _top_up(each: Understood, tables: Sequence[Understood]) -> Decision | None:
    """Money that customers put on a card is no sale; what they buy with it is."""
    if each.feed is not Feed.ORDER_LINE or each.choice is None or each.choice.amount is None:
        return None
    words = f"{each.name} {each.choice.amount.column}"
    if not _TOP_UP.search(words):
        return None
    has_sales = any(
        other is not each and other.feed in {Feed.ORDER_LINE, Feed.ORDER} and not _TOP_UP.search(other.name) for other in tables
    )
    told = findings.TOP_UPS_LEFT_OUT(file=each.name)
    out = replace(each, blocking=(*each.blocking, told))
    return _question(
        each,
        QuestionKind.TOP_UP,
        each.choice.amount.column,
        text=Remark(_("{file} holds top-ups. Do they count as sales?"), {"file": each.name}),
        why=Remark(_("what customers buy with the stored value later would count a second time")),
        outcomes={
            "no": (Remark(_("no, sales are in another file")), out),
            "yes": (Remark(_("yes, they are all the sales there are")), each),
        },
        default="no" if has_sales else None,
    )


def _status_words(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    """Statuses whose meaning nobody knows, where money hangs on them."""
    status = each.column("status")
    if each.feed not in {Feed.ORDER_LINE, Feed.ORDER} or each.choice is None or status is None or not status.column:
        return None
    unknown = _unknown_statuses(each, status.column)
    if not unknown:
        return None
    words = tuple(unknown)
    classes = {StatusClass.PAID, StatusClass.UNPAID}
    outcomes = {each_class.value: replace(each, statuses={**each.statuses, each_class: words}) for each_class in classes}
    are_codes = all(_CODE.match(word) for word in words)
    # Beside deals that are won, whatever else a stage is called, it is no sale yet.
    is_pipeline = any(_WON.search(word) for word in each.table.evidence(status.column).counts)
    values = {"column": status.column, "words": " / ".join(words[:_MOST_EXAMPLES])}
    return _question(
        each,
        QuestionKind.STATUS_WORDS,
        status.column,
        text=Remark(_("'{column}' says {words}: were these orders paid?"), values),
        why=Remark(_("orders that were never paid must not count")),
        outcomes={
            "paid": (Remark(_("yes, they count")), outcomes["paid"]),
            "unpaid": (Remark(_("no, they do not count")), outcomes["unpaid"]),
        },
        default=None if are_codes else "unpaid" if is_pipeline else "paid",
        examples=words,
        told=None if are_codes else (findings.TAKEN_FOR_UNSOLD if is_pipeline else findings.TAKEN_FOR_PAID)(**values),
    )


def _unknown_statuses(each: Understood, column: str) -> list[str]:
    """Words of a status that are in no list and carry money, the most money first; none where all rows say the same."""
    seen = each.table.evidence(column)
    if seen.distinct < 2:  # noqa: PLR2004 - one word for every row tells no orders apart
        return []
    money: dict[str, float] = {}
    for word, amount in zip(seen.values, money_of(each), strict=True):
        if word is not None:
            money[word] = money.get(word, 0.0) + abs(amount or 0.0)
    whole = sum(money.values()) or 1.0
    known = {known for words in each.statuses.values() for known in words}
    return [
        word
        for word, amount in sorted(money.items(), key=lambda item: (-item[1], item[0]))
        if each.table.readings[word].status is None and word not in known and amount > WORTH_ASKING * whole
    ]


def _totals_period(each: Understood, _all: Sequence[Understood]) -> Decision | None:
    total = each.column("total")
    if each.feed is not Feed.BALANCE or total is None or not total.column or each.period is TotalsPeriod.LAST_12_MONTHS:
        return None
    column = total.column
    return _question(
        each,
        QuestionKind.TOTALS_PERIOD,
        column,
        text=Remark(_("Which period do the totals in '{column}' cover?"), {"column": column}),
        why=Remark(_("a total over a longer period does not say what was spent in the last twelve months")),
        outcomes={
            "lifetime": (Remark(_("since the customer came")), replace(each, period=TotalsPeriod.LIFETIME)),
            "last_12_months": (Remark(_("the last twelve months")), replace(each, period=TotalsPeriod.LAST_12_MONTHS)),
        },
        default="lifetime",
        told=findings.TOTALS_OF_A_LIFETIME(column=column),
    )
