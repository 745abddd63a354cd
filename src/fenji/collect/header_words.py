"""What does a header say whose whole spelling nobody has seen before? Its words tell the kind of the column and what it is about.

"Order Creation Date", 收银时间 and place_order_time are no entries of any list, but each ends in a word for a moment and names a sale.
What is found here is a candidate only: the cells confirm it or veto it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fenji.domain.feeds import Feed


@dataclass(frozen=True)
class Sense:
    """How the header of one field is composed; every list is separated by spaces."""

    field: str
    kinds: str
    """Words for the kind of the column; one of them must stand in the header."""
    about: str = ""
    """Words for what it is about; with one of them the header is likely, without it a guess."""
    never: str = ""
    """Words after which it is another field."""
    needs_subject: bool = True
    """Whether the kind alone says nothing: a time may be that of anything."""


_SALE = "下单 订单 订购 成交 交易 消费 销售 销货 购买 收银 开票 单据 签订 签约 合同 预订 预定 报名 签单 出单 投保 承保 出票 结账 结帐 就餐 刷卡 记账 入账 交车 提车 出库 制单 业务 创建 拍下 收费 服务 加油 缴费 开单 发票 营业 买单 账单 开台 就诊 入住 "
_SALE += "order orders ordered sale sales sold purchase purchased transaction trans txn invoice invoiced receipt booking booked reservation "
_SALE += (
    "created creation create posted posting placed place checkout bill billing document doc trade deal ticket visit opportunity"
)
_NO_SALE_TIME = "发货 收货 更新 修改 到期 到货 结束 截止 预计 退 取消 关闭 生日 出生 注册 审核 打印 离店 离开 确认 评价 最后 最近 上次 首次 第一 起始 生效 交货 送达 付款 支付 完成 完结 "
_NO_SALE_TIME += "ship shipped shipping delivery deliver delivered due updated update modified estimated expiry expire expires expected cancel cancelled canceled close closed refund "
_NO_SALE_TIME += "refunded return returned birth register registered signup limit approved last first end ended until paid pay payment fulfilled packed completed resolved review answer"
_MOMENT = "时间 日期 时刻 date time datetime timestamp at on dt day"
_PERSON = "客户 会员 买家 用户 顾客 购货单位 购买方 往来单位 客商 持卡人 加油卡 储值卡 消费卡 学员 学生 家长 住客 客人 宾客 旅客 患者 车主 业主 投保人 快手 粉丝 "
_PERSON += "customer cust client buyer member user guest patient student shopper purchaser subscriber household payer from requester bill sold party partner card contact"
_NO_PERSON = "等级 级别 类型 分组 地址 备注 留言 来源 门店 店铺 商品 收银 业务 销售员 导购 顾问 经办 经手 处理 受理 办理 客服 新客 新会员 是否 service new first returning is level group type address note seller sales staff cashier shop store vendor item product agent rep manager owner supplier employee"
_ORDER = "订单 单据 商机 交易 收费 缴费 消费 收银 结算 流水 小票 发票 合同 销售单 预订 预定 报名 账单 消费单 收银单 结算单 出库单 车架 order orders invoice receipt transaction trans txn sale sales booking reservation document doc ticket basket bill check folio purchase trade deal contract opportunity"
_ID = "编号 号 号码 单号 id 编码 代码 序列号 number no num code key ref reference vin nbr"
_NO_ORDER_ID = "客户 会员 买家 用户 商品 产品 货 物流 快递 支付 付款 子 行 门店 店铺 手机 电话 身份证 车牌 退 售后 序号 customer buyer member user product item sku shipping tracking payment refund line batch parcel phone store shop seller campaign tax"
_MONEY = "金额 款 款项 总价 总额 价 价款 费 费用 营业额 销售额 收入 实收 实付 实付款 应收 应付 货款 学费 房费 餐费 保费 小计 合计 amount amounts amt total totals value sales revenue paid gross net spend spent expenditure turnover price sum charge charges payment proceeds collected"
_ABOUT_MONEY = "实付 实收 实缴 价税 含税 实际 支付 付款 已付 成交 消费 销售 订单 交易 买家 顾客 客户 用户 结算 合同 总 净 paid net collected received grand order sale sales total transaction invoice customer buyer receipt"
_NO_MONEY = "运费 邮费 快递 配送 包装 税额 税费 税率 优惠 折扣 减免 立减 抵扣 券 红包 积分 成本 毛利 利润 佣金 提成 手续费 服务费 余额 押金 定金 赠送 单价 原价 标价 市场价 吊牌 退 数量 件数 次数 比例 率 编号 单号 号码 时间 日期 状态 方式 类型 备注 累计 历史 年收入 月收入 "
_NO_MONEY += "shipping freight postage delivery tax taxes vat gst duty discount discounts coupon voucher fee fees commission tip tips cost costs profit margin balance points point refund refunded refunds return returned unit "
_NO_MONEY += "list original msrp count quantity qty items number id date time status type method currency cumulative lifetime predicted average avg income insurance handling rounding change due cash_back weight rate per fx exchange"
_GOODS = "商品 产品 货品 存货 物料 宝贝 菜品 服务 课程 项目 品 product products item items sku goods article material dish dishes service course menu lineitem"

_ORDERS = (
    Sense("order_id", _ID, _ORDER, f"{_NO_ORDER_ID} of count 次数 笔数 单数"),
    Sense("customer_id", f"{_ID} 账号 账户 帐号 帐户 卡号 名 昵称 username account login customer buyer member client 客户 买家 会员 购货单位 往来单位", _PERSON, f"{_NO_PERSON} 手机 电话 姓名 名称 phone mobile tel name fullname email mail zip city state country address date time count spend spent total amount 时间 日期 金额 次数 订单 合同 order contract"),
    Sense("customer_name", "姓名 名称 名字 name fullname", f"{_PERSON} 收货人 收件人 联系人 提货人 recipient receiver consignee ship contact", f"{_NO_PERSON} user username login first last"),
    Sense("phone", "手机 手机号 电话 联系方式 phone mobile cellphone tel telephone msisdn", f"{_PERSON} 联系 收货人 收件人 contact recipient receiver shipping", "客服 受理 处理 经办 办理 员工 门店 店铺 商家 业务员 司机 快递 store shop seller driver cashier agent type brand 型号", needs_subject=False),
    Sense("email", "邮箱 邮件 email e-mail mail", f"{_PERSON} contact address", "店铺 商家 to store shop seller consent marketing status opt", needs_subject=False),
    Sense("ordered_at", _MOMENT, _SALE, _NO_SALE_TIME),
    Sense("paid_at", _MOMENT, "付款 支付 收款 到账 结算 缴费 paid pay payment settled settlement", "退 预计 截止 due refund expected limit zone"),
    Sense("cancelled_at", _MOMENT, "取消 作废 关闭 撤销 cancel cancelled canceled cancellation voided void", "原因 reason by"),
    Sense("status", "状态 status state stage 审核标志 单据状态 标志", "订单 交易 付款 支付 单据 缴费 销售 合同 预订 保单 客票 商机 order payment financial transaction sale invoice booking document deal", "物流 发货 退 售后 评价 地址 省 客户 会员 结算 fulfillment fulfilment shipping delivery return refund ship customer member address tax consent subscription"),
    Sense("product_id", f"{_ID} sku barcode 条码 货号", _GOODS, "修改 订单 客户 order customer 数量 件数 quantity qty 规格 line number_of count of"),
    Sense("product_name", "名称 名字 标题 name title description 全名 项目", _GOODS, "客户 会员 门店 店铺 customer store shop variation variant category class family brand price quantity 类"),
    Sense("category", "分类 类目 类别 品类 大类 category department class family group subclass", f"{_GOODS} ", "客户 会员 customer age", needs_subject=False),
    Sense("channel", "渠道 门店 店铺 平台 网点 分店 店名 channel store shop branch outlet platform location till marketplace", "销售 订单 下单 消费 收银 sales order", "编码 备注 支付 付款 来源 发货 payment ship phone", needs_subject=False),
    Sense("quantity", "数量 件数 份数 个数 台数 瓶数 晚数 课时数 quantity qty pieces units pcs count counts num", f"{_GOODS} {_SALE} 购买 成交 实发 实收 of", "单 号 订单 库存 退 剩余 可用 赠送 订单数 次数 stock refund refunded returned available orders visits days doc document order id invoice"),
    Sense("unit_price", "单价 price 售价 unitprice", f"{_GOODS} unit deal selling 成交 销售 单位 each", "总 合计 total grand original list market 原 标 吊牌 sum 成本 cost", needs_subject=False),
    Sense("order_amount", _MONEY, _ABOUT_MONEY, _NO_MONEY, needs_subject=False),
    Sense("refund_amount", "退款 退货 refund refunded refunds", "金额 额 款 amount total value sum", "批次 流水 请求 单号 状态 时间 日期 原因 编号 单号 数量 status date time at reason id number count quantity qty method type"),
    Sense("refunded_at", _MOMENT, "退款 退货 refund refunded return returned", "申请 预计 截止 requested"),
    Sense("currency", "币种 货币 币别 currency", needs_subject=False, never="汇率 rate amount 金额"),
    Sense("kind", "类型 种类 type kind", "单据 交易 业务 销售 小票 收据 出入库 transaction receipt document sale invoice record event", "商品 客户 支付 付款 卡 product customer payment card listing dining item shipping"),
)  # fmt: skip

_PEOPLE = (
    *(sense for sense in _ORDERS if sense.field in {"customer_id", "phone", "email"}),
    Sense("name", "姓名 名称 name fullname", f"{_PERSON} 公司 企业 单位 company business organisation organization account", f"{_NO_PERSON} first last middle"),
    Sense("registered_at", _MOMENT, "注册 入会 开卡 建档 加入 成为 开户 办卡 创建 register registered registration signup joined join joining enrolled enrolment enrollment optin opt confirm created since customer", "最后 最近 更新 修改 last updated changed modified birth 生日 order 消费 purchase"),
    Sense("birth_on", "生日 出生 birth birthday dob birthdate", needs_subject=False, never="year 年份 place"),
    Sense("city", "城市 city town", needs_subject=False, never="编码 code id"),
    Sense("region", "省份 省 地区 区域 region province state", needs_subject=False, never="编码 code id zip 状态 consent"),
    Sense("prior_tier", "等级 级别 评级 tier level grade rating", f"{_PERSON} vip 会员 membership loyalty", "信用 风险 age risk member_rating"),
    Sense("gender", "性别 gender sex", needs_subject=False),
    Sense("acquisition_channel", "来源 渠道 source channel", f"{_PERSON} 注册 获客 获取 开卡 signup lead acquisition", "订单 销售 详情"),
    Sense("consent_marketing", "consent permission 授权 订阅 接收 optin subscribed", "marketing email sms 营销 短信 消息", "date time 时间 timestamp"),
)  # fmt: skip

_TOTALS = "累计 历史 总 合计 近12个月 近一年 年度 年 全部 lifetime total totals historic historical cumulative overall 12 months year annual mnt ltv clv"
_BALANCE = (
    Sense("total", "消费 消费金额 消费额 金额 购买金额 实付 支付 交易额 贡献 spent spend spending amount revenue value purchases sales monetary clv ltv mnt", f"{_TOTALS} 消费 spent spend", "次数 笔数 单数 日期 时间 单号 编号 积分 余额 储值 充值 预测 count number orders date time predicted expected average avg last 最近 最后 首次 上次 points balance order_id tax risk"),
    Sense("orders", "次数 笔数 单数 订单数 购买数 orders purchases transactions count number frequency", f"{_TOTALS} 消费 购买 订单 下单 交易 number num of orders purchases transactions visits", "金额 日期 时间 编号 单号 id date amount value predicted expected average 积分 phone account"),
    Sense("last_at", _MOMENT, "最近 最后 上次 末次 last latest recent most", "更新 修改 登录 浏览 login updated changed modified contact first open opened click 门店 store"),
    Sense("first_at", _MOMENT, "首次 第一次 首单 first", "名 name seen contact"),
)  # fmt: skip

_OPINION = (
    *(sense for sense in _PEOPLE if sense.field in {"customer_id", "phone", "email"}),
    Sense("feedback_id", f"{_ID} 序号", "工单 投诉 反馈 评价 答卷 问卷 受理 ticket case complaint feedback review survey response", "客户 会员 订单 customer order"),
    Sense("at", _MOMENT, "提交 投诉 反馈 评价 受理 创建 来电 填写 回访 答题 submitted submission created opened received responded response complaint review requested start", "解决 关闭 完成 处理 更新 所用 生日 solved resolved closed updated due modified completed answer end"),
    Sense("resolved_at", _MOMENT, "解决 关闭 完成 处理 完结 结案 办结 solved resolved closed resolution completed", "时长 小时 duration hours first"),
    Sense("score", "评分 得分 分数 打分 满意度 满意 星级 推荐 nps csat score rating satisfaction stars recommend likely rate", needs_subject=False, never="时间 原因 编号 date id comment reason time"),
    Sense("topic", "主题 分类 类型 原因 标签 类别 subject topic category type reason issue tags title", "工单 投诉 问题 反馈 ticket case complaint issue 评价", "客户 customer 时间 date"),
    Sense("text", "内容 意见 建议 评论 描述 留言 详情 comment comments text message description content feedback narrative verbatim", needs_subject=False, never="时间 编号 date id title"),
)  # fmt: skip

SENSES: dict[Feed, tuple[Sense, ...]] = {
    Feed.ORDER_LINE: _ORDERS,
    Feed.CUSTOMER: _PEOPLE,
    Feed.BALANCE: (*(sense for sense in _PEOPLE if sense.field in {"customer_id", "phone", "email"}), *_BALANCE),
    Feed.FEEDBACK: _OPINION,
}

_TWELVE_MONTHS = re.compile(
    r"\b(?:last|past|trailing|previous)[ _](?:12|twelve)[ _]months?\b|\b(?:last|past)[ _]year\b", re.IGNORECASE
)
"""Said of a sum, it is no word for the last of several things."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TAX = r"[ _]?(?:of[ _])?(?:sales[ _])?(?:tax(?:es)?|vat|gst|mwst|ust|tva|iva|ppn)\b"
_WITH_TAX = re.compile(r"\b(?:incl?|including|inclusive|with|inkl|mit)\.?" + _TAX, re.IGNORECASE)
_WITHOUT_TAX = re.compile(
    r"\b(?:excl?|ex|excluding|exclusive|without|before|pre|exkl|ohne|sans|sin|sem)\.?" + _TAX, re.IGNORECASE
)
_LATIN = re.compile(r"[a-z]+|\d+")
_CHINESE = re.compile(r"[\u3400-\u9fff0-9]")


