"""A code is used as often as its limits say, whoever asks at once; orders that are given up or refunded give it back. World: fixtures.offers."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, text

from fenji.act.vouchers import VoucherExpired, VoucherRefused, VoucherReserved, VoucherUsedUp
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.vouchers import UseStatus, hash_of
from fenji.errors import FenjiError, InvalidArgument, NotFound
from fenji.state.database import open_database
from fenji.state.loyalty.ledger import BusinessKeyTaken
from fenji.state.migrations.versions import r0016_offers
from fenji.state.models import Row
from fixtures.ledgers import SHOP, TILL, Till
from fixtures.offers import Counter


@pytest.fixture(scope="module")
def opened_shop(tmp_path_factory):
    file = tmp_path_factory.mktemp("vouchers") / "fenji.db"
    Counter.opened(open_database(f"sqlite:///{file}")).database.close()
    return file


@pytest.fixture
def counter(opened_shop, tmp_path):
    """What is decided the same on both databases."""
    shutil.copy(opened_shop, tmp_path / "fenji.db")
    found = Counter(open_database(f"sqlite:///{tmp_path}/fenji.db"))
    yield found
    found.database.close()


@pytest.fixture
def locking(database):
    """What rests on locks, on both databases."""
    return Counter.opened(database)


def said(error):
    return [each.text for each in error.value.problems]


def test_the_tables_come_go_and_come_again_and_points_stay(url, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.database.NEWEST", "0015")
        before = open_database(url)
        ann = Till.opened(before).member("ann")
        before.close()
    database = open_database(url)
    with database.transaction(TILL) as t:
        t.session.execute(text("DELETE FROM document_version"))
    counter = Counter.opened(database)
    counter.use(counter.issue("welcome_20", ann), counter.basket("o1"), ann)
    with database.transaction(TILL) as t:
        operations = Operations(MigrationContext.configure(t.session.connection()))
        with Operations.context(operations.migration_context):
            r0016_offers.downgrade()
            assert set(inspect(t.session.connection()).get_table_names()) & set(r0016_offers.TABLES) == set()
            assert t.session.execute(text("SELECT member_id FROM member")).scalars().all() == [ann]
            r0016_offers.upgrade()
        t.session.execute(text("DELETE FROM document_version"))
    assert set(r0016_offers.TABLES) <= set(Row.metadata.tables)
    again = Counter.opened(database)
    assert again.use(again.issue("welcome_20", ann), again.basket("o1"), ann).use.discount_cents == 2000
    database.close()


def test_the_code_stands_nowhere_and_the_same_key_issues_it_once(counter):
    ann = counter.member("ann")
    code = counter.issue("welcome_20", ann, key="spring")
    again = counter.do(lambda vouchers: vouchers.issue("welcome_20", [ann], ["ANOTHERCODE"], "spring"))
    assert (again[0].code, again[0].voucher.last_letters) == (None, code[-4:])
    assert (again[0].voucher.valid_from, again[0].voucher.valid_until) == (date(2027, 1, 31), date(2027, 3, 1))
    assert counter.count("welcome_20") == (1, 0, 0, 0)
    with counter.database.reading() as t:
        lines = "\n".join(t.rows.lines())
    assert code not in lines
    assert hash_of(code) in lines
    with pytest.raises(BusinessKeyTaken):
        counter.do(lambda vouchers: vouchers.issue("welcome_20", [ann], [code], "spring", campaign="another"))


def test_a_use_told_twice_is_one_and_another_order_under_its_key_is_refused(locking):
    ann = locking.member("ann")
    code = locking.issue("welcome_20", ann)
    first = locking.use(code, locking.basket("o1"), ann, key="till-1")
    again = locking.use(code.lower(), locking.basket("o1"), ann, key="till-1")
    assert (first.is_existing, again.is_existing, again.use) == (False, True, first.use)
    with pytest.raises(BusinessKeyTaken):
        locking.use(code, locking.basket("o2"), ann, key="till-1")
    assert locking.count("welcome_20") == (1, 0, 1, 2000)
    with locking.database.reading() as t:
        kinds = [each.kind for each in t.sending.outbox.not_spread(limit=10)]
    assert sorted(kinds) == ["voucher.issued", "voucher.redeemed"]


def test_a_cart_that_is_given_up_leaves_the_code_and_one_that_is_bought_takes_it_once(locking):
    ann, bob = locking.member("ann"), locking.member("bob")
    code = locking.issue("free_delivery")
    locking.use(code, locking.basket("o1"), ann, kept=True)
    locking.use(code, locking.basket("o2"), bob, kept=True)
    with pytest.raises(VoucherReserved):
        locking.use(code, locking.basket("o3"), ann)
    assert locking.count("free_delivery") == (1, 2, 0, 1600)
    assert [each.status for each in locking.do(lambda vouchers: vouchers.release(OrderKey(SHOP, "o2")))] == [UseStatus.RELEASED]
    assert locking.do(lambda vouchers: vouchers.release(OrderKey(SHOP, "o2"))) == ()
    assert locking.use(code, locking.basket("o1"), ann).use.status is UseStatus.REDEEMED
    assert locking.count("free_delivery") == (1, 0, 1, 800)
    locking.now += timedelta(minutes=31)
    locking.use(code, locking.basket("o2"), bob)
    with pytest.raises(VoucherUsedUp):
        locking.use(code, locking.basket("o4"), bob)
    # Cancelled and confirmed again, the order has its one use.
    with pytest.raises(VoucherRefused, match="on this order already"):
        locking.use(code, locking.basket("o1"), ann, key="again")


def test_a_reservation_outlives_the_last_day_of_its_code_and_one_whose_time_is_over_does_not(counter):
    counter.now = datetime(2027, 2, 28, 15, 59, 59, tzinfo=UTC)
    first, second = counter.issue("free_delivery", key="1"), counter.issue("free_delivery", key="2")
    late = counter.issue("free_delivery", key="3")
    counter.use(first, counter.basket("o1"), kept=True)
    counter.use(second, counter.basket("o2"), kept=True)
    counter.now += timedelta(seconds=1)
    assert counter.day == date(2027, 3, 1)
    with pytest.raises(VoucherExpired, match="2027-02-28"):
        counter.use(late, counter.basket("o3"))
    assert counter.use(late, counter.basket("o3"), on=date(2027, 2, 28)).use.discount_cents == 800
    assert counter.use(first, counter.basket("o1")).use.status is UseStatus.REDEEMED
    counter.now += timedelta(minutes=30)
    with pytest.raises(VoucherExpired):
        counter.use(second, counter.basket("o2"))
    with pytest.raises(VoucherRefused, match="was over"):
        counter.issue("free_delivery", key="4")


def test_an_order_that_is_refunded_whole_gives_back_what_the_offer_says_with_its_points(counter):
    ann = counter.member("ann")
    amount, points, shared = (
        counter.issue("welcome_20", ann, "1"),
        counter.issue("fifty_points", ann, "2"),
        counter.issue("ten_percent"),
    )
    order = OrderKey(SHOP, "o1")
    counter.use(amount, counter.basket("o1", tea="100"), ann)
    counter.use(shared, counter.basket("o1", tea="100"), ann)
    counter.use(points, counter.basket("o2"), ann)
    assert counter.count("fifty_points") == (1, 0, 1, 4500)
    till = Till(counter.database, counter.day)
    assert till.balances(ann) == (0, 50, 0, 0)
    with pytest.raises(VoucherUsedUp):
        counter.use(counter.issue("welcome_20", ann, "3"), counter.basket("o3"), ann)
    back = counter.do(lambda vouchers: vouchers.give_back(order))
    assert [(each.offer, each.status) for each in back] == [("welcome_20", UseStatus.RETURNED)]
    assert counter.do(lambda vouchers: vouchers.give_back(order)) == ()
    counter.do(lambda vouchers: vouchers.give_back(OrderKey(SHOP, "o2")))
    assert (till.balances(ann), counter.count("fifty_points")) == ((0, 0, 0, 0), (1, 0, 0, 0))
    assert (counter.count("welcome_20"), counter.count("ten_percent")) == ((2, 0, 0, 0), (1, 0, 1, 1000))
    assert counter.use(amount, counter.basket("o3"), ann).use.discount_cents == 2000


def test_a_customer_is_all_of_its_merged_ids(locking):
    ann, bea, cat = (locking.member(each) for each in ("ann", "bea", "cat"))
    first, second = locking.issue("welcome_20", ann, "1"), locking.issue("welcome_20", bea, "2")
    with pytest.raises(VoucherRefused, match="another customer"):
        locking.use(first, locking.basket("o1"), bea)
    till = Till(locking.database, locking.day)
    till.do(lambda points: points.merge(ann, bea, till.day, "m1", reason="one"))
    till.do(lambda points: points.merge(bea, cat, till.day, "m2", reason="one"))
    locking.use(first, locking.basket("o1"), bea)
    with pytest.raises(VoucherUsedUp, match="this customer"):
        locking.use(second, locking.basket("o2"), cat)


@pytest.mark.parametrize(
    ("offer", "of_order", "words"),
    [
        ("welcome_20", {"yuan": "199.99"}, ["it needs {least}"]),
        ("ten_percent", {}, ["say what the order has of each category"]),
        ("ten_percent", {"tea": "0"}, ["nothing left on this order"]),
        ("newcomer", {"first": False}, ["first order only"]),
        ("newcomer", {}, ["say whether"]),
    ],
)
def test_what_an_order_lacks_is_said_and_nothing_is_written(counter, offer, of_order, words):
    ann = counter.member("ann")
    code = counter.issue(offer, ann)
    with pytest.raises(VoucherRefused) as error:
        counter.use(code, counter.basket("o1", **of_order), ann)
    assert len(said(error)) == len(words)
    assert all(word in text for word, text in zip(words, said(error), strict=True))
    assert counter.count(offer) == (1, 0, 0, 0)


def test_bad_requests_are_refused_with_every_reason(counter):
    ann = counter.member("ann")
    personal, nobodys = counter.issue("welcome_20", ann, "1"), counter.issue("welcome_20", None, "2")
    counter.do(lambda vouchers: vouchers.withdraw(1, "printed twice"))
    with pytest.raises(VoucherRefused) as error:
        counter.use(personal, counter.basket("o1", "100"))
    assert said(error) == [
        "the voucher was withdrawn.",
        "the voucher can be used only by a customer who is known.",
        "the order has {amount} of what counts; it needs {least}.",
    ]
    refusals = [
        (NotFound, lambda vouchers: vouchers.use("NOTHING", counter.basket("o1"), ann, counter.day, "k")),
        (NotFound, lambda vouchers: vouchers.use(nobodys, counter.basket("o1"), 99, counter.day, "k")),
        (VoucherRefused, lambda vouchers: vouchers.use(nobodys, counter.basket("o1"), None, counter.day, "k")),
        (InvalidArgument, lambda vouchers: vouchers.use(nobodys, counter.basket("o1"), ann, counter.day + timedelta(1), "k")),
        (VoucherRefused, lambda vouchers: vouchers.use(nobodys, counter.basket("o1"), ann, counter.day - timedelta(1), "k")),
        (NotFound, lambda vouchers: vouchers.issue("welcom_20", [ann], ["ABCDEFGH"], "k")),
        (InvalidArgument, lambda vouchers: vouchers.issue("newcomer", [None], ["ABCDEFGH"], "k")),
        (InvalidArgument, lambda vouchers: vouchers.issue("welcome_20", [ann], ["ABC"], "k")),
        (InvalidArgument, lambda vouchers: vouchers.issue("welcome_20", [], [], "k")),
        (NotFound, lambda vouchers: vouchers.withdraw(99, "why")),
        (InvalidArgument, lambda vouchers: vouchers.withdraw(2, " ")),
    ]
    for kind, work in refusals:
        with pytest.raises(kind):
            counter.do(work)
    assert counter.count("welcome_20") == (2, 0, 0, 0)


def test_offers_are_used_together_only_where_one_of_them_says_so_and_amounts_come_off_in_its_order(counter):
    shared, amount, five = (
        counter.issue("ten_percent", key="1"),
        counter.issue("first_5", key="2"),
        counter.issue("first_5", key="3"),
    )
    gift = counter.issue("free_delivery", key="4")
    ann = counter.member("ann")
    twenty = counter.issue("welcome_20", ann, "5")
    counter.use(amount, counter.basket("o1", "100", tea="100"))
    # 10 % of the 95 that the amount leaves.
    assert counter.use(shared, counter.basket("o1", "100", tea="100")).use.discount_cents == 950
    # After percents: 10 % of 200, as if the 20 were not taken off.
    counter.use(twenty, counter.basket("o2", tea="200"), ann)
    assert counter.use(shared, counter.basket("o2", tea="200"), ann).use.discount_cents == 2000
    counter.use(shared, counter.basket("o3", "100", tea="100"))
    with pytest.raises(VoucherRefused, match="before the percents"):
        counter.use(five, counter.basket("o3", "100", tea="100"))
    with pytest.raises(VoucherRefused, match="not used together"):
        counter.use(gift, counter.basket("o1", "100", tea="100"))


@pytest.mark.parametrize("limit", ["total", "budget", "code"])
def test_twenty_tills_at_once_use_exactly_what_the_limits_leave(locking, limit):
    # welcome_20: ten in all, or 150.01 at 20 each: seven; free_delivery: five in all, twice a code.
    many = 20
    if limit == "total":
        offer, allowed, cents = "first_5", 10, 5000
        codes = [locking.issue(offer, None, f"k{number}") for number in range(many)]
    elif limit == "budget":
        offer, allowed, cents = "welcome_20", 7, 14000
        codes = [locking.issue(offer, locking.member(f"c{number}"), f"k{number}") for number in range(many)]
    else:
        offer, allowed, cents = "free_delivery", 2, 1600
        codes = [locking.issue(offer)] * many
    members = [locking.member(f"c{number}") for number in range(many)]

    def buy(number):
        try:
            return locking.use(codes[number], locking.basket(f"o{number}"), members[number]).use.discount_cents
        except FenjiError as error:
            return type(error)

    with ThreadPoolExecutor(many) as tills:
        found = list(tills.map(buy, range(many)))
    assert found.count(VoucherUsedUp) == many - allowed
    assert sum(each for each in found if isinstance(each, int)) == cents
    assert locking.count(offer)[1:] == (0, allowed, cents)


def test_what_others_reserved_and_never_bought_is_there_for_the_next(locking):
    codes = [locking.issue("free_delivery", None, f"k{number}") for number in range(6)]
    for number, code in enumerate(codes[:5]):
        locking.use(code, locking.basket(f"o{number}"), kept=True)
    with pytest.raises(VoucherUsedUp, match="5 times"):
        locking.use(codes[5], locking.basket("o5"))
    locking.now += timedelta(minutes=30)
    locking.use(codes[5], locking.basket("o5"))
    assert locking.count("free_delivery") == (6, 0, 1, 800)


def test_a_backup_brings_vouchers_and_goes_on_counting(counter, tmp_path):
    ann = counter.member("ann")
    code = counter.issue("free_delivery", ann)
    counter.use(code, counter.basket("o1"), ann)
    with counter.database.reading() as t:
        lines = list(t.rows.lines())
    copy = open_database(f"sqlite:///{tmp_path}/copy.db")
    with copy.transaction(TILL) as t:
        t.rows.load(lines)
    with copy.reading() as t:
        assert list(t.rows.lines()) == lines
    other = Counter(copy, counter.now)
    other.use(code, other.basket("o2"), ann)
    with pytest.raises(VoucherUsedUp):
        other.use(code, other.basket("o3"), ann)
    copy.close()
