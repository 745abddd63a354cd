"""What happened with one customer is told newest first, up to the day and never more than asked for; ids say what tied them together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.answers.timeline import Happened
from fenji.domain.contacts import ContactKind
from fenji.errors import InvalidArgument, NotFound
from fenji.workflow.customers import find_customers
from fenji.workflow.identity import identity_of
from fenji.workflow.running import run_all
from fenji.workflow.timeline import timeline_of
from fixtures.every_feed import workspace

AS_OF = date(2025, 6, 30)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = workspace(tmp_path_factory.mktemp("feeds"))
    run_all(root, as_of=AS_OF)
    return root


@pytest.fixture(scope="module")
def key(shop: Path) -> int:
    return int(find_customers(shop, "u1", columns=("customer_key",)).rows[0]["customer_key"])


def test_everything_stands_there_the_newest_first(shop: Path, key: int) -> None:
    found = timeline_of(shop, key)
    days = [each.on for each in found.entries]
    assert days == sorted(days, reverse=True)
    assert {each.what for each in found.entries} >= {Happened.ORDER, Happened.FEEDBACK, Happened.CONTACT, Happened.REDEMPTION}
    assert found.known == len(found.entries)
    order = next(each for each in found.entries if each.reference == "A1")
    assert (order.on, order.lines, set(order.products) <= {"龙井", "龙井二", "杯子", "壶"}) == (date(2025, 5, 1), 3, True)
    contact = next(each for each in found.entries if each.what is Happened.CONTACT)
    assert (contact.reference, contact.on) == ("C1", date(2025, 6, 1))


def test_no_more_is_told_than_asked_for_and_nothing_of_later_days(shop: Path, key: int) -> None:
    whole, newest = timeline_of(shop, key), timeline_of(shop, key, limit=1)
    assert (newest.entries, newest.known) == (whole.entries[:1], whole.known)
    earlier = timeline_of(shop, key, as_of=date(2025, 5, 2))
    assert 0 < earlier.known < whole.known
    assert max(each.on for each in earlier.entries) <= date(2025, 5, 2)
    with pytest.raises(InvalidArgument):
        timeline_of(shop, key, limit=0)
    with pytest.raises(NotFound):
        timeline_of(shop, 10**6)


def test_ids_say_what_tied_them_and_contacts_what_they_are(shop: Path, key: int) -> None:
    found = identity_of(shop, key)
    assert "u1" in [each.source_customer_id for each in found.ids]
    assert {each.rule for each in found.ids} <= {"own_id", "phone", "email", "union_id"}
    assert {each.kind for each in found.contacts} == {ContactKind.EMAIL, ContactKind.NAME}
    with pytest.raises(NotFound):
        identity_of(shop, 10**6)
