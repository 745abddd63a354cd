"""A shop whose truth is drawn first and whose files are written from it: heads, lines, payments, returns, with all that goes wrong.

Every order knows what its customer really paid and got back; the files then say it in one of the ways in which companies say it.
Nothing of fenji is used to know the truth.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.clean_worlds import Files, source

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source

CENT = Decimal("0.01")

HEADS = source("heads", Feed.ORDER, "order_id customer_id ordered_at status order_amount refund_amount")
LINES = source("lines", Feed.ORDER_LINE, "order_id product_id quantity unit_price", belongs_to="heads")
MONEY = source("money", Feed.PAYMENT, "payment_id order_id paid_at amount status", belongs_to="lines")
BACK = source("back", Feed.RETURN, "return_id order_id product_id returned_at amount status", belongs_to="heads")


@dataclass
class Truth:
    """What is right: customer -> (orders, money left), and money of every day."""

    orders: dict[str, int] = field(default_factory=dict)
    revenue: dict[str, Decimal] = field(default_factory=dict)
    days: dict[date, Decimal] = field(default_factory=dict)

    def sell(self, customer: str, on: date, amount: Decimal) -> None:
        """An order that was paid."""
        self.orders[customer] = self.orders.get(customer, 0) + 1
        self._book(customer, on, amount)

    def give_back(self, customer: str, on: date, amount: Decimal) -> None:
        """Money that went back."""
        self._book(customer, on, -amount)

    def _book(self, customer: str, on: date, amount: Decimal) -> None:
        self.revenue[customer] = self.revenue.get(customer, Decimal(0)) + amount
        self.days[on] = self.days.get(on, Decimal(0)) + amount


def order_world(seed: int, *, size: int) -> tuple[list[tuple[Source, Files]], Truth]:
    """The files of a shop and the truth behind them."""
    draw, truth = random.Random(seed), Truth()
    heads, lines, money, back = [], [], [], []
    for number in range(size):
        order, customer = f"A{number}", f"C{draw.randrange(size // 4 + 1)}"
        on = date(2025, 1, 1) + timedelta(days=draw.randrange(500))
        goods = [
            (f"P{product}", draw.randrange(1, 4), Decimal(draw.randrange(1, 90_000)) * CENT)
            for product in draw.sample(range(30), draw.randrange(4))
        ]
        worth = sum((pieces * price for _product, pieces, price in goods), Decimal(0))
        way = draw.choice(["priced", "stated", "paid", "cancelled"])
        paid = {"priced": worth, "cancelled": Decimal(0)}.get(way, Decimal(draw.randrange(100, 200_000)) * CENT)
        is_sold = way in ("stated", "paid") or (way == "priced" and bool(goods))
        lines += [(order, product, str(pieces), str(price)) for product, pieces, price in goods]
        stated_refund = Decimal(0)
        if is_sold:
            truth.sell(customer, on, paid)
            stated_refund = _returned(draw, truth, (order, customer, on), paid, back) if way != "priced" else Decimal(0)
            if way == "priced" and draw.random() < 0.3:
                _line_returned(draw, truth, (order, customer, on), goods, back)
        heads.append(
            (
                order,
                customer,
                str(on),
                "交易关闭" if way == "cancelled" else "交易成功",
                str(paid) if way == "stated" else None,
                str(stated_refund) if stated_refund else None,
            )
        )
        if way == "paid":
            money += _payments(draw, order, on, paid)
        if way == "stated" and draw.random() < 0.3:
            money.append((f"{order}-1", order, str(on), str(paid), "成功"))
    lines += [("Z1", "P1", "1", "99.00")]
    money += [("z", "Z2", "2025-05-05", "77.00", "成功")]
    back += [("z", "Z3", None, "2025-05-05", "66.00", "退款成功")]
    for rows in (heads, lines, money, back):
        draw.shuffle(rows)
    half = len(heads) // 2
    # The second download begins with what the first one ended with.
    files: Files = {"h1.csv": heads[: half + 5], "h2.csv": heads[half:]}
    return [(HEADS, files), (LINES, {"l.csv": lines}), (MONEY, {"m.csv": money}), (BACK, {"b.csv": back})], truth


Order = tuple[str, str, date]


def _returned(draw: random.Random, truth: Truth, order: Order, paid: Decimal, back: list) -> Decimal:
    """Returns of an order by amount; what the head states of them too."""
    number, customer, on = order
    later = on + timedelta(days=draw.randrange(1, 90))
    part = (paid * draw.randrange(1, 50) / 100).quantize(CENT)
    way = draw.choice(["none", "none", "list", "both", "head", "whole", "refused", "more"])
    if way in ("list", "both", "more"):
        back.append((f"r{number}", number, None, str(later), str(part), "退款成功"))
        truth.give_back(customer, later, part)
    if way == "more":
        # The head was written before the second return.
        back.append((f"s{number}", number, None, str(later), str(part), "退款成功"))
        truth.give_back(customer, later, part)
    if way == "head":
        truth.give_back(customer, on, part)
    if way == "whole":
        back.append((f"r{number}", number, None, str(later), None, "退款成功"))
        truth.give_back(customer, later, paid)
    if way == "refused":
        back.append((f"r{number}", number, None, str(later), str(part), draw.choice(["退款关闭", "拒绝", "pending"])))
    return part if way in ("both", "head", "more") else Decimal(0)


def _line_returned(draw: random.Random, truth: Truth, order: Order, goods: list, back: list) -> None:
    """One of the lines came back, without an amount."""
    number, customer, on = order
    product, pieces, price = draw.choice(goods)
    back.append((f"r{number}", number, product, None, None, "退款成功"))
    truth.give_back(customer, on, pieces * price)


def _payments(draw: random.Random, order: str, on: date, paid: Decimal) -> list[tuple[str, ...]]:
    """One payment or two, and now and then one that failed."""
    first = (paid * draw.randrange(1, 100) / 100).quantize(CENT) if draw.random() < 0.5 else paid
    parts = [part for part in (first, paid - first) if part]
    rows = [(f"{order}-{n}", order, str(on + timedelta(days=n)), str(part), "成功") for n, part in enumerate(parts)]
    return rows + ([(f"{order}-x", order, str(on), str(paid), "支付失败")] if draw.random() < 0.2 else [])
