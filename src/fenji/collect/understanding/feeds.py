"""What are the rows of a table: orders, customers, products, events, feedback, campaigns, coupons, referrals or contracts? Or can we not tell?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fenji.collect.header_words import HeaderWords, senses_of
from fenji.collect.headers import Confidence, matches_for
from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.collect.understanding.platforms import Platform
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Feed

_POINTS = {Confidence.SURE: 3.0, Confidence.LIKELY: 1.5, Confidence.GUESS: 0.4}
_NAME_BONUS = 6.0
"""What a telling file name is worth: two sure columns."""
_PENALTY = 4.0
FEWEST_ROWS = 20
FEWEST_DIFFERENT = 0.8
"""Different customers per row, from that many rows on, below which a table is no list of customers."""
FEWEST_POINTS = 4.0
"""Below this nothing fits well enough to say what the rows are."""

_FILE_NAMES: dict[Feed, re.Pattern[str]] = {
    Feed.ORDER_LINE: re.compile(r"order|invoice|sales|transaction|basket|receipt|订单|销售|交易|流水|小票|消费|账单|orderlist"),
    Feed.CUSTOMER: re.compile(
        r"customer|member|client|user|demographic|household|contacts|crm|churn|客户|会员|用户|顾客|学员|住客"
    ),
    Feed.PRODUCT: re.compile(r"product|sku|item(?!_?order)|goods|catalog|商品|产品|货品|物料|存货"),
    Feed.EVENT: re.compile(r"event|visit|login|click|behaviou?r|session|activity_log|行为|访问|登录|浏览|签到|埋点|里程|上课"),
    Feed.FEEDBACK: re.compile(
        r"feedback|complaint|survey|nps|csat|ticket|review|rating|satisfaction|投诉|反馈|满意|评价|问卷|工单|客服"
    ),
    Feed.CAMPAIGN_CONTACT: re.compile(r"campaign|contact_?log|sms|mailing|marketing|触达|营销|群发|外呼|短信"),
    Feed.REDEMPTION: re.compile(r"redemption|redeem|coupon_?use|核销|用券|兑换|券使用"),
    Feed.REFERRAL: re.compile(r"referral|invite|推荐|邀请|转介绍"),
    Feed.PAYMENT: re.compile(r"payment|tender|收款|付款|回款|支付"),
    Feed.RETURN: re.compile(r"refund|return|rma|credit.?(?:note|memo)|退款|退货|退单|售后"),
    Feed.CONTRACT: re.compile(r"contract|subscription|agreement|polic(?:y|ies)|enrol|合同|合约|订阅|保单|签约|开户|报名|借据"),
}


@dataclass(frozen=True)
class Guess:
    """What the rows of a table are, and what they could be as well."""

    choice: Choice | None
    alternative: Choice | None = None


def guess_feed(table: SampledTable, platform: Platform | None) -> Guess:
    """The feed that the columns fill best, with its columns; none where no feed fits.

    Words are counted first; then what the columns do has the last word: rows with a person, a moment and money that nobody
    reads are sales, whatever the table is called.
    """
    if platform:
        return Guess(choose_columns(table, platform.feed, platform))
    choices = {feed: choose_columns(table, feed) for feed in _GATES}
    sale = choices[Feed.ORDER_LINE]
    scored = [
        (_points(choice, table), choice)
        for feed, choice in choices.items()
        if _GATES[feed](choice) and not _is_rather_a_sale(choice, sale) and not _is_rather_people(choice)
    ]
    best = max(scored, key=lambda each: each[0], default=(0.0, None))
    found = best[1] if best[0] >= FEWEST_POINTS else None
    if _is_sale(sale) and not _is_rather_people(sale) and (found is None or _leaves_a_sale(found, sale, table)):
        return Guess(sale, found if found and found.feed is Feed.CONTRACT else None)
    return Guess(found)


def _is_rather_people(choice: Choice) -> bool:
    """Whether rows that look like orders are customers with what each of them has spent: a total, and no number of an order."""
    amount, order = choice.amount, choice.column("order_id")
    has_number = order is not None and order.column is not None
    return choice.feed is Feed.ORDER_LINE and not has_number and amount is not None and is_total(amount.column or "")


def _is_rather_a_sale(choice: Choice, sale: Choice) -> bool:
    """Whether payments, returns or customers are really orders, which have a number and name their buyer or their goods."""
    if choice.feed is Feed.CUSTOMER:
        return _is_named(sale, "order_id") and sale.has_person and sale.column("ordered_at") is not None
    if choice.feed is Feed.PAYMENT:
        return sale.has_amount and (sale.has_person or sale.column("product_id") is not None or sale.column("status") is not None)
    return choice.feed is Feed.RETURN and sale.has_amount and not _is_surely(choice, "return_id")


def _is_sale(choice: Choice) -> bool:
    """Whether the columns tell who paid how much and when."""
    at = choice.column("ordered_at")
    return choice.has_amount and at is not None and (choice.has_person or _is_surely(choice, "order_id"))


def _leaves_a_sale(found: Choice, sale: Choice, table: SampledTable) -> bool:
    """Whether a table would be read as something else while its money and its moment stand unread."""
    if found.feed not in _READ_NO_SALES or _is_sum_of_person(found, sale, table):
        return False
    read = {column.column for column in found.columns}
    at, amount = sale.column("ordered_at"), sale.amount
    if amount is None or at is None:
        return False
    if found.feed is Feed.CONTRACT:
        # What is paid every month is no sale; what a contract is worth in all is one, on the day of its signing.
        return found.column("monthly_fee") is None and amount.confidence is not Confidence.GUESS
    if found.feed is Feed.EVENT and amount.column in read:
        return table.evidence(amount.column or "").fraction > 0 and at.confidence is not Confidence.GUESS
    return amount.column not in read and (at.column not in read or found.feed is Feed.EVENT)


def _is_sum_of_person(found: Choice, sale: Choice, table: SampledTable) -> bool:
    """Whether the money of a list of customers is what each of them has spent in all: one row a person, and a header that says so."""
    if found.feed is not Feed.CUSTOMER or sale.amount is None or not sale.amount.column:
        return False
    return is_total(sale.amount.column) or (
        not _repeats_people(found, table) and sale.column("order_id") is None and _is_last(sale)
    )


def _is_last(sale: Choice) -> bool:
    at = sale.column("ordered_at")
    return (
        at is not None
        and bool(at.column)
        and any(name in {"last_at", "first_at"} for name, _ in senses_of(at.column or "", Feed.BALANCE))
    )


def is_total(header: str) -> bool:
    """Whether a header promises a sum over a customer's time, such as 累计消费金额 or Total Spent."""
    return any(match.field == "total" and match.confidence is Confidence.SURE for match in matches_for(header, Feed.BALANCE)) or (
        ("total", True) in senses_of(header, Feed.BALANCE) and HeaderWords.of(header).has(_OVER_TIME)
    )


