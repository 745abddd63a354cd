"""The ledger writes an operation once and whole, keeps what was posted, and moves with backups, on both databases. World: fixtures.ledgers."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from fenji.act.redeeming import LotExpired, PointsShort
from fenji.domain.loyalty.changes import Drawn, Wanted
from fenji.domain.loyalty.law_names import Law
from fenji.domain.loyalty.records import OrderKey
from fenji.errors import Conflict, InvalidArgument, NotFound, Unavailable
from fenji.state.database import open_database
from fenji.state.loyalty.ledger import BusinessKeyTaken
from fenji.state.loyalty.loading import load
from fenji.state.migrations.versions import r0015_loyalty, r0016_offers, r0017_qualifying
from fenji.state.models import Row
from fenji.state.prepared import Driver
from fenji.workspace.loyalty.programs import program_of
from fixtures.ledgers import SHOP, TILL, Till


@pytest.fixture
def till(database):
    return Till.opened(database)


def test_the_tables_come_go_and_come_again_and_others_stay(url, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.database.NEWEST", "0013")
        before = open_database(url)
        with before.transaction(TILL) as t:
            t.session.execute(text("INSERT INTO named_list VALUES ('l', 'kept', '{}', 'li', '2026-02-03 05:06:07')"))
        before.close()
    database = open_database(url)
    till = Till.opened(database)
    till.buy(till.member("ann"), "o1", 250)
    with database.transaction(TILL) as t:
        operations = Operations(MigrationContext.configure(t.session.connection()))
        with Operations.context(operations.migration_context):
            r0017_qualifying.downgrade()
            r0016_offers.downgrade()
            r0015_loyalty.downgrade()
            there = set(inspect(t.session.connection()).get_table_names())
            assert there & set(r0015_loyalty.TABLES) == set()
            assert t.session.execute(text("SELECT name FROM named_list")).scalars().all() == ["kept"]
            r0015_loyalty.upgrade()
            r0016_offers.upgrade()
            r0017_qualifying.upgrade()
    assert set(r0015_loyalty.TABLES) <= set(Row.metadata.tables)
    again = Till.opened(database)
    assert again.buy(again.member("ann"), "o1", 250).is_existing is False
    database.close()


def test_points_that_count_for_a_tier_are_told_of_each_transaction_also_of_those_that_came_before(till):
    ann, bob = till.member("ann"), till.member("bob")
    till.buy(ann, "o1", 250, factor=0)
    till.buy(bob, "o2", 700, factor=2)
    till.do(lambda points: points.refund(OrderKey(SHOP, "o2"), 25_000, till.day, "r"))
    till.do(lambda points: points.open_balance(bob, 9, till.day, "old", earned_on=till.day, expires_on=None, qualifying=4))
    counted = text("SELECT business_key, qualifying_points FROM ledger_transaction WHERE qualifying_points <> 0 ORDER BY 1")
    with till.database.transaction(TILL) as t:
        assert list(t.session.execute(counted)) == [("earn:shop:o1", 2), ("earn:shop:o2", 7), ("old", 4), ("r", -3)]
        with Operations.context(Operations(MigrationContext.configure(t.session.connection())).migration_context):
            r0017_qualifying.downgrade()
            r0017_qualifying.upgrade()
        # When refunds took of it was not written down before: what is left counts from the first day on.
        assert list(t.session.execute(counted)) == [("earn:shop:o1", 2), ("earn:shop:o2", 4), ("old", 4)]
        broken = t.loyalty.laws.broken("points", program_of(t).rules, today=till.day)
        assert [each for each in broken if each.law is Law.Q1] == []
        with pytest.raises(DatabaseError):
            t.session.execute(text("UPDATE ledger_transaction SET qualifying_points = 1"))
        t.session.rollback()


def test_an_operation_reads_only_the_lots_that_it_may_touch(till):
    """Ten lots of 2 points that can be spent and one of 3 that is due: 5 points reach three of the ten; a year later all are over."""
    ann = till.member("ann")
    for number in range(10):
        till.buy(ann, f"o{number}", 200)
    till.day += timedelta(days=7)
    till.do(lambda points: points.settle(ann, till.day))
    till.day += timedelta(days=30)
    till.buy(ann, "due", 300)
    on = till.day + timedelta(days=7)

    def found(t, draws):
        wanted = Wanted(frozenset({ann}), draws=draws)
        return [each.order_id for each in load(Driver(t.session), "points", wanted).lots]

    with till.database.transaction(TILL) as t:
        assert len(found(t, None)) == 11
        assert found(t, Drawn(5, on)) == ["o0", "o1", "o2", "due"]
        assert found(t, Drawn(0, on)) == ["due"]
        assert found(t, Drawn(0, None)) == []
        assert found(t, Drawn(1000, on)) == found(t, None)
        assert len(found(t, Drawn(0, on + timedelta(days=365)))) == 11
        # A refund may take back what the order has earned, from its own lot and from the first ones that so many points reach.
        refunded = Wanted(orders=frozenset({OrderKey(SHOP, "o7")}), draws=Drawn(0, on))
        assert sorted(each.order_id for each in load(Driver(t.session), "points", refunded).lots) == ["due", "o0", "o7"]


def test_the_same_key_posts_once_and_another_thing_under_it_is_refused(till):
    ann = till.member("ann")
    first = till.buy(ann, "o1", 250, factor=2)
    again = till.buy(ann, "o1", 250, factor=5)
    assert (first.is_existing, again.is_existing) == (False, True)
    assert again.transactions == first.transactions
    assert again.transfers == first.transfers
    with pytest.raises(BusinessKeyTaken):
        till.buy(ann, "o1", 300)
    assert till.balances(ann) == (0, 4, 0, 0)


def test_what_was_posted_cannot_be_changed_even_by_hand(till):
    till.buy(till.member("ann"), "o1", 250)
    for statement in (
        "UPDATE transfer SET points = points + 1",
        "DELETE FROM transfer",
        "UPDATE ledger_transaction SET kind = 'bonus'",
        "DELETE FROM ledger_transaction",
        "INSERT INTO transfer (transaction_id, debit, credit, points) SELECT transaction_id, 'issued', 'issued', 1 FROM transfer",
        "UPDATE member SET available = -1",
    ):
        with pytest.raises((DatabaseError, Unavailable)), till.database.transaction(TILL) as t:
            t.session.execute(text(statement))


def test_a_backup_brings_every_row_and_goes_on_where_the_other_stopped(till, tmp_path):
    ann, bob = till.member("ann"), till.member("bob")
    till.buy(ann, "o1", 1000, factor=3)
    till.day += timedelta(days=10)
    till.do(lambda points: points.redeem(ann, 20, till.day, "r1"))
    till.do(lambda points: points.refund(OrderKey(SHOP, "o1"), 100_000, till.day, "f1"))
    till.do(lambda points: points.merge(ann, bob, till.day, "m1", reason="one person"))
    with till.database.reading() as t:
        lines = list(t.rows.lines())
    copy = open_database(f"sqlite:///{tmp_path}/copy.db")
    with copy.transaction(TILL) as t:
        t.rows.load(lines)
    with copy.reading() as t:
        assert list(t.rows.lines()) == lines
    other = Till(copy, till.day)
    other.buy(bob, "o2", 10_000)
    assert (other.balances(bob), other.balances(ann)) == ((0, 100, 0, 20), (0, 0, 0, 0))
    copy.close()


def test_bad_requests_say_what_is_wrong_and_write_nothing(till):
    ann = till.member("ann")
    till.buy(ann, "o1", 1000)
    till.day += timedelta(days=10)
    refused = [
        (PointsShort, lambda points: points.redeem(ann, 11, till.day, "k")),
        (InvalidArgument, lambda points: points.redeem(ann, 0, till.day, "k")),
        (InvalidArgument, lambda points: points.redeem(ann, -5, till.day, "k")),
        (InvalidArgument, lambda points: points.redeem(ann, 5, till.day + timedelta(days=1), "k")),
        (InvalidArgument, lambda points: points.refund(OrderKey(SHOP, "o1"), 100_001, till.day, "k")),
        (InvalidArgument, lambda points: points.refund(OrderKey(SHOP, "o1"), 0, till.day, "k")),
        (InvalidArgument, lambda points: points.adjust(ann, 0, till.day, "k", reason="error")),
        (NotFound, lambda points: points.redeem(99, 1, till.day, "k")),
        (NotFound, lambda points: points.redeem_hold("nothing", till.day, "k")),
        (NotFound, lambda points: points.undo_redemption("nothing", till.day, "k")),
        (Conflict, lambda points: points.merge(ann, ann, till.day, "k", reason="twice")),
        (Conflict, lambda points: points.unmerge(ann, till.day, "k", reason="never")),
    ]
    before = till.look(ann)
    for error, work in refused:
        with pytest.raises(error):
            till.do(work)
    assert till.look(ann) == before


def test_points_of_an_expired_lot_cannot_be_spent_and_those_held_do_not_expire_before_they_are_released(till):
    ann = till.member("ann")
    till.day = date(2027, 1, 10)
    till.buy(ann, "o1", 1000)
    till.day = date(2027, 4, 30)
    held = till.do(lambda points: points.hold(ann, 4, till.day, "h1")).transactions[0].transaction_id
    till.day = date(2027, 5, 1)
    with pytest.raises(LotExpired):
        till.do(lambda points: points.redeem(ann, 1, till.day, "r1"))
    with pytest.raises(PointsShort) as short:
        till.do(lambda points: points.redeem(ann, 7, till.day, "r1"))
    assert short.value.code == "points_short"
    assert till.balances(ann) == (6, 0, 4, 0)
    till.do(lambda points: points.settle(ann, till.day))
    assert till.balances(ann) == (0, 0, 0, 0)
    with pytest.raises(Conflict):
        till.do(lambda points: points.redeem_hold(held, till.day, "r2"))


def test_points_are_spent_once_however_many_ask_at_the_same_moment(till):
    """C1: 30 points, eight tills, each asks six times for one point and tells each of its requests twice."""
    ann = till.member("ann")
    till.buy(ann, "o1", 3000)
    till.day += timedelta(days=10)
    spent = []

    def ask(number):
        for each in range(6):
            for _twice in range(2):
                try:
                    done = till.do(lambda points, each=each: points.redeem(ann, 1, till.day, f"r{number}:{each}"))
                except PointsShort:
                    continue
                if not done.is_existing:
                    spent.append(done.transactions[0].business_key)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(spent), len(set(spent)), till.balances(ann)) == (30, 30, (0, 0, 0, 0))


def test_a_refund_before_its_purchase_waits_and_twins_of_a_new_member_are_one(till):
    """R3, and the key of a member's id: four writers open the same member at once."""
    opened = []
    threads = [threading.Thread(target=lambda: opened.append(till.member("new"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(opened)) == 1
    order = OrderKey(SHOP, "o1")
    till.do(lambda points: points.refund(order, 15_000, till.day, "f1"))
    till.buy(opened[0], "o1", 400, factor=2)
    assert till.balances(opened[0]) == (0, 4, 0, 0)
