"""metrics.yaml gives the same record as the built-in metrics, and every mistake in it is reported at once, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.documents.metrics import read_metrics
from fenji.domain.metrics import Aggregate, Better, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, NotFound

WORDS = Words("订单数", "orders")
KNOWN = (
    Metric("orders_12m", WORDS, WORDS, Unit.COUNT, Aggregate.COUNT, Window.parse("12m"), Fact.ORDER_LINE),
    Metric("net_revenue_12m", WORDS, WORDS, Unit.MONEY, Aggregate.SUM, Window.parse("12m"), Fact.ORDER_LINE, "net_revenue"),
)
SAID = "name: {zh: 茶, en: Tea}, sentence: {zh: 茶。, en: Tea.}"


def written(folder: Path, text: str) -> Path:
    file = folder / "metrics.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, *entries: str) -> list[str]:
    """What is said of one-line entries, without the file's name."""
    file = written(folder, "metrics:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))
    with pytest.raises(InvalidDocument) as caught:
        read_metrics(file, KNOWN)
    return str(caught.value).replace(f"{file}, ", "").splitlines()


def test_a_metric_in_full(tmp_path):
    file = written(
        tmp_path,
        """
metrics:
  - slug: tea_revenue_3m
    name: {zh: 近3个月茶叶收入, en: tea revenue}
    sentence: {zh: 近3个月茶叶类目的净收入。, en: Net revenue of tea.}
    unit: money
    fact: order_line
    column: net_revenue
    aggregate: sum
    window: 3m
    where:
      - {column: category, is: [tea, green tea]}
      - {column: channel, is_not: 天猫}
      - {column: line_number, is: 1}
      - {column: product_id, is_not: null}
    better: neither
    adds_up: true
  - slug: tea_share_of_year
    name: {zh: 茶叶占比, en: tea share}
    sentence: {zh: 茶叶占净收入的比例。, en: Share of tea.}
    unit: share
    aggregate: ratio
    ratio_of: [tea_revenue_3m, net_revenue_12m]
""",
    )
    tea, share = read_metrics(file, KNOWN)
    assert tea == Metric(
        "tea_revenue_3m",
        Words("近3个月茶叶收入", "tea revenue"),
        Words("近3个月茶叶类目的净收入。", "Net revenue of tea."),
        Unit.MONEY,
        Aggregate.SUM,
        Window.parse("3m"),
        Fact.ORDER_LINE,
        "net_revenue",
        (
            RowFilter("category", ("tea", "green tea")),
            RowFilter("channel", ("天猫",), negate=True),
            RowFilter("line_number", (1,)),
            RowFilter("product_id", (), negate=True),
        ),
        None,
        Better.NEITHER,
        adds_up=True,
        source="metrics.yaml",
    )
    assert (share.ratio_of, share.window, share.adds_up) == (("tea_revenue_3m", "net_revenue_12m"), Window.parse("3m"), False)


def test_no_metrics_and_no_file(tmp_path):
    assert read_metrics(written(tmp_path, ""), KNOWN) == ()
    with pytest.raises(NotFound):
        read_metrics(tmp_path / "none.yaml", KNOWN)


def test_every_problem_of_every_metric_is_said_at_once_with_its_line(tmp_path):
    assert problems(
        tmp_path,
        f"slug: orders_12m, {SAID}, unit: count, fact: order_line, aggregate: count, window: 12m",
        f"slug: Tea, {SAID}, unit: mony, fact: order_lin, agregate: sum, window: 12x",
        f"slug: tea, {SAID}, unit: money, fact: order_line, aggregate: sum, column: net_revenu, window: 12m",
    ) == [
        "row 2, column metrics[1].slug: the name 'orders_12m' is taken. Choose another slug.",
        "row 3, column metrics[2].slug: a metric's slug is at most 60 small letters, digits and underscores, a letter first.",
        "row 3, column metrics[2].unit: unknown unit 'mony'. Did you mean money?",
        "row 3, column metrics[2].aggregate: 'aggregate' is missing.",
        "row 3, column metrics[2].window: '12x' is not a window; write 30d, 12m, or one of: total, this_year, last_year, this_membership_year, last_membership_year.",
        "row 3, column metrics[2].fact: unknown fact 'order_lin'. Did you mean order_line?",
        "row 3, column metrics[2].agregate: unknown name 'agregate'. Did you mean aggregate?",
        "row 4, column metrics[3].column: unknown column 'net_revenu'. Did you mean net_revenue?",
    ]


BASE = f"slug: tea, {SAID}, fact: order_line, window: 12m"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"{BASE}, unit: count, aggregate: sum, column: net_revenue", "unit: the unit 'count' is not what comes out; it can be: money."),
        (f"{BASE}, unit: money, aggregate: sum, column: quantity", "it can be: count, days, hours, score, ratio."),
        (f"{BASE}, unit: days, aggregate: count", "it can be: count."),
        (f"{BASE}, unit: count, aggregate: sum", "'column' is missing."),
        (f"{BASE}, unit: days, aggregate: days_since_last, column: kind", "'column' does not go with the aggregate 'days_since_last'."),
        (f"{BASE}, unit: count, aggregate: sum, column: category", "'sum' cannot be taken of category; it can be of: line_number,"),
        (f"{BASE}, unit: money, aggregate: mean, column: net_revenue, adds_up: true", "only sums and counts add up over customers"),
        (f"{BASE}, unit: ratio, aggregate: ratio, ratio_of: [orders_12m, orders_12m]", "'fact' does not go with the aggregate 'ratio'."),
        (f"slug: tea, {SAID}, unit: ratio, aggregate: ratio", "'ratio_of' is missing."),
        (f"slug: tea, {SAID}, unit: ratio, aggregate: ratio, ratio_of: [orders_12m]", "'ratio_of' names two metrics"),
        (f"slug: tea, {SAID}, unit: ratio, aggregate: ratio, ratio_of: [orders_12, orders_12m]", "unknown metric 'orders_12'. Did you mean orders_12m?"),
        (f"slug: tea, {SAID}, unit: ratio, aggregate: ratio, ratio_of: [tea, orders_12m]", "the ratio 'tea' is made of itself."),
        (f"slug: tea, {SAID}, unit: money, aggregate: ratio, ratio_of: [orders_12m, orders_12m]", "the unit 'money' is not what comes out"),
        (f"slug: event_tea, {SAID}, unit: count, aggregate: count, fact: event, window: 12m", "names that begin with 'event_'"),
        (f"slug: score, {SAID}, unit: count, aggregate: count, fact: event, window: 12m", "the name 'score' is taken."),
        (f"slug: tea, {SAID}, unit: count, aggregate: count, window: 12m", "'fact' is missing."),
        (f"slug: tea, {SAID}, unit: count, aggregate: count, fact: event", "'window' is missing."),
        (f"{BASE}, unit: count, aggregate: count, where: [{{column: categry, is: tea}}]", "where[1].column: unknown column 'categry'. Did you mean category?"),
        (f"{BASE}, unit: count, aggregate: count, where: [{{column: net_revenue, is: 1}}]", "unknown column 'net_revenue'"),
        (f"{BASE}, unit: count, aggregate: count, where: [{{column: category, is: 7}}]", "category holds text: put the value in quotes."),
        (f"{BASE}, unit: count, aggregate: count, where: [{{column: line_number, is: [1, x]}}]", "line_number holds whole numbers."),
        (f"{BASE}, unit: count, aggregate: count, where: [{{column: category}}]", "a filter has either 'is' or 'is_not'."),
        (f"{BASE}, unit: count, aggregate: count, where: [{{column: category, is: a, is_not: b}}]", "a filter has either 'is' or 'is_not'."),
    ],
)  # fmt: skip
def test_a_metric_that_cannot_be_computed_is_refused_for_its_reason(tmp_path, entry, said):
    found = problems(tmp_path, entry)
    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("row 2, ")


def test_ratios_that_lead_in_a_circle_are_refused(tmp_path):
    first = f"slug: a, {SAID}, unit: ratio, aggregate: ratio, ratio_of: [b, orders_12m]"
    second = f"slug: b, {SAID}, unit: ratio, aggregate: ratio, ratio_of: [orders_12m, a]"
    assert problems(tmp_path, first, second) == [
        "row 2, column metrics[1].ratio_of: the ratio 'a' is made of itself.",
        "row 3, column metrics[2].ratio_of: the ratio 'b' is made of itself.",
    ]


def test_two_metrics_of_one_name_are_refused(tmp_path):
    entry = f"{BASE}, unit: count, aggregate: count"
    assert problems(tmp_path, entry, entry) == ["row 3, column metrics[2].slug: the name 'tea' is taken. Choose another slug."]