def _points(choice: Choice, table: SampledTable) -> float:
    telling = _TELLING[choice.feed]
    total = 0.0
    for column in choice.columns:
        total += _POINTS[column.confidence] * (2 if column.field in telling else 1)
    # A required field that nothing fills speaks against the feed.
    missing = sum(1 for field in FEEDS[choice.feed] if field.required and choice.column(field.name) is None)
    missing += choice.feed is Feed.ORDER_LINE and not choice.has_amount
    named = any(
        _FILE_NAMES[choice.feed].search(f"{sample.file} {sample.part or ''}".casefold().rsplit("/", 1)[-1])
        for sample in table.samples
    )
    strangers = 1 if choice.feed is Feed.CUSTOMER and _repeats_people(choice, table) else 0
    return total + (_NAME_BONUS if named else 0.0) - _PENALTY * (missing + strangers)


def _repeats_people(choice: Choice, table: SampledTable) -> bool:
    """Whether the same customer stands in many rows: then the rows are something else about them."""
    identifier = choice.column("customer_id") or choice.column("phone") or choice.column("email")
    if identifier is None or identifier.column is None:
        return False
    seen = table.evidence(identifier.column)
    return seen.filled >= FEWEST_ROWS and seen.unique < FEWEST_DIFFERENT


def _is_surely(choice: Choice, *fields: str) -> bool:
    """Whether one of the fields is filled by more than a guess."""
    return any((column := choice.column(name)) and column.confidence is not Confidence.GUESS for name in fields)


