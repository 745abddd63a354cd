"""The linter finds what an author would regret, and is silent about ladders that are right; every policy is three lines of text."""

from datetime import date
from decimal import Decimal

import pytest

from fenji.analyze.policies.findings import Severity
from fenji.analyze.policies.lint import lint_policy
from fenji.domain.conditions import Condition, Group, Junction, parse_condition
from fenji.domain.metrics import Aggregate, Better, Fact, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Cap, Policy, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.errors import Place

YEAR = Window.parse("12m")


def metric(slug: str, unit: Unit, aggregate: Aggregate, better: Better = Better.HIGHER) -> Metric:
    return Metric(slug, Words(slug, slug), Words(slug, slug), unit, aggregate, YEAR, Fact.ORDER_LINE, better=better)


METRICS = (
    metric("net_revenue_12m", Unit.MONEY, Aggregate.SUM),
    metric("orders_12m", Unit.COUNT, Aggregate.COUNT),
    metric("satisfaction_12m", Unit.SCORE, Aggregate.MEAN),
    metric("refund_rate_12m", Unit.SHARE, Aggregate.RATIO, Better.LOWER),
    metric("days_since_last_order", Unit.DAYS, Aggregate.DAYS_SINCE_LAST, Better.LOWER),
)

Rules = str | Condition


def condition(*parts: Rules, junction: Junction = Junction.ALL) -> Condition:
    read = tuple(parse_condition(part) if isinstance(part, str) else part for part in parts)
    return read[0] if len(read) == 1 else Group(junction, read)


def any_of(*parts: Rules) -> Condition:
    return condition(*parts, junction=Junction.ANY)


def policy(*rules: Rules | tuple[Rules, ...] | None, keep: dict[int, Condition] | None = None, **more) -> Policy:
    """A ladder t0, t1, ... with these qualify rules from t1 up."""
    tiers = [Tier("t0", Words("t0", "t0"), None)]
    for number, rule in enumerate(rules, 1):
        qualify = None if rule is None else condition(*(rule if isinstance(rule, tuple) else (rule,)))
        tiers.append(Tier(f"t{number}", Words("t", "t"), qualify, (keep or {}).get(number)))
    return Policy("test", 1, date(2026, 1, 1), "me", "a test", tuple(tiers), **more)


def found(checked: Policy) -> list[tuple[str, str, str | None]]:
    return [(each.severity.value, each.code, each.tier) for each in lint_policy(checked, METRICS)]


SOUND = [
    policy("net_revenue_12m >= 500", "net_revenue_12m >= 2000", "net_revenue_12m >= 10000"),
    policy(("net_revenue_12m >= 500", "net_revenue_12m < 2000"), "net_revenue_12m >= 2000"),
    policy(("orders_12m >= 1", "orders_12m <= 9"), ("orders_12m >= 10", "orders_12m < 20"), "orders_12m > 19"),
    policy(
        ("net_revenue_12m >= 2000", "orders_12m >= 10", any_of("satisfaction_12m >= 80", "satisfaction_12m is null")),
        ("net_revenue_12m >= 5000", "orders_12m >= 20", any_of("satisfaction_12m >= 90", "satisfaction_12m is null")),
        keep={2: any_of("net_revenue_12m >= 4000", "orders_12m >= 15")},
        caps=(Cap(parse_condition("refund_rate_12m > 0.2"), "t1", "returns"),),
        variants=(Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal("1.2")}),),
    ),
    policy(("net_revenue_12m in top 20%", "net_revenue_12m > 0"), ("net_revenue_12m in top 5%", "net_revenue_12m > 0")),
    policy("days_since_last_order <= 90", "days_since_last_order <= 30"),
    policy("score >= 50", "score >= 80", score=(ScorePart("orders_12m", Decimal(1), None),)),
]


@pytest.mark.parametrize("checked", SOUND)
def test_sound_policies_pass_in_silence(checked):
    assert found(checked) == []


