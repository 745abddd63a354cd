"""What is asked, what each answer would give, what counts until somebody answers, and that a question keeps its name next month."""

from __future__ import annotations

import random

import pytest

from fenji.collect.asking.questions import Question, QuestionKind
from fenji.collect.proposing import Proposal
from fenji.domain.sources import DateOrder, StatusClass, TotalsPeriod
from fenji.language import Language
from fixtures.cell_reader import propose
from fixtures.samples import sample

OPEN_DATES = "order_no|member_no|date|total\nS1|17|03/04/2025|100.00\nS2|18|01/02/2025|55.50\nS3|18|05/03/2025|20.00\nS4|17|02/06/2025|9.00"
TWO_AMOUNTS = "订单号|会员号|下单时间|Paid amount|Total paid\nS1|17|2025-01-05|100.00|70.00\nS2|18|2025-01-06|50.00|20.00\nS3|18|2025-01-07|30.00|30.00"
STATUSES = (
    "order_no|member_no|date|total|status\nS1|17|2025-01-05|100.00|paid\nS2|18|2025-01-06|55.50|blue\nS3|18|2025-01-07|20.00|paid"
)
CODES = "order_no|member_no|date|total|status\nS1|17|2025-01-05|100.00|1\nS2|18|2025-01-06|55.50|2\nS3|18|2025-01-07|20.00|1"
TOTALS = "会员号|姓名|手机号|累计消费金额\nV1|张三|13900000001|15800.00\nV2|李四|13900000002|3200.00"
TOP_UPS = "会员号|充值时间|充值金额\nV1|2025-01-05|500.00\nV2|2025-01-06|300.50"
SPENT = "订单号|会员号|下单时间|实付金额\nS1|V1|2025-01-05|100.00\nS2|V2|2025-01-06|50.00"


def asked(proposal: Proposal, kind: QuestionKind) -> Question:
    (question,) = [each for each in proposal.questions if each.kind is kind]
    return question


def effects(question: Question) -> dict[str, tuple[int, int, float]]:
    return {
        option.value: (option.effect.customers, option.effect.orders, option.effect.revenue)
        for option in question.options
        if option.effect
    }


def test_dates_that_can_be_read_both_ways_must_be_answered_before_anything_counts() -> None:
    proposal = propose([sample(OPEN_DATES)])
    question = asked(proposal, QuestionKind.DATE_ORDER)
    assert (question.default, question.column, [each.value for each in question.options]) == (None, "date", ["dmy", "mdy"])
    (source,) = proposal.sources
    assert not source.is_usable
    assert "day first or the month first" in source.blocking[-1].describe(Language.EN)


@pytest.mark.parametrize("order", DateOrder)
def test_an_answer_settles_the_dates(order: DateOrder) -> None:
    name = asked(propose([sample(OPEN_DATES)]), QuestionKind.DATE_ORDER).id
    proposal = propose([sample(OPEN_DATES)], answers={name: order.value})
    question = asked(proposal, QuestionKind.DATE_ORDER)
    assert (question.answer, question.is_open) == (order.value, False)
    (source,) = proposal.sources
    assert source.is_usable
    assert [each.date_order for each in source.columns if each.field == "ordered_at"] == [order]


def test_two_amounts_that_nothing_explains_are_asked_about_with_what_each_would_give() -> None:
    proposal = propose([sample(TWO_AMOUNTS)])
    question = asked(proposal, QuestionKind.AMOUNT)
    assert effects(question) == {"Paid amount": (2, 3, 180.0), "Total paid": (2, 3, 120.0)}
    assert question.stake == pytest.approx(60 / 180)
    other = next(each.value for each in question.options if each.value != question.default)
    (source,) = propose([sample(TWO_AMOUNTS)], answers={question.id: other}).sources
    assert other in [each.column for each in source.columns]
    assert question.default not in [each.column for each in source.columns]


