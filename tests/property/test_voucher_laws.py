"""Limits, budgets and reservations of vouchers, over any history: no limit is passed, and what counts is what a model says. World: fixtures.offers."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from fenji.domain.loyalty.records import OrderKey
from fenji.errors import FenjiError
from fenji.state.database import Database, open_database
from fixtures.laws import law
from fixtures.ledgers import SHOP
from fixtures.offers import HEAD, Counter

OFFERS = (
    HEAD
    + """
  - offer: twenty
    name: 20 off
    discount: {amount: 20.00}
    limits: {per_code: 1, per_customer: 2, total: 6, budget: 100.00}
    reserve: 30min
    return_on_refund: true
  - offer: five
    name: 5 off
    discount: {amount: 5.00}
    limits: {per_code: 2, total: 4}
    reserve: 30min
"""
)
STEPS = 40


@dataclass(frozen=True)
class Terms:
    """An offer as the model knows it."""

    cost: int
    per_code: int
    per_customer: int | None
    total: int
    budget: int | None
    comes_back: bool


TERMS = {"twenty": Terms(2000, 1, 2, 6, 10_000, comes_back=True), "five": Terms(500, 2, None, 4, None, comes_back=False)}


@dataclass(frozen=True)
class Use:
    """A use that counts."""

    offer: str
    code: str
    order: str
    member: int
    until: datetime | None
    """None: redeemed."""


@dataclass
class Model:
    """The rules, written down apart: a use counts while it is redeemed or its time is not over."""

    uses: list[Use] = field(default_factory=list)

    def counting(self, now: datetime) -> list[Use]:
        return [each for each in self.uses if each.until is None or each.until > now]

    def may(self, use: Use, owner: int | None, now: datetime) -> bool:
        terms, counted = TERMS[use.offer], self.counting(now)
        here = [each for each in counted if (each.code, each.order) == (use.code, use.order)]
        others = [each for each in counted if each not in here]
        of_offer = [each for each in others if each.offer == use.offer]
        limits = (
            sum(each.code == use.code for each in others) < terms.per_code,
            terms.per_customer is None or sum(each.member == use.member for each in of_offer) < terms.per_customer,
            len(of_offer) < terms.total,
            terms.budget is None or (len(of_offer) + 1) * terms.cost <= terms.budget,
        )
        is_open = all(each.until is not None for each in here) and all(each.order != use.order for each in others)
        return owner in (None, use.member) and is_open and all(limits)

    def take(self, use: Use, now: datetime) -> None:
        self.uses = [each for each in self.counting(now) if (each.code, each.order) != (use.code, use.order)] + [use]

    def end(self, keep: Callable[[Use], bool]) -> None:
        self.uses = [each for each in self.uses if keep(each)]


class History:
    """One random history of a counter and the model; what one refuses, the other must refuse."""

    def __init__(self, database: Database, chance: random.Random) -> None:
        self.counter, self.chance, self.model = Counter(database), chance, Model()
        self.members = [self.counter.member(name) for name in ("ann", "bob", "cho", "dan")]
        self.codes: dict[str, tuple[str, int | None]] = {}
        self.number = 0
        for _ in range(12):
            self.number += 1
            self.issue()

    def step(self) -> None:
        self.number += 1
        names = ("issue", "use", "give_back", "release", "advance", "again")
        getattr(self, self.chance.choices(names, (1, 20, 1, 1, 2, 1))[0])()
        self.compare()

    def issue(self) -> None:
        offer, owner = self.chance.choice(list(TERMS)), self.chance.choice([None, *self.members])
        self.codes[self.counter.issue(offer, owner, f"issue{self.number}")] = (offer, owner)

    def use(self) -> None:
        code = self.chance.choice(list(self.codes))
        (offer, owner), order = self.codes[code], f"o{self.chance.randint(1, 12)}"
        member = owner if owner and self.chance.random() < 0.8 else self.chance.choice(self.members)
        kept = self.chance.random() < 0.3
        until = self.counter.now + timedelta(minutes=30) if kept else None
        wanted, refused = Use(offer, code, order, member, until), None
        try:
            self.counter.use(code, self.counter.basket(order), member, key=f"use{self.number}", kept=kept)
        except FenjiError as error:
            refused = error
        assert self.model.may(wanted, owner, self.counter.now) == (refused is None), refused
        if refused is None:
            self.model.take(wanted, self.counter.now)
            self.told = wanted, f"use{self.number}", kept

    def again(self) -> None:
        """The same key is done once, whatever has become of the use since."""
        if hasattr(self, "told"):
            wanted, key, kept = self.told
            assert self.counter.use(wanted.code, self.counter.basket(wanted.order), wanted.member, key=key, kept=kept).is_existing

    def give_back(self) -> None:
        order = f"o{self.chance.randint(1, 12)}"
        self.counter.do(lambda vouchers: vouchers.give_back(OrderKey(SHOP, order)))
        self.model.end(lambda use: use.order != order or use.until is not None or not TERMS[use.offer].comes_back)

    def release(self) -> None:
        order = f"o{self.chance.randint(1, 12)}"
        self.counter.do(lambda vouchers: vouchers.release(OrderKey(SHOP, order)))
        self.model.end(lambda use: use.order != order or use.until is None)

    def advance(self) -> None:
        self.counter.now += timedelta(minutes=self.chance.choice([10, 30, 60]))

    def compare(self) -> None:
        asked = text(
            """SELECT u.offer, v.last_letters, u.order_id, u.status, u.until_at FROM voucher_use u JOIN voucher v
            ON v.number = u.voucher_number WHERE u.status IN ('reserved', 'redeemed')"""
        )
        broken = text(
            """SELECT c.offer FROM offer_count c LEFT JOIN (SELECT offer, SUM(status = 'reserved') AS reserved, SUM(status = 'redeemed')
            AS redeemed, SUM(cost_cents) AS cents FROM voucher_use WHERE status IN ('reserved', 'redeemed') GROUP BY offer) u
            ON u.offer = c.offer WHERE c.reserved <> COALESCE(u.reserved, 0) OR c.redeemed <> COALESCE(u.redeemed, 0)
            OR c.cost_cents <> COALESCE(u.cents, 0)
            UNION ALL SELECT v.offer FROM voucher v WHERE v.uses <> (SELECT COUNT(*) FROM voucher_use u
            WHERE u.voucher_number = v.number AND u.status IN ('reserved', 'redeemed'))"""
        )
        now = self.counter.now.replace(tzinfo=None)
        with self.counter.database.reading() as t:
            assert t.session.execute(broken).all() == []
            rows = t.session.execute(asked).all()
        found = [row[:4] for row in rows if row[3] == "redeemed" or datetime.fromisoformat(str(row[4])) > now]
        counted = [
            (use.offer, use.code[-4:], use.order, "redeemed" if use.until is None else "reserved")
            for use in self.model.counting(self.counter.now)
        ]
        assert sorted(map(tuple, found)) == sorted(counted)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    file = tmp_path_factory.mktemp("vouchers") / "empty.db"
    database = open_database(f"sqlite:///{file}")
    Counter.opened(database, OFFERS)
    database.close()
    return file


@law(15)
@given(chance=st.randoms(use_true_random=False))
def test_any_history_of_codes_keeps_every_limit_and_comes_to_what_the_model_says(empty, chance):
    file = empty.with_name("history.db")
    for each in empty.parent.glob("history.db*"):
        each.unlink()
    shutil.copyfile(empty, file)
    database = open_database(f"sqlite:///{file}")
    history = History(database, chance)
    for _ in range(STEPS):
        history.step()
    database.close()