LADDERS = [
    # A lower tier that is as hard as a higher one, or harder: nobody stands there.
    (policy("net_revenue_12m >= 5000", "net_revenue_12m >= 2000"), [("error", "unreachable_tier", "t1")]),
    (policy("net_revenue_12m >= 2000", "net_revenue_12m >= 2000"), [("error", "unreachable_tier", "t1")]),
    (policy(("net_revenue_12m >= 5000", "orders_12m >= 3"), "net_revenue_12m >= 2000"), [("error", "unreachable_tier", "t1")]),
    (
        policy(("net_revenue_12m > 0", "net_revenue_12m in top 5%"), ("net_revenue_12m > 0", "net_revenue_12m in top 20%")),
        [("error", "unreachable_tier", "t1")],
    ),
    (policy("days_since_last_order <= 30", "days_since_last_order <= 90"), [("error", "unreachable_tier", "t1")]),
    (policy("orders_12m > 9", "orders_12m >= 10"), [("error", "unreachable_tier", "t1")]),
    # One threshold falls on the way up while another rises.
    (
        policy(("net_revenue_12m >= 5000", "orders_12m >= 10"), ("net_revenue_12m >= 2000", "orders_12m >= 20")),
        [("warning", "non_monotone", "t2")],
    ),
    # Bands that do not meet.
    (policy(("net_revenue_12m >= 500", "net_revenue_12m < 2000"), "net_revenue_12m >= 2500"), [("error", "gap", "t1")]),
    (policy(("net_revenue_12m >= 500", "net_revenue_12m < 2000"), "net_revenue_12m > 2000"), [("error", "gap", "t1")]),
    (policy(("net_revenue_12m >= 500", "net_revenue_12m <= 2000"), "net_revenue_12m >= 2000"), [("error", "overlap", "t1")]),
    (policy(("net_revenue_12m >= 500", "net_revenue_12m < 2100"), "net_revenue_12m >= 2000"), [("error", "overlap", "t1")]),
    (policy(("orders_12m >= 1", "orders_12m <= 9"), "orders_12m >= 11"), [("error", "gap", "t1")]),
    (policy("net_revenue_12m >= 500", ("net_revenue_12m >= 2000", "net_revenue_12m < 5000")), [("error", "gap", "t2")]),
    (
        policy(("days_since_last_order <= 90", "days_since_last_order > 30"), "days_since_last_order <= 20"),
        [("error", "gap", "t1")],
    ),
    (
        policy(("net_revenue_12m >= 500", "net_revenue_12m < 2000"), ("net_revenue_12m >= 2000", "orders_12m >= 10")),
        [("error", "gap", "t1")],
    ),
    # Everybody, and nobody.
    (policy("orders_12m >= 0"), [("warning", "met_by_everybody", "t1")]),
    (policy(("orders_12m >= 10", "orders_12m < 5")), [("error", "contradiction", "t1")]),
    (policy("satisfaction_12m >= 120"), [("error", "contradiction", "t1")]),
    (policy(("satisfaction_12m is null", "satisfaction_12m >= 90")), [("error", "contradiction", "t1")]),
    (policy(("orders_12m > 9", "orders_12m < 10")), [("error", "contradiction", "t1")]),
    (policy(any_of("satisfaction_12m >= 120", "orders_12m >= 5")), [("warning", "dead_alternative", "t1")]),
]


@pytest.mark.parametrize(("checked", "findings"), LADDERS)
def test_a_ladder_that_is_none_is_found(checked, findings):
    assert found(checked) == findings


