"""Which shop platform wrote this export, and which of its many columns is the one to take?

Money is what the buyer really paid, postage in and discounts out, because every platform can give that; a platform is
recognised by headers that it alone writes, in any of its known versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.headers import lookup_key
from fenji.collect.remarks import Remark
from fenji.domain.feeds import Feed
from fenji.domain.sources import MoneyUnit
from fenji.language import message as _


@dataclass(frozen=True)
class Platform:
    """What we know about the exports of one platform."""

    slug: str
    """Begins the proposed name of the source."""
    name: Remark
    feed: Feed
    signatures: tuple[str, ...]
    """Each a set of headers, separated by spaces; a file that has all of one set is this platform's."""
    channel: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> headers, separated by spaces, best first; an empty text means: leave the field empty."""
    return_order_pattern: str | None = None
    unit: MoneyUnit | None = None
    """Of all its amounts, where no header says it."""
    notes: tuple[Finding, ...] = ()
    blocking: tuple[Finding, ...] = ()


PLATFORMS: tuple[Platform, ...] = (
    Platform(
        "wechat_shop",
        Remark(_("WeChat shop order export")),
        Feed.ORDER_LINE,
        ("订单实际支付金额 商品实际价格(总共)", "商品编码(平台) 订单下单时间", "订单实际支付金额 商品已退款金额"),
        channel="微信小店",
        # One row per product. 订单实际支付金额 repeats on every row of an order and is what was paid: the sum of 商品实际价格(总共) still
        # holds cross-shop coupons and points, and lacks postage. It is split over the lines by 商品实际价格(单件) x 商品数量.
        # 商品已退款金额 belongs to the row.
        columns={
            "order_id": "订单号",
            "ordered_at": "订单下单时间",
            "paid_at": "支付时间",
            "product_id": "商品编码(平台) 商品编码(自定义)",
            "unit_price": "商品实际价格(单件) 商品价格(单件)",
            "order_amount": "订单实际支付金额",
            "line_amount": "",
            "refund_amount": "商品已退款金额",
            "channel": "",
        },
        notes=(findings.TAOBAO_AMOUNT_REPEATS(),),
    ),
    Platform(
        "jd",
        Remark(_("JD order export")),
        Feed.ORDER_LINE,
        ("下单帐号 京东价", "下单账号 京东价", "订购数量 京东价", "商家skuid 结算金额", "下单帐号 订购数量"),
        channel="京东",
        # One row per SKU; every money column but 京东价 belongs to the order and repeats.
        columns={
            "order_id": "订单号",
            "customer_id": "下单帐号 下单账号",
            "order_amount": "应付金额 结算金额 订单金额 商家应收",
            "line_amount": "",
            "unit_price": "京东价",
            "product_id": "商品id 商家skuid 货号",
            "channel": "",
        },
        notes=(findings.SKU_AMOUNT_REPEATS(),),
    ),
    Platform(
        "douyin",
        Remark(_("Douyin order export")),
        Feed.ORDER_LINE,
        ("主订单编号 订单应付金额", "子订单编号 订单应付金额", "主订单编号 选购商品"),
        channel="抖音",
        # One row per 子订单; 订单应付金额 is that row's own amount although its name says order.
        columns={
            "order_id": "主订单编号 子订单编号",
            "line_amount": "订单应付金额",
            "order_amount": "",
            "ordered_at": "订单提交时间 订单创建时间 下单时间 支付完成时间",
            "paid_at": "支付完成时间 支付时间",
            "product_id": "商品id 商家编码",
            "channel": "",
        },
        notes=(findings.DOUYIN_AMOUNT_OF_ROWS(),),
    ),
    Platform(
        "taobao_items",
        Remark(_("Taobao/Tmall item export with sub-orders")),
        Feed.ORDER_LINE,
        ("子订单编号 主订单编号 买家实付金额", "子订单编号 主订单编号 买家实际支付金额"),
        channel="淘宝",
        columns={
            "order_id": "主订单编号",
            "line_amount": "买家实付金额 买家实际支付金额",
            "order_amount": "",
            "product_id": "商品id 宝贝id 商家编码 外部系统编号",
            "channel": "",
        },
        notes=(findings.ITEM_AMOUNT_OF_ROWS(),),
    ),
    Platform(
        "taobao_detail",
        Remark(_("Taobao/Tmall item list (ExportOrderDetailList)")),
        Feed.ORDER_LINE,
        ("标题 购买数量 外部系统编号", "标题 价格 购买数量 商家编码", "标题 购买数量 套餐信息"),
        channel="淘宝",
        columns={
            "product_id": "外部系统编号 商家编码",
            "product_name": "标题",
            "unit_price": "价格",
            "order_amount": "买家实际支付金额 买家实付金额",
            "channel": "",
        },
        blocking=(findings.TAOBAO_ITEM_LIST(),),
    ),
    Platform(
        "taobao",
        Remark(_("Taobao/Tmall order export (ExportOrderList)")),
        Feed.ORDER_LINE,
        (
            "买家会员名 买家实际支付金额",
            "买家会员名 买家实付金额",
            "买家会员名 买家应付货款",
            "宝贝标题 宝贝总数量",
            "总金额 买家实际支付金额 订单创建时间",
            "总金额 买家实付金额 订单创建时间",
        ),
        channel="淘宝",
        columns={
            "order_id": "订单编号 主订单编号",
            "customer_id": "买家会员名 买家支付宝账号",
            "customer_name": "收货人姓名",
            "order_amount": "买家实际支付金额 买家实付金额",
            "line_amount": "",
            "product_name": "宝贝标题 商品标题",
            "channel": "",
        },
    ),
    Platform(
        "pdd",
        Remark(_("Pinduoduo order export")),
        Feed.ORDER_LINE,
        ("用户实付金额 商品数量", "用户实付金额 订单成交时间", "商家实收金额 订单成交时间", "样式id 订单成交时间"),
        channel="拼多多",
        # One row per order. 用户实付金额 is what the buyer paid; 商家实收金额 adds the platform's own discount.
        columns={
            "order_id": "订单号",
            "order_amount": "用户实付金额 商家实收金额",
            "line_amount": "",
            "product_id": "商品id 样式id",
            "product_name": "商品",
            "ordered_at": "订单成交时间 拼单成功时间 支付时间",
            "channel": "",
        },
    ),
    Platform(
        "youzan",
        Remark(_("Youzan order export")),
        Feed.ORDER_LINE,
        ("全部商品名称 订单实付金额", "收货人/提货人 订单实付金额", "收货人手机号/提货人手机号 订单号"),
        channel="有赞",
        # A nickname is no key: buyers change it and share it. The buyer's phone identifies.
        columns={
            "order_id": "订单号",
            "customer_id": "",
            "phone": "买家手机号 收货人手机号/提货人手机号",
            "customer_name": "收货人/提货人 买家昵称",
            "order_amount": "订单实付金额",
            "line_amount": "",
            "product_name": "全部商品名称",
            "channel": "",
        },
    ),
    Platform(
        "squarespace",
        Remark(_("Squarespace order export")),
        Feed.ORDER_LINE,
        ("orderid financialstatus lineitemname",),
        channel="Squarespace",
        # The columns of Shopify, but for the number of the order.
        columns={
            "order_id": "orderid",
            "customer_id": "",
            "customer_name": "billingname shippingname",
            "order_amount": "total",
            "line_amount": "",
            "ordered_at": "createdat",
            "paid_at": "paidat",
            "status": "financialstatus",
            "product_id": "lineitemsku",
            "channel": "",
        },
        notes=(findings.TOTAL_ON_FIRST_ROW(),),
    ),
    Platform(
        "shopify",
        Remark(_("Shopify order export")),
        Feed.ORDER_LINE,
        ("lineitemname lineitemquantity", "financialstatus lineitemprice"),
        channel="Shopify",
        # Only the first row of an order carries Total; the others stay empty.
        columns={
            "order_id": "name id",
            "customer_id": "",
            "customer_name": "billingname shippingname",
            "order_amount": "total",
            "line_amount": "",
            "ordered_at": "createdat",
            "paid_at": "paidat",
            "status": "financialstatus",
            "product_id": "lineitemsku",
            "channel": "",
        },
        notes=(findings.TOTAL_ON_FIRST_ROW(),),
    ),
    Platform(
        "amazon",
        Remark(_("Amazon order report")),
        Feed.ORDER_LINE,
        ("amazonorderid itemprice", "amazonorderid purchasedate"),
        channel="Amazon",
        columns={
            "order_id": "amazonorderid",
            "line_amount": "itemprice",
            "order_amount": "",
            "unit_price": "",
            "ordered_at": "purchasedate",
            "status": "orderstatus",
            "product_id": "sku asin",
            "channel": "",
        },
        notes=(findings.AMAZON_PRICE_OF_ROWS(),),
    ),
    Platform(
        "online_retail",
        Remark(_("invoice lines like UCI Online Retail")),
        Feed.ORDER_LINE,
        ("invoice stockcode invoicedate", "invoiceno stockcode invoicedate"),
        columns={"order_amount": "", "line_amount": ""},
        return_order_pattern="^C",
    ),
    Platform(
        "journey",
        Remark(_("dunnhumby transactions")),
        Feed.ORDER_LINE,
        ("householdid basketid salesvalue", "householdkey basketid salesvalue"),
        columns={
            "order_id": "basketid",
            "line_amount": "salesvalue",
            "order_amount": "",
            "channel": "",
            "ordered_at": "transactiontimestamp",
        },
    ),
    Platform(
        "deals",
        Remark(_("deals or opportunities of a CRM")),
        Feed.ORDER_LINE,
        (
            "stage closedate amount",
            "dealstage closedate amount",
            "stage closingdate amount",
            "商机阶段 商机金额",
            "销售阶段 商机名称",
        ),
        # A deal is a sale once it is won, on the day of its closing; what it was created for may never come.
        columns={
            "order_id": "opportunityid dealid recordid 商机编号 商机id 记录id",
            "customer_id": "accountid companyid 客户编号 accountname associatedcompany company 客户名称 客户 关联客户 客户名 公司名称 account organization",
            "ordered_at": "closedate closingdate 成交日期 实际成交日期 赢单日期 结单日期",
            "status": "stage dealstage 商机阶段 销售阶段",
            "order_amount": "amount 商机金额 成交金额",
            "line_amount": "",
        },
    ),
    Platform(
        "pipedrive",
        Remark(_("deals or opportunities of a CRM")),
        Feed.ORDER_LINE,
        ("deal-id deal-value deal-status",),
        columns={
            "order_id": "deal-id",
            "customer_id": "deal-organizationid deal-organization deal-contactperson",
            "customer_name": "deal-contactperson",
            "ordered_at": "deal-wontime",
            "status": "deal-status",
            "order_amount": "deal-value",
            "line_amount": "",
            "currency": "deal-currencyofvalue",
        },
    ),
    Platform(
        "accounting_list",
        Remark(_("invoice list of an accounting program")),
        Feed.ORDER_LINE,
        ("transactiontype num name amount", "type num name amount", "type documentnumber name amount"),
        # QuickBooks and NetSuite call the customer Name; Account is that of the ledger.
        columns={
            "order_id": "num documentnumber",
            "customer_id": "name",
            "ordered_at": "date transactiondate",
            "order_amount": "amount",
            "line_amount": "",
            "kind": "transactiontype type",
            "product_name": "",
        },
    ),
    Platform(
        "stripe_api",
        Remark(_("charges of the Stripe API")),
        Feed.ORDER_LINE,
        ("id object amount created currency", "object amountcaptured amountrefunded currency"),
        # The API counts in the smallest unit of the currency; the exports of the dashboard do not, and have no column called object.
        columns={
            "order_id": "id",
            "customer_id": "customer",
            "ordered_at": "created",
            "order_amount": "amount",
            "line_amount": "",
            "refund_amount": "amountrefunded",
            "status": "status",
        },
        unit=MoneyUnit.FEN,
        notes=(findings.STRIPE_CENTS(),),
    ),
    Platform(
        "ta_feng",
        Remark(_("Ta-Feng grocery transactions")),
        Feed.ORDER_LINE,
        ("transactiondt salesprice productsubclass",),
        # AMOUNT counts pieces, and SALES_PRICE is what all pieces of the row cost together.
        columns={"line_amount": "salesprice", "quantity": "amount", "unit_price": "", "order_amount": ""},
    ),
)


def platform_of(headers: Iterable[str]) -> Platform | None:
    """The platform whose signature the headers hold; the first in our list where several fit."""
    keys = {lookup_key(header) for header in headers}
    return next(
        (
            platform
            for platform in PLATFORMS
            if any(keys >= {lookup_key(name) for name in signature.split()} for signature in platform.signatures)
        ),
        None,
    )
