"""What binds customers to us? Contracts that run, what they bring a month, and for how long they have been in force."""

from __future__ import annotations

from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words

_EVER = Window.parse("total")
_RUNNING = (RowFilter("standing", ("running",)),)

CONTRACTS_RUNNING = Metric(
    "contracts_running",
    Words("有效合同数", "running contracts"),
    Words("统计日仍然有效的合同数。", "Number of contracts that run on the as-of day."),
    Unit.COUNT,
    Aggregate.COUNT,
    _EVER,
    Fact.CONTRACT,
    None,
    _RUNNING,
    adds_up=True,
)

CONTRACT_METRICS: tuple[Metric, ...] = (
    CONTRACTS_RUNNING,
    Metric(
        "monthly_fee_running",
        Words("有效合同月费", "monthly fee of running contracts"),
        Words("统计日仍然有效的合同的月费之和。", "Sum of the monthly fees of the contracts that run on the as-of day."),
        Unit.MONEY,
        Aggregate.SUM,
        _EVER,
        Fact.CONTRACT,
        "monthly_fee",
        _RUNNING,
        adds_up=True,
    ),
    Metric(
        "days_under_contract",
        Words("最长合同持续天数", "days of the longest contract"),
        Words(
            "持续最久的一份合同从开始到结束（仍有效的算到统计日）的天数；没有合同时无值。",
            "Days from the start of the longest contract to its end, or to the as-of day where it runs; no value without a contract.",
        ),
        Unit.DAYS,
        Aggregate.MAXIMUM,
        _EVER,
        Fact.CONTRACT,
        "days_in_force",
    ),
    Metric(
        "days_since_first_contract",
        Words("首份合同距今天数", "days since the first contract"),
        Words(
            "从第一份合同开始到统计日的天数；没有合同时无值。",
            "Days from the start of the first contract to the as-of day; no value without a contract.",
        ),
        Unit.DAYS,
        Aggregate.DAYS_SINCE_FIRST,
        _EVER,
        Fact.CONTRACT,
    ),
)