def test_an_unknown_word_with_money_on_it_is_asked_about_and_told() -> None:
    proposal = propose([sample(STATUSES)])
    question = asked(proposal, QuestionKind.STATUS_WORDS)
    assert (question.default, question.examples) == ("paid", ("blue",))
    assert effects(question) == {"paid": (2, 3, 175.5), "unpaid": (2, 2, 120.0)}
    (source,) = propose([sample(STATUSES)], answers={question.id: "unpaid"}).sources
    assert dict(source.statuses) == {StatusClass.UNPAID: ("blue",)}


def test_codes_mean_nothing_until_somebody_says_what_they_mean() -> None:
    proposal = propose([sample(CODES)])
    assert asked(proposal, QuestionKind.STATUS_WORDS).default is None
    assert not proposal.sources[0].is_usable


def test_an_unknown_word_without_money_is_not_asked_about() -> None:
    rows = [f"S{n}|{n}|2025-01-05|100.00|paid" for n in range(1, 60)]
    text = "\n".join(["order_no|member_no|date|total|status", *rows, "S99|18|2025-01-06|0.50|blue"])
    assert propose([sample(text)]).questions == ()


def test_the_time_of_totals_is_asked_and_the_answer_stands_in_the_source() -> None:
    question = asked(propose([sample(TOTALS)]), QuestionKind.TOTALS_PERIOD)
    assert effects(question) == {"lifetime": (2, 0, 19000.0), "last_12_months": (2, 0, 19000.0)} or question.default == "lifetime"
    sources = propose([sample(TOTALS)], answers={question.id: "last_12_months"}).sources
    assert [each.period for each in sources] == [None, TotalsPeriod.LAST_12_MONTHS]


def test_top_ups_stay_out_where_sales_stand_elsewhere_and_are_asked_about_where_they_do_not() -> None:
    beside = propose([sample(TOP_UPS, "充值记录.csv"), sample(SPENT, "订单.csv")])
    assert asked(beside, QuestionKind.TOP_UP).default == "no"
    assert {source.tables[0].file: source.is_usable for source in beside.sources} == {"充值记录.csv": False, "订单.csv": True}
    alone = propose([sample(TOP_UPS, "充值记录.csv")])
    question = asked(alone, QuestionKind.TOP_UP)
    assert (question.default, effects(question)) == (None, {"no": (0, 0, 0.0), "yes": (2, 2, 800.5)})
    assert propose([sample(TOP_UPS, "充值记录.csv")], answers={question.id: "yes"}).sources[0].is_usable


def test_plain_orders_ask_nothing() -> None:
    assert propose([sample(SPENT)]).questions == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (OPEN_DATES, QuestionKind.DATE_ORDER),
        (TWO_AMOUNTS, QuestionKind.AMOUNT),
        (STATUSES, QuestionKind.STATUS_WORDS),
        (TOTALS, QuestionKind.TOTALS_PERIOD),
    ],
)
def test_a_question_keeps_its_id_under_shuffled_columns_and_with_next_months_rows(text: str, kind: QuestionKind) -> None:
    name = asked(propose([sample(text, "June.csv")]), kind).id
    headers, *rows = [line.split("|") for line in text.splitlines()]
    dice = random.Random(3)
    order = list(range(len(headers)))
    dice.shuffle(order)
    moved = [[line[place] for place in order] for line in (headers, *reversed(rows), rows[0])]
    later = "\n".join("|".join(line) for line in moved).replace("2025-01", "2025-02").replace("|S", "|T")
    assert asked(propose([sample(later, "July.csv")]), kind).id == name


def test_answers_to_other_questions_and_answers_that_no_option_has_are_passed_over() -> None:
    name = asked(propose([sample(STATUSES)]), QuestionKind.STATUS_WORDS).id
    proposal = propose([sample(STATUSES)], answers={"amount:00000000": "x", name: "perhaps"})
    assert asked(proposal, QuestionKind.STATUS_WORDS).is_open
