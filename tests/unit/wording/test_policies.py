"""A policy reads as sentences in both languages; world: two tiers with everything that a policy can have."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from fenji.domain.conditions import Group, Junction, parse_condition
from fenji.domain.metrics import Aggregate, Fact, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Cap, Downgrade, Policy, Review, ReviewPeriod, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.language import Language
from fenji.wording.policies import TierInWords, policy_in_words
from fenji.wording.rules import Wording, sentence


def metric(slug: str, zh: str, en: str, unit: Unit) -> Metric:
    return Metric(slug, Words(zh, en), Words(zh, en), unit, Aggregate.SUM, Window.parse("12m"), Fact.ORDER_LINE)


METRICS = {
    "net_revenue_12m": metric("net_revenue_12m", "近12个月净消费", "net revenue in 12 months", Unit.MONEY),
    "orders_12m": metric("orders_12m", "近12个月订单数", "orders in 12 months", Unit.COUNT),
    "refund_rate_12m": metric("refund_rate_12m", "近12个月退款率", "refund rate in 12 months", Unit.SHARE),
}
POLICY = Policy(
    "retail", 2, date(2026, 1, 1), "me", "a test",
    (
        Tier("entry", Words("初级会员", "Entry"), None),
        Tier(
            "vip",
            Words("VIP会员", "VIP"),
            Group(Junction.ALL, (parse_condition("net_revenue_12m >= 2000"), parse_condition("orders_12m > 10"))),
            Group(Junction.ANY, (parse_condition("net_revenue_12m >= 1500.5"), parse_condition("score >= 80"))),
        ),
    ),
    (Cap(parse_condition("refund_rate_12m > 0.2"), "entry", "returns"),),
    Review(ReviewPeriod.QUARTER, Downgrade.REQUALIFY, 2, 3),
    (Variant({"region": ("HK", "MO"), "kind": ("company",)}, {"net_revenue_12m": Decimal("1.20"), "orders_12m": Decimal(2)}),),
    (ScorePart("orders_12m", Decimal("0.7"), None), ScorePart("net_revenue_12m", Decimal("0.3"), (Decimal(0), Decimal(5000)))),
)  # fmt: skip


def test_every_part_is_a_sentence():
    words = policy_in_words(POLICY, Wording(METRICS, Language.EN), columns={"region": Words("地区", "region")})
    assert (words.policy, words.version) == ("retail", 2)
    assert words.tiers == (
        TierInWords("entry", "Entry", ("everyone else",), ()),
        TierInWords(
            "vip",
            "VIP",
            ("net revenue in 12 months at least 2,000", "orders in 12 months more than 10"),
            ("net revenue in 12 months at least 1,500.50 or weighted score at least 80",),
        ),
    )
    assert words.caps == ("While refund rate in 12 months more than 20%: at most Entry (returns).",)
    assert words.review == (
        "Tiers are reviewed every quarter.",
        "A customer who no longer keeps a tier falls to the highest tier whose rule is still met.",
        "After a change, a tier is held for 3 reviews.",
        "Before a fall, 2 reviews of grace are given.",
    )
    assert words.variants == (
        "Where region is HK or MO and kind is company, thresholds are multiplied: net revenue in 12 months x 1.2, orders in 12 months x 2.",
    )
    assert words.score == (
        "70%: orders in 12 months, by the share of the other customers who have less",
        "30%: net revenue in 12 months, 0 points at 0 and 100 at 5,000",
    )


def test_chinese_uses_the_metrics_chinese_words_and_yuan():
    chinese = Wording(METRICS, Language.ZH)
    assert sentence(POLICY.tiers[1].qualify, chinese) == "近12个月净消费不低于 2,000 元 且 近12个月订单数高于 10"
    words = policy_in_words(POLICY, chinese)
    assert words.tiers[0] == TierInWords("entry", "初级会员", ("其余所有客户",), ())
    assert words.caps == ("近12个月退款率高于 20%时，最高为初级会员（returns）。",)
    assert sentence(POLICY.tiers[1].qualify, Wording(METRICS, Language.ZH, "GBP")).startswith("近12个月净消费不低于 2,000 GBP")


def test_one_review_is_no_reviews():
    gentle = replace(POLICY, review=Review(ReviewPeriod.MONTH, Downgrade.ONE_STEP, 1, 1))
    assert policy_in_words(gentle, Wording(METRICS, Language.EN)).review[2:] == (
        "After a change, a tier is held for 1 review.",
        "Before a fall, 1 review of grace is given.",
    )