@dataclass(frozen=True)
class HeaderWords:
    """A header taken apart: words of Latin letters one by one, Chinese as it stands, since it has no blanks."""

    latin: frozenset[str]
    chinese: str

    @classmethod
    def of(cls, header: str) -> HeaderWords:
        """The words of a header."""
        spread = _WITHOUT_TAX.sub(" extax ", _WITH_TAX.sub(" inctax ", _HUMP.sub(" ", _TWELVE_MONTHS.sub(" annual ", header))))
        words = _LATIN.findall(_unaccented(spread).casefold())
        whole = frozenset((*words, *(f"{first}{second}" for first, second in itertools.pairwise(words))))
        return cls(whole, "".join(_CHINESE.findall(unicodedata.normalize("NFKC", header))))

    def has(self, names: str) -> bool:
        """Whether one of the words, separated by spaces, stands in the header."""
        return any(name in self.latin if name.isascii() else name in self.chinese for name in names.split())


def _unaccented(text: str) -> str:
    """Latin letters without their accents, so that Número is numero."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


@cache
def senses_of(header: str, feed: Feed) -> tuple[tuple[str, bool], ...]:
    """The fields of a feed that a header may name by its words, with whether it also says what it is about.

    >>> senses_of("place_order_time", Feed.ORDER_LINE)
    (('ordered_at', True),)
    """
    words = HeaderWords.of(header)
    return tuple(_senses(words, SENSES.get(feed, ())))


def _senses(words: HeaderWords, senses: tuple[Sense, ...]) -> Iterator[tuple[str, bool]]:
    for sense in senses:
        if words.has(sense.kinds) and not words.has(sense.never):
            has_subject = words.has(sense.about)
            if has_subject or not sense.needs_subject:
                yield sense.field, has_subject
