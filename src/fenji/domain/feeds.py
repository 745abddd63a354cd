"""What may a company feed in, and which fields has each kind of table? Not: how a file calls its columns (see collect)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Feed(StrEnum):
    """The kinds of tables that may come in; each has a raw table of the same name."""

    CUSTOMER = "customer"
    ORDER = "order"
    ORDER_LINE = "order_line"
    PAYMENT = "payment"
    RETURN = "return"
    BALANCE = "balance"
    PRODUCT = "product"
    EVENT = "event"
    FEEDBACK = "feedback"
    CAMPAIGN_CONTACT = "campaign_contact"
    REDEMPTION = "redemption"
    REFERRAL = "referral"
    CONTRACT = "contract"


class Cell(StrEnum):
    """What the cells of a field hold; decides how their text is read."""

    ID = "id"
    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    MOMENT = "moment"
    DAY = "day"
    PHONE = "phone"
    EMAIL = "email"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Field:
    """One field of a feed."""

    name: str
    """Our name; also the column of the raw table."""
    cell: Cell
    zh: str
    """What people call it in Chinese."""
    en: str
    """What people call it in English."""
    required: bool = False
    """A row without it cannot be used."""


def _person(*, customer_required: bool = False) -> tuple[Field, ...]:
    """The fields by which a row may say whose it is."""
    return (
        Field("customer_id", Cell.ID, "客户编号", "customer id", customer_required),
        Field("phone", Cell.PHONE, "手机号", "phone"),
        Field("email", Cell.EMAIL, "电子邮箱", "e-mail"),
        Field("union_id", Cell.ID, "UnionID", "union id"),
    )


FEEDS: dict[Feed, tuple[Field, ...]] = {
    Feed.CUSTOMER: (
        *_person(),
        Field("name", Cell.TEXT, "客户名称", "name"),
        Field("kind", Cell.TEXT, "客户类型", "kind (person, company)"),
        Field("gender", Cell.TEXT, "性别", "gender"),
        Field("birth_on", Cell.DAY, "生日", "birthday"),
        Field("region", Cell.TEXT, "地区", "region"),
        Field("city", Cell.TEXT, "城市", "city"),
        Field("industry", Cell.TEXT, "行业", "industry"),
        Field("occupation", Cell.TEXT, "职业", "occupation"),
        Field("income_band", Cell.TEXT, "收入", "income band"),
        Field("education", Cell.TEXT, "学历", "education"),
        Field("acquisition_channel", Cell.TEXT, "来源渠道", "acquisition channel"),
        Field("registered_at", Cell.MOMENT, "注册时间", "registered at"),
        Field("referrer_id", Cell.ID, "推荐人", "referred by"),
        Field("other_id", Cell.ID, "同一客户的另一编号", "another id of the same customer"),
        Field("consent_marketing", Cell.YES_NO, "营销授权", "marketing consent"),
        Field("prior_tier", Cell.TEXT, "原客户等级", "tier in the source system"),
    ),
    Feed.ORDER_LINE: (
        Field("order_id", Cell.ID, "订单编号", "order id", required=True),
        *_person(),
        Field("customer_name", Cell.TEXT, "客户姓名", "customer name"),
        Field("region", Cell.TEXT, "省份", "region"),
        Field("city", Cell.TEXT, "城市", "city"),
        Field("ordered_at", Cell.MOMENT, "下单时间", "ordered at", required=True),
        Field("paid_at", Cell.MOMENT, "付款时间", "paid at"),
        Field("status", Cell.TEXT, "订单状态", "order status"),
        Field("product_id", Cell.ID, "商品编码", "product id"),
        Field("product_name", Cell.TEXT, "商品名称", "product name"),
        Field("category", Cell.TEXT, "商品品类", "category"),
        Field("channel", Cell.TEXT, "渠道", "channel"),
        Field("quantity", Cell.NUMBER, "数量", "quantity"),
        Field("unit_price", Cell.MONEY, "单价", "unit price"),
        Field("line_amount", Cell.MONEY, "本行实付金额", "amount paid for this line"),
        Field("order_amount", Cell.MONEY, "订单实付金额", "amount paid for the whole order"),
        Field("refund_amount", Cell.MONEY, "退款金额", "refund"),
        Field("refunded_at", Cell.MOMENT, "退款时间", "refunded at"),
        Field("currency", Cell.TEXT, "币种", "currency"),
        Field("kind", Cell.TEXT, "单据类型", "kind (sale, return)"),
        Field("cancelled_at", Cell.MOMENT, "取消时间", "cancelled at"),
    ),
    Feed.ORDER: (
        Field("order_id", Cell.ID, "订单编号", "order id", required=True),
        *_person(),
        Field("customer_name", Cell.TEXT, "客户姓名", "customer name"),
        Field("region", Cell.TEXT, "省份", "region"),
        Field("city", Cell.TEXT, "城市", "city"),
        Field("ordered_at", Cell.MOMENT, "下单时间", "ordered at", required=True),
        Field("paid_at", Cell.MOMENT, "付款时间", "paid at"),
        Field("status", Cell.TEXT, "订单状态", "order status"),
        Field("channel", Cell.TEXT, "渠道", "channel"),
        Field("order_amount", Cell.MONEY, "订单实付金额", "amount paid for the whole order"),
        Field("refund_amount", Cell.MONEY, "退款金额", "refund"),
        Field("refunded_at", Cell.MOMENT, "退款时间", "refunded at"),
        Field("currency", Cell.TEXT, "币种", "currency"),
        Field("kind", Cell.TEXT, "单据类型", "kind (sale, return)"),
        Field("cancelled_at", Cell.MOMENT, "取消时间", "cancelled at"),
    ),
    Feed.PAYMENT: (
        Field("payment_id", Cell.ID, "收款编号", "payment id"),
        Field("order_id", Cell.ID, "订单编号", "order id", required=True),
        Field("paid_at", Cell.MOMENT, "付款时间", "paid at"),
        Field("amount", Cell.MONEY, "付款金额", "amount paid", required=True),
        Field("method", Cell.TEXT, "付款方式", "method of payment"),
        Field("status", Cell.TEXT, "付款状态", "payment status"),
        Field("currency", Cell.TEXT, "币种", "currency"),
    ),
    Feed.RETURN: (
        Field("return_id", Cell.ID, "退货编号", "return id"),
        Field("order_id", Cell.ID, "订单编号", "order id", required=True),
        Field("product_id", Cell.ID, "商品编码", "product id"),
        Field("returned_at", Cell.MOMENT, "退货时间", "returned at"),
        Field("amount", Cell.MONEY, "退款金额", "amount paid back"),
        Field("quantity", Cell.NUMBER, "数量", "quantity"),
        Field("status", Cell.TEXT, "退款状态", "status of the return"),
        Field("return_reason", Cell.TEXT, "退货原因", "reason of the return"),
        Field("currency", Cell.TEXT, "币种", "currency"),
    ),
    Feed.BALANCE: (
        *_person(),
        Field("total", Cell.MONEY, "累计消费金额", "total spent", required=True),
        Field("orders", Cell.NUMBER, "累计消费次数", "number of orders"),
        Field("first_at", Cell.MOMENT, "首次消费时间", "first order at"),
        Field("last_at", Cell.MOMENT, "最近消费时间", "last order at"),
        Field("currency", Cell.TEXT, "币种", "currency"),
    ),
    Feed.PRODUCT: (
        Field("product_id", Cell.ID, "商品编码", "product id", required=True),
        Field("name", Cell.TEXT, "商品名称", "name"),
        Field("category", Cell.TEXT, "商品品类", "category"),
        Field("brand", Cell.TEXT, "品牌", "brand"),
        Field("unit_cost", Cell.MONEY, "单位成本", "unit cost"),
    ),
    Feed.EVENT: (
        Field("event_id", Cell.ID, "事件编号", "event id"),
        *_person(),
        Field("at", Cell.MOMENT, "时间", "at", required=True),
        Field("kind", Cell.TEXT, "事件类型", "kind", required=True),
        Field("value", Cell.NUMBER, "数值", "value"),
    ),
    Feed.FEEDBACK: (
        Field("feedback_id", Cell.ID, "反馈编号", "feedback id"),
        *_person(),
        Field("at", Cell.MOMENT, "时间", "at", required=True),
        Field("kind", Cell.TEXT, "反馈类型", "kind (satisfaction, nps, complaint, questionnaire)"),
        Field("score", Cell.NUMBER, "评分", "score"),
        Field("topic", Cell.TEXT, "主题", "topic"),
        Field("resolved_at", Cell.MOMENT, "解决时间", "resolved at"),
        Field("text", Cell.TEXT, "内容", "text"),
    ),
    Feed.CAMPAIGN_CONTACT: (
        Field("campaign_id", Cell.ID, "活动编号", "campaign id", required=True),
        *_person(),
        Field("contacted_at", Cell.MOMENT, "触达时间", "contacted at", required=True),
        Field("channel", Cell.TEXT, "触达渠道", "channel"),
        Field("variant", Cell.TEXT, "分组", "variant"),
        Field("cost", Cell.MONEY, "成本", "cost"),
    ),
    Feed.REDEMPTION: (
        Field("redemption_id", Cell.ID, "核销编号", "redemption id"),
        *_person(),
        Field("redeemed_at", Cell.MOMENT, "核销时间", "redeemed at", required=True),
        Field("coupon_id", Cell.ID, "优惠券", "coupon id"),
        Field("campaign_id", Cell.ID, "活动编号", "campaign id"),
        Field("order_id", Cell.ID, "订单编号", "order id"),
        Field("value", Cell.MONEY, "抵扣金额", "value"),
    ),
    Feed.REFERRAL: (
        Field("referrer_id", Cell.ID, "推荐人", "referrer id", required=True),
        Field("customer_id", Cell.ID, "被推荐人", "referred customer id", required=True),
        Field("referred_at", Cell.MOMENT, "推荐时间", "referred at"),
    ),
    Feed.CONTRACT: (
        Field("contract_id", Cell.ID, "合同编号", "contract id"),
        *_person(),
        Field("started_at", Cell.MOMENT, "合同开始时间", "started at", required=True),
        Field("ended_at", Cell.MOMENT, "合同结束时间", "ended at"),
        Field("plan", Cell.TEXT, "套餐", "plan"),
        Field("monthly_fee", Cell.MONEY, "月费", "monthly fee"),
        Field("status", Cell.TEXT, "合同状态", "contract status"),
    ),
}


def field_names(feed: Feed) -> tuple[str, ...]:
    """The names of a feed's fields, in the order of its raw table."""
    return tuple(field.name for field in FEEDS[feed])