_OVER_TIME = (
    "累计 历史 近12个月 近一年 近 年度 lifetime historic historical cumulative 12 months year spent spend clv ltv mnt annual"
)
_READ_NO_SALES = frozenset({Feed.CUSTOMER, Feed.PRODUCT, Feed.FEEDBACK, Feed.CONTRACT, Feed.EVENT, Feed.CAMPAIGN_CONTACT})

_TELLING: dict[Feed, frozenset[str]] = {
    Feed.CUSTOMER: frozenset(
        {
            "gender",
            "birth_on",
            "registered_at",
            "prior_tier",
            "income_band",
            "occupation",
            "education",
            "consent_marketing",
            "acquisition_channel",
        }
    ),
    Feed.ORDER_LINE: frozenset({"order_id", "line_amount", "order_amount", "unit_price", "quantity", "ordered_at", "paid_at"}),
    Feed.PRODUCT: frozenset({"brand", "unit_cost", "category", "name"}),
    Feed.EVENT: frozenset({"event_id", "kind"}),
    Feed.FEEDBACK: frozenset({"feedback_id", "score", "topic", "text", "resolved_at"}),
    Feed.CAMPAIGN_CONTACT: frozenset({"campaign_id", "contacted_at", "variant"}),
    Feed.REDEMPTION: frozenset({"redemption_id", "redeemed_at", "coupon_id"}),
    Feed.REFERRAL: frozenset({"referrer_id", "customer_id"}),
    Feed.PAYMENT: frozenset({"payment_id", "method"}),
    Feed.RETURN: frozenset({"return_id", "returned_at", "amount", "return_reason"}),
    Feed.CONTRACT: frozenset({"contract_id", "started_at", "ended_at", "monthly_fee"}),
}


def _is_named(choice: Choice, field: str) -> bool:
    column = choice.column(field)
    return column is not None and column.confidence is Confidence.SURE


def _has_numbers(choice: Choice) -> bool:
    """Whether persons have orders with a number of the file's own: one that fenji makes of buyer and day fits any log."""
    column = choice.column("order_id")
    return choice.has_person and column is not None and bool(column.column)


_GATES: dict[Feed, Callable[[Choice], bool]] = {
    Feed.CUSTOMER: lambda choice: choice.has_person and len(choice.columns) > 1,
    # Orders whose money stands in another file are orders all the same; that it is missing will be said.
    Feed.ORDER_LINE: lambda choice: (
        (_is_surely(choice, "order_id") and (choice.has_amount or (_has_numbers(choice) and _is_surely(choice, "ordered_at"))))
        or _is_sale(choice)
    ),
    Feed.PRODUCT: lambda choice: (
        _is_surely(choice, "product_id") and _is_surely(choice, "name", "category", "brand", "unit_cost")
    ),
    # A column called 登录时间 or visit_date says by its name that these are events.
    Feed.EVENT: lambda choice: choice.has_person and (_is_surely(choice, "kind", "event_id") or _is_named(choice, "at")),
    Feed.FEEDBACK: lambda choice: _is_surely(choice, "score", "topic", "text", "feedback_id"),
    Feed.CAMPAIGN_CONTACT: lambda choice: _is_surely(choice, "campaign_id") and choice.has_person,
    Feed.REDEMPTION: lambda choice: _is_surely(choice, "coupon_id", "redemption_id") and choice.has_person,
    Feed.REFERRAL: lambda choice: _is_surely(choice, "referrer_id") and _is_surely(choice, "customer_id"),
    # Both are about orders that stand in another file; with a buyer of their own they are sales.
    Feed.PAYMENT: lambda choice: _is_surely(choice, "order_id") and _is_named(choice, "amount") and len(choice.columns) > 2,  # noqa: PLR2004 - more than a number and money
    Feed.RETURN: lambda choice: (
        _is_surely(choice, "order_id")
        and (_is_named(choice, "return_id") or _is_named(choice, "returned_at") or _is_named(choice, "amount"))
    ),
    # A start alone is that of a campaign or a membership just as well; what is paid a month, or the end, makes it a contract.
    Feed.CONTRACT: lambda choice: (
        choice.has_person
        and _is_surely(choice, "started_at")
        and (_is_surely(choice, "contract_id", "monthly_fee") or _is_named(choice, "ended_at"))
    ),
}
