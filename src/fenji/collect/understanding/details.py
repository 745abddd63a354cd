"""What else do the cells of a sample tell: currency, scale of scores, kind of feedback, how returns are written, rows to leave out?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from fenji.collect.headers import is_part_header, lookup_key
from fenji.collect.understanding.columns import Choice
from fenji.collect.understanding.evidence import FEW, MOST
from fenji.collect.understanding.order_numbers import PERSON_FIELDS
from fenji.collect.understanding.proposal import ProposedColumn, ProposedDrop
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.domain.sources import DropRule, StatusClass

MOST_SEEN = 5
"""Values that a comment names."""

_TOLD_SCALE = re.compile(r"(\d{1,2})\s*[-~–—至到]\s*(\d{1,3})")
_SCALES = ((1.0, 5.0), (0.0, 10.0), (0.0, 100.0))
_FEEDBACK_KINDS = (
    ("nps", re.compile(r"nps|推荐意愿|推荐分|recommend|promoter")),
    ("complaint", re.compile(r"complain|投诉|诉求|工单|ticket|narrative")),
    ("questionnaire", re.compile(r"survey|questionnaire|问卷|答卷|调研|response")),
    ("satisfaction", re.compile(r"satisf|csat|满意|评分|评价|rating|review|score|star|星级|得分|打分")),
)
_EVENT_KINDS = (
    ("login", re.compile(r"login|登录")),
    ("checkin", re.compile(r"check_?in|签到|到店")),
    ("search", re.compile(r"search|搜索")),
    ("click", re.compile(r"click|点击")),
    ("lesson", re.compile(r"lesson|上课|课时|课程")),
    ("night", re.compile(r"night|入住|间夜")),
    ("mile", re.compile(r"mile|里程")),
    ("visit", re.compile(r"visit|访问|浏览|pageview|session")),
)


@dataclass(frozen=True)
class _Family:
    """Values of one field that are no merchandise or no real order."""

    field: str
    reason: str
    values: tuple[str, ...] = ()
    pattern: str | None = None

    def takes(self, value: str) -> bool:
        if self.pattern is not None:
            return re.fullmatch(self.pattern, value, re.IGNORECASE) is not None
        return value.casefold() in {each.casefold() for each in self.values}


_FAMILIES = (
    _Family("product_id", "postage", ("POST", "DOT", "C2", "C3", "POSTAGE", "SHIPPING", "FREIGHT")),
    _Family("product_id", "fees", ("BANK CHARGES", "AMAZONFEE", "CRUK", "FEE")),
    _Family("product_id", "adjustments", ("M", "D", "B", "S", "ADJUST", "ADJUST2", "MANUAL", "DISCOUNT", "PADS")),
    _Family("product_id", "tests", pattern="TEST.*"),
    _Family("product_name", "postage", pattern=".*(邮费|运费|补差价|差价链接|补邮|运费险|快递费).*"),
    _Family("product_name", "tests", pattern=".*(测试商品|测试链接|测试订单|请勿拍|勿拍).*"),
    _Family("customer_name", "tests", pattern="(测试|test).*"),
    _Family("order_id", "tests", pattern="(TEST|测试).*"),
)


_VOID_FLAG = re.compile(
    r"^(?:is|was|has)?(?:order)?(?:cancell?ed|voided|void|annulled|deleted)$|^(?:是否|已)?(?:取消|作废|撤销|冲红)(?:标志|标记|标识)?$"
)
_PAID_FLAG = re.compile(r"^(?:is|was|has)?(?:order)?(?:paid|fullypaid)$|^(?:是否|已)(?:付款|支付|收款|缴费|结清)$")
_YES = frozenset({"yes", "y", "true", "t", "1", "是", "√"})


def flag_of_void(table: SampledTable, choice: Choice) -> tuple[str, dict[StatusClass, tuple[str, ...]]] | None:
    """A column that says with yes or no whether the order was called off or paid, with what its words mean.

    Where a table has such a column and no other status, it is the status: a Yes under Cancelled is no sale.
    """
    if choice.feed is not Feed.ORDER_LINE or choice.column("status") is not None:
        return None
    for header in table.headers:
        key, seen = lookup_key(header), table.evidence(header)
        says_void = _VOID_FLAG.match(key) is not None
        if not (says_void or _PAID_FLAG.match(key)) or seen.distinct < 2 or seen.yes_no < MOST:  # noqa: PLR2004 - one word tells nothing apart
            continue
        yes = tuple(word for word in seen.counts if word.casefold() in _YES)
        no = tuple(word for word in seen.counts if word.casefold() not in _YES)
        if yes and no:
            return header, {StatusClass.VOID: yes, StatusClass.PAID: no} if says_void else {
                StatusClass.PAID: yes,
                StatusClass.UNPAID: no,
            }
    return None


def part_column(table: SampledTable) -> str | None:
    """The column that says which file or sheet a row first came from."""
    return next((header for header in table.headers if is_part_header(header)), None)


def currency_of(table: SampledTable, choice: Choice) -> str | None:
    """The currency that most cells of money name; None where most name none.

    A few cells in another currency do not change what the others are in: a run reads them by their own sign.
    """
    money = {field.name for field in FEEDS[choice.feed] if field.cell is Cell.MONEY}
    seen = [table.evidence(column.column) for column in choice.columns if column.field in money and column.column]
    named = sum((each.currencies for each in seen), Counter())
    code, count = max(named.items(), key=lambda item: (item[1], item[0]), default=(None, 0))
    return code if count > FEW * sum(each.filled for each in seen) else None


def needs_paid_at(table: SampledTable, choice: Choice) -> bool:
    """Whether an order without a time of payment was never paid.

    It was not where the others have one, and where nothing says that the order without it was paid: its status, or money.
    """
    paid_at = choice.column("paid_at")
    if choice.feed is not Feed.ORDER_LINE or paid_at is None or not paid_at.column:
        return False
    seen = table.evidence(paid_at.column)
    status, amount, order = choice.column("status"), choice.amount, choice.column("order_id")
    if seen.filled == seen.cells or (seen.filled < FEW * seen.cells and not _money_comes_with(paid_at.column, table, amount)):
        return False
    columns = [status, amount, order]
    cells = [table.evidence(each.column).values if each and each.column else (None,) * seen.cells for each in columns]
    of_paid = {number for number, at in zip(cells[2], seen.values, strict=True) if at is not None and number is not None}
    for at, word, money, number in zip(seen.values, *cells, strict=True):
        if at is not None or (number is not None and number in of_paid):
            continue
        if word is not None and table.readings[word].status is StatusClass.PAID:
            return False
        if (
            word is None
            and money is not None
            and amount is not None
            and table.evidence(amount.column or "").number_of(money)
            and status
        ):
            return False
    return True


def _money_comes_with(paid_at: str, table: SampledTable, amount: ProposedColumn | None) -> bool:
    """Whether exactly the rows with a time of payment have money: then those without one were not paid, however many they are."""
    if amount is None or not amount.column:
        return False
    money = table.evidence(amount.column)
    pairs = [
        (at is not None, bool(money.number_of(cell)))
        for at, cell in zip(table.evidence(paid_at).values, money.values, strict=True)
        if cell is not None
    ]
    return any(has_time for has_time, _ in pairs) and all(has_time == has_money for has_time, has_money in pairs)


def score_scale(table: SampledTable, choice: Choice) -> tuple[float, float] | None:
    """The smallest usual scale that holds all scores of the sample; None where there are no scores, or none fits."""
    column = choice.column("score")
    if choice.feed is not Feed.FEEDBACK or column is None or column.column is None:
        return None
    seen = table.evidence(column.column)
    if seen.lowest is None or seen.highest is None or seen.number < MOST:
        return None
    if (told := _TOLD_SCALE.search(column.column)) and float(told.group(1)) <= seen.lowest <= seen.highest <= float(
        told.group(2)
    ):
        return float(told.group(1)), float(told.group(2))
    scales = _SCALES[1:] if default_kind(table, choice) == "nps" else _SCALES
    return next((scale for scale in scales if scale[0] <= seen.lowest and seen.highest <= scale[1]), None)


def default_kind(table: SampledTable, choice: Choice) -> str | None:
    """The kind of all rows of a table of events or feedback that has no column for it, from the names of its columns and files."""
    kinds = {Feed.FEEDBACK: _FEEDBACK_KINDS, Feed.EVENT: _EVENT_KINDS}.get(choice.feed)
    if kinds is None or choice.column("kind"):
        return None
    # The column of the score says most, then that of the time, then the name of the file, then any other column.
    score, at = choice.column("score"), choice.column("at")
    files = [f"{sample.file.rsplit('/', 1)[-1]} {sample.part or ''}" for sample in table.samples]
    for names in ([score.column or ""] if score else [], [at.column or ""] if at else [], files, list(table.headers)):
        text = " ".join(lookup_key(name) for name in names)
        for kind, pattern in kinds:
            if pattern.search(text):
                return kind
    return None


def return_pattern(table: SampledTable, choice: Choice) -> str | None:
    """A letter that begins the ids of returns and of nothing else; None where the sample shows none."""
    order, quantity = choice.column("order_id"), choice.column("quantity") or choice.column("line_amount")
    if choice.feed is not Feed.ORDER_LINE or order is None or quantity is None or not order.column or not quantity.column:
        return None
    rows = list(zip(table.evidence(order.column).values, table.numbers(quantity.column), strict=True))
    begins = Counter(order_id[0] for order_id, _ in rows if order_id and re.fullmatch(r"[A-Z]\d+", order_id))
    plain = any(order_id and order_id.isdigit() for order_id, _ in rows)
    for letter in sorted(begins):
        numbers = [number for order_id, number in rows if order_id and order_id[0] == letter and number is not None]
        if plain and numbers and all(number < 0 for number in numbers):
            return f"^{letter}"
    return None


def statuses_seen(table: SampledTable, choice: Choice) -> tuple[str, ...]:
    """The statuses of the sample, commonest first."""
    column = choice.column("status")
    if column is None or column.column is None:
        return ()
    counted = Counter(value for value in table.evidence(column.column).values if value)
    return tuple(value for value, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])))


_NO_SALE = (
    r"^(?:view|click|cart|search|impression|wishlist|favou?rite|login|visit|page_?view|product_?view|add_?to_?cart|remove_?from_?cart)s?$|^(?:浏览|点击|加购|加入购物车|收藏|搜索|登录|访问)|还款|充值|储值|转账|转出|转入|手续费|利息|年费|冻结|解冻|开卡|退卡|调整|盘点|调拨|赠送|积分"
    r"|withdraw|payout|transfer|top.?up|deposit|repayment|interest|account hold|hold on|release|authorization|currency conversion|bank|fee$|fees$|adjustment"
)
_RETURNED = r"退|冲正|红字|refund|return|reversal|chargeback|credit note|void"


def other_kinds(table: SampledTable, choice: Choice) -> ProposedDrop | None:
    """A rule for rows whose kind says that no goods were sold: repayments, withdrawals, top-ups, fees."""
    column = choice.column("kind")
    if choice.feed is not Feed.ORDER_LINE or column is None or not column.column:
        return None
    words = table.evidence(column.column).counts
    expenses = _paid_to_others(table, choice, column.column)
    taken = tuple(
        sorted(
            word
            for word in words
            if (re.search(_NO_SALE, word, re.IGNORECASE) or word in expenses) and not re.search(_RETURNED, word, re.IGNORECASE)
        )
    )
    if not taken or len(taken) == len(words):
        return None
    return ProposedDrop(DropRule("kind", "no_sale", values=taken), taken[:MOST_SEEN], is_applied=True)


def _paid_to_others(table: SampledTable, choice: Choice, kind: str) -> frozenset[str]:
    """Kinds of which every amount is negative and goes to somebody who never paid anything: the shop's own bills."""
    amount = choice.column("order_amount") or choice.column("line_amount")
    people = [column for name in PERSON_FIELDS if (column := choice.column(name)) and column.column]
    if amount is None or not amount.column or not people:
        return frozenset()
    seen: dict[str, list[tuple[str | None, float]]] = {}
    rows = zip(
        table.evidence(kind).values, table.evidence(people[0].column or "").values, table.numbers(amount.column), strict=True
    )
    for word, person, number in rows:
        if word is not None and number is not None:
            seen.setdefault(word, []).append((person, number))
    buyers = {person for found in seen.values() for person, number in found if number > 0 and person is not None}
    return frozenset(word for word, found in seen.items() if all(number < 0 and person not in buyers for person, number in found))


def drop_candidates(table: SampledTable, choice: Choice) -> tuple[ProposedDrop, ...]:
    """Rules for values of the sample that look like postage, fees, adjustments or tests.

    Codes that are no merchandise come together: where a till uses one of them, all are proposed, with what was seen.
    """
    if choice.feed is not Feed.ORDER_LINE:
        return ()
    found = [(family, _taken_by(family, table, choice)) for family in _FAMILIES]
    uses_codes = any(seen and family.field == "product_id" for family, seen in found)
    kinds = other_kinds(table, choice)
    return (
        *((kinds,) if kinds else ()),
        *(
            ProposedDrop(DropRule(family.field, family.reason, values=family.values, pattern=family.pattern), seen[:MOST_SEEN])
            for family, seen in found
            if seen or (uses_codes and family.field == "product_id")
        ),
    )


def _taken_by(family: _Family, table: SampledTable, choice: Choice) -> tuple[str, ...]:
    column = choice.column(family.field)
    if column is None or column.column is None:
        return ()
    return tuple(sorted({value for value in table.evidence(column.column).values if value and family.takes(value)}))