TOP = Cap(parse_condition("refund_rate_12m > 0.2"), "t1", "returns")
PARTS = [
    (policy(None), [("error", "tier_without_rule", "t1")]),
    (policy("net_revenu_12m >= 5"), [("error", "unknown_metric", "t1")]),
    (policy("score >= 5"), [("error", "score_missing", "t1")]),
    (policy("orders_12m >= 5", caps=(Cap(parse_condition("refund_rate_12m > 0.2"), "t9", "x"),)), [("error", "unknown_tier", None)]),
    (policy("orders_12m >= 5", caps=(TOP,)), [("warning", "idle_cap", "t1")]),
    (policy("orders_12m >= 5", "orders_12m >= 9", caps=(Cap(parse_condition("orders_12m >= 3"), "t1", "x"),)), [("warning", "against_direction", "t1")]),
    (policy("days_since_last_order >= 30"), [("warning", "against_direction", "t1")]),
    (policy("refund_rate_12m <= 20"), [("warning", "share_in_percent", "t1")]),
    (policy("net_revenue_12m in top 5%"), [("warning", "top_share_of_zeros", "t1")]),
    (policy("orders_12m >= 5", keep={1: condition("orders_12m >= 6")}), [("warning", "keep_harder", "t1")]),
    (
        policy(("orders_12m >= 5", "net_revenue_12m >= 10"), keep={1: condition("orders_12m >= 6", "net_revenue_12m >= 5")}),
        [("warning", "keep_harder", "t1")],
    ),
    (policy("score >= 5", score=(ScorePart("orders_12m", Decimal("0.9"), None),)), [("error", "weights", None)]),
    (
        policy("score >= 5", score=(ScorePart("orders_12m", Decimal(2), None), ScorePart("net_revenue_12m", Decimal(-1), None))),
        [("error", "weights", None)],
    ),
    (policy("score >= 5", score=(ScorePart("orders", Decimal(1), None),)), [("error", "unknown_metric", None)]),
    (policy("score >= 5", score=(ScorePart("orders_12m", Decimal(1), (Decimal(3), Decimal(3))),)), [("error", "empty_scale", None)]),
    (policy("score >= 5", score=(ScorePart("refund_rate_12m", Decimal(1), None),)), [("warning", "against_direction", None)]),
    (policy("score >= 5", score=(ScorePart("refund_rate_12m", Decimal(1), (Decimal("0.5"), Decimal(0))),)), []),
    (policy("orders_12m >= 5", score=(ScorePart("orders_12m", Decimal(1), None),)), [("warning", "idle_score", None)]),
    (policy("orders_12m >= 5", variants=(Variant({"regoin": ("HK",)}, {"orders_12m": Decimal(2)}),)), [("error", "unknown_column", None)]),
    (policy("orders_12m >= 5", variants=(Variant({"region": ("HK",)}, {"order_12m": Decimal(2)}),)), [("error", "unknown_metric", None)]),
    (policy("orders_12m >= 5", variants=(Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal(2)}),)), [("warning", "idle_variant", None)]),
    (policy("orders_12m >= 5", variants=(Variant({"region": ("HK",)}, {"orders_12m": Decimal(0)}),)), [("error", "factor", None)]),
    (
        policy("orders_12m >= 5", variants=(Variant({"region": ("HK",)}, {"orders_12m": Decimal(2)}), Variant({"city": ("X",)}, {"orders_12m": Decimal(3)}))),
        [("warning", "variants_overlap", None)],
    ),
    (
        policy("orders_12m >= 5", variants=(Variant({"region": ("HK",)}, {"orders_12m": Decimal(2)}), Variant({"region": ("MO",)}, {"orders_12m": Decimal(3)}))),
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("checked", "findings"), PARTS)
def test_a_part_that_is_wrong_by_itself_is_found(checked, findings):
    assert found(checked) == findings


def test_the_first_tier_is_for_everyone_else_and_names_are_unique():
    twice = Tier("a", Words("a", "a"), parse_condition("orders_12m >= 5"))
    checked = Policy(
        "test", 1, date(2026, 1, 1), "me", "a test", (twice, Tier("a", Words("a", "a"), parse_condition("orders_12m >= 9")))
    )
    assert [(each.code, each.problem.place) for each in lint_policy(checked, METRICS)] == [
        ("duplicate_tier", Place(column="tiers[1]")),
        ("first_tier_with_rule", Place(column="tiers[1]")),
        ("duplicate_tier", Place(column="tiers[2]")),
    ]
    assert [each.code for each in lint_policy(Policy("test", 1, date(2026, 1, 1), "me", "a test", ()), METRICS)] == ["no_tiers"]


def test_errors_stand_first_and_each_finding_has_words_and_a_place():
    checked = policy("days_since_last_order >= 30", ("net_revenue_12m >= 9", "net_revenu_12m >= 5"))
    first, second = lint_policy(checked, METRICS, place=lambda keys: Place("retail.yaml", len(keys), str(keys[1])))
    assert (first.severity, second.severity) == (Severity.ERROR, Severity.WARNING)
    assert first.problem.values["guess"] == "net_revenue_12m"
    assert first.problem.place == Place("retail.yaml", 3, "2")
    assert second.problem.place == Place("retail.yaml", 3, "1")


def test_too_many_alternatives_are_said_not_guessed():
    many = condition(*(any_of("orders_12m >= 1", "net_revenue_12m >= 1") for _ in range(9)))
    assert found(policy(many)) == [("warning", "not_examined", "t1")]


@pytest.mark.parametrize("checked", [checked for checked, _ in LADDERS + PARTS])
def test_every_text_finds_its_values(checked):
    for finding in lint_policy(checked, METRICS):
        assert "{" not in finding.problem.text.format(**finding.problem.values)
        assert "{" not in (finding.problem.advice or "").format(**finding.problem.values)


def test_rules_that_ask_silent_customers_for_praise_are_pointed_at():
    survey = Metric(
        "satisfaction_12m", Words("x", "x"), Words("x", "x"), Unit.SCORE, Aggregate.MEAN, YEAR, Fact.FEEDBACK, "score"
    )
    strict = policy("satisfaction_12m >= 90")
    assert [each.code for each in lint_policy(strict, (survey,))] == ["silence_fails"]
    for meant in (
        any_of("satisfaction_12m >= 90", "satisfaction_12m is null"),
        ("satisfaction_12m >= 90", "satisfaction_12m is not null"),
    ):
        assert lint_policy(policy(meant), (survey,)) == ()
