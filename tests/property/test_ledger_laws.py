"""Every law of the ledger, over any history: the state's rows keep them, and come to what a model of the rules says. World: fixtures.ledgers."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from fenji.domain.loyalty.changes import transaction_id_of
from fenji.domain.loyalty.law_names import Law
from fenji.domain.loyalty.records import OrderKey
from fenji.errors import FenjiError
from fenji.state.database import Database, open_database
from fenji.workspace.loyalty.programs import program_of
from fixtures.laws import law
from fixtures.ledger_model import Model, Refused
from fixtures.ledgers import BEGIN, SHOP, TILL, Till

MEMBERS = 4
STEPS = 25
HISTORIES = itertools.count()
"""An example that is tried again is another history of the same database."""


class History:
    """One random history, told to the ledger and to the model; whatever one of them refuses, the other must refuse."""

    def __init__(self, database: Database, chance: random.Random, mark: str) -> None:
        self.till, self.chance, self.mark = Till(database, BEGIN), chance, mark
        self.members = [self.till.member(f"{mark}-{number}") for number in range(MEMBERS)]
        self.model = Model(BEGIN, into=dict.fromkeys(self.members))
        self.number, self.told = 0, []

    def step(self) -> None:
        self.number += 1
        names = (
            "buy",
            "refund",
            "redeem",
            "hold",
            "spend_hold",
            "release",
            "undo",
            "adjust",
            "open",
            "merge",
            "unmerge",
            "advance",
            "again",
        )
        weights = (6, 4, 5, 2, 1, 1, 3, 2, 1, 2, 2, 5, 2)
        getattr(self, self.chance.choices(names, weights)[0])()

    def both(self, in_model, in_ledger) -> object:
        """Does a thing in both; the outcome of the ledger."""
        by_model = by_ledger = outcome = None
        try:
            in_model()
        except Refused as error:
            by_model = error
        try:
            outcome = self.till.do(in_ledger)
        except FenjiError as error:
            by_ledger = error
        assert (by_model is None) == (by_ledger is None), by_ledger
        if by_ledger is not None:
            return None
        self.told.append((in_ledger, self.till.day))
        return outcome

    def key(self, what: str) -> str:
        return f"{self.mark}:{what}:{self.number}"

    def anyone(self) -> int:
        return self.chance.choice(self.members)

    def buy(self) -> None:
        member, name, yuan, factor = (
            self.anyone(),
            self.key("o"),
            self.chance.choice([50, 99, 100, 250, 700]),
            self.chance.choice([1, 2, 5]),
        )
        waiting = [each for each, order in self.model.orders.items() if order.member is None]
        name = self.chance.choice(waiting) if waiting and self.chance.random() < 0.6 else name
        self.model.buy(member, name, yuan, factor)
        self.till.buy(member, name, yuan, factor=factor, key=self.key("earn"))

    def refund(self) -> None:
        name = self.chance.choice([*self.model.orders, self.key("o")][-6:])
        yuan, key, on = self.chance.choice([30, 100, 150, 250]), self.key("refund"), self.till.day
        self.both(lambda: self.model.refund(name, yuan), lambda points: points.refund(OrderKey(SHOP, name), yuan * 100, on, key))

    def redeem(self) -> None:
        member, wanted, key, on = self.anyone(), self.chance.randint(1, 9), self.key("redeem"), self.till.day
        outcome = self.both(lambda: self.model.redeem(member, wanted, key), lambda points: points.redeem(member, wanted, on, key))
        if outcome is None:
            self.model.draws.pop(key, None)

    def hold(self) -> None:
        member, wanted, key, on = self.anyone(), self.chance.randint(1, 9), self.key("hold"), self.till.day
        self.both(lambda: self.model.hold(member, wanted, key), lambda points: points.hold(member, wanted, on, key))

    def a_hold(self) -> tuple[str, str]:
        key = self.chance.choice([*self.model.holds, "never"])
        return key, transaction_id_of("points", key)

    def spend_hold(self) -> None:
        (hold, hold_id), key, on = self.a_hold(), self.key("redeem"), self.till.day
        self.both(lambda: self.model.spend_hold(hold, key), lambda points: points.redeem_hold(hold_id, on, key))

    def release(self) -> None:
        (hold, hold_id), on = self.a_hold(), self.till.day
        self.both(lambda: self.model.release(hold), lambda points: points.give_up_hold(hold_id, on))

    def undo(self) -> None:
        if not self.model.draws:
            return
        name, wanted = self.chance.choice(list(self.model.draws)), self.chance.randint(1, 5)
        key, on, drawn = self.key("undo"), self.till.day, transaction_id_of("points", name)
        self.both(lambda: self.model.undo(name, wanted), lambda points: points.undo_redemption(drawn, on, key, points=wanted))

    def adjust(self) -> None:
        member, wanted, key, on = self.anyone(), self.chance.choice([-6, -2, 3, 8]), self.key("adjust"), self.till.day
        self.both(
            lambda: self.model.adjust(member, wanted), lambda points: points.adjust(member, wanted, on, key, reason="error")
        )

    def open(self) -> None:
        member, wanted, key, on = self.anyone(), self.chance.randint(1, 9), self.key("open"), self.till.day
        last = self.chance.choice([None, on + timedelta(days=self.chance.randint(0, 60))])
        self.both(
            lambda: self.model.grant(member, wanted, on, last),
            lambda points: points.open_balance(member, wanted, on, key, earned_on=on, expires_on=last),
        )

    def merge(self) -> None:
        giver, taker, key, on = self.anyone(), self.anyone(), self.key("merge"), self.till.day
        self.both(lambda: self.model.merge(giver, taker), lambda points: points.merge(giver, taker, on, key, reason="phone"))

    def unmerge(self) -> None:
        giver, key, on = self.anyone(), self.key("unmerge"), self.till.day
        self.both(lambda: self.model.unmerge(giver), lambda points: points.unmerge(giver, on, key, reason="two people"))

    def advance(self) -> None:
        days = self.chance.choice([1, 3, 8, 30, 70])
        self.model.advance(days)
        self.till.day += timedelta(days=days)
        if self.chance.random() < 0.3:  # late or not, it comes to the same
            self.compare()

    def again(self) -> None:
        """I1: what was told before is told again, on the day on which it was told."""
        if self.told:
            (work, on), day = self.chance.choice(self.told), self.till.day
            before = [self.till.look(each) for each in self.members]
            self.till.day = on
            assert self.till.do(work).is_existing
            self.till.day = day
            assert [self.till.look(each) for each in self.members] == before

    def compare(self) -> None:
        for member in self.members:
            self.till.do(lambda points, member=member: points.settle(member, self.till.day))
        found = {each: (self.till.balances(each), self.till.look(each).qualifying_total) for each in self.members}
        assert found == {each: (self.model.balances(each), self.model.qualifying_of(each)) for each in self.members}

    def check(self) -> None:
        self.compare()
        assert (
            self.till.do(lambda points: points.t.loyalty.laws.broken("points", points.program.rules, today=self.till.day)) == ()
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request, tmp_path_factory):
    is_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger')}/f.db" if is_file else request.getfixturevalue("postgres")()
    opened = open_database(url)
    Till.opened(opened)
    yield opened
    opened.close()


@law(15)
@given(chance=st.randoms(use_true_random=False))
def test_any_history_keeps_every_law_and_comes_to_what_the_model_says(database, chance):
    history = History(database, chance, f"h{next(HISTORIES)}")
    for _ in range(STEPS):
        history.step()
    history.check()


BREAKS = {
    "UPDATE member SET available = available + 1 WHERE member_id = :ann": {Law.Z1, Law.B1},
    "UPDATE lot SET remaining = remaining - 1 WHERE member_id = :ann AND remaining > 0": {Law.B1},
    "UPDATE lot SET expires_on = '2027-01-02' WHERE member_id = :ann": {Law.E1},
    "UPDATE order_earning SET points_now = points_now + 1 WHERE member_id = :ann": {Law.R1},
    "UPDATE order_earning SET gross_cents = gross_cents + 20000 WHERE member_id = :ann": {Law.R1},
    "UPDATE order_earning SET multiplier = 7000 WHERE member_id = :ann": {Law.R1, Law.T1},
    "UPDATE lot SET member_id = :bob WHERE member_id = :ann": {Law.B1, Law.M1},
    "UPDATE member SET qualifying_total = qualifying_total + 1 WHERE member_id = :ann": {Law.Q1},
    "UPDATE member SET held_by_member_id = :bob WHERE member_id = :ann": {Law.M1, Law.Q1},
    "UPDATE order_earning SET qualifying_now = qualifying_now + 1 WHERE member_id = :ann": {Law.R1, Law.Q1},
    "UPDATE order_earning SET member_id = NULL WHERE member_id = :ann": {Law.R3, Law.Q1},
    "INSERT INTO debt (member_id, origin_member_id, transaction_id, owed, remaining) SELECT :ann, :ann, transaction_id, 1, 1 FROM lot "
    "WHERE member_id = :ann": {Law.B1},
    "INSERT INTO transfer (transaction_id, debit, credit, credit_member_id, points, lot_id) SELECT transaction_id, 'redeemed', "
    "'available', :ann, 99, 1 FROM ledger_transaction WHERE kind = 'redeem_undo' AND member_id = :ann": {Law.Z1, Law.B1},
}


@pytest.mark.parametrize("statement", BREAKS)
def test_the_check_finds_rows_that_break_a_law(database, statement):
    till, mark = Till(database), f"broken{next(HISTORIES)}"
    ann, bob = till.member(f"{mark}-ann"), till.member(f"{mark}-bob")
    till.buy(ann, mark, 1000)
    till.day += timedelta(days=8)
    drawn = till.do(lambda points: points.redeem(ann, 5, till.day, f"{mark}-r")).transactions[0].transaction_id
    till.do(lambda points: points.undo_redemption(drawn, till.day, f"{mark}-u", points=2))

    def broken(t) -> set[Law]:
        return {each.law for each in t.loyalty.laws.broken("points", program_of(t).rules, today=till.day)}

    with database.transaction(TILL) as t:
        assert broken(t) == set()
        t.session.execute(text(statement), {"ann": ann, **({"bob": bob} if ":bob" in statement else {})})
        assert broken(t) >= BREAKS[statement]
        t.session.rollback()
