"""A person gives a customer a tier: on record with reason and end, refused where it cannot be meant. World: ann and bob of one shop, bob of two."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from fenji.domain.overrides import NewOverride, OverrideState
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import Language
from fenji.tables import clean
from fenji.workflow.initiating import init_workspace
from fenji.workflow.overrides import end_overrides, list_overrides, override_tier
from fenji.workflow.running import run_all
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.override_requests import OverrideRequest
from fenji.workspace.overrides import overrides_in

AS_OF = date(2026, 3, 31)
FAR = date(2999, 12, 31)
SOURCES = """
sources:
  - source: shop
    shares_ids_with: shop
    feed: order_line
    files: shop.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
  - source: hotel
    shares_ids_with: hotel
    feed: order_line
    files: hotel.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("overrides") / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "shop.csv").write_text("order,customer,at,amount\n1,ann,2026-01-05,900\n2,bob,2026-01-06,900\n", "utf-8")
    (root / "hotel.csv").write_text("order,customer,at,amount\n1,bob,2026-02-05,900\n", "utf-8")
    run_all(root, as_of=AS_OF)
    return root


@pytest.fixture
def shop(ran: Path, tmp_path: Path) -> Path:
    """A copy for each test."""
    shutil.copytree(ran, tmp_path / "copy")
    return tmp_path / "copy"


def asked(customer: str = "ann", tier: str | None = "vip", ends_on: date | None = FAR, **more: object) -> OverrideRequest:
    return OverrideRequest(
        **{"customer_id": customer, "tier": tier, "ends_on": ends_on, "person": "Li Lei", "reason": "new store", **more}
    )


def table(root: Path, *dates: date, policy: str = "spend") -> list[tuple[int, str, date, date]]:
    with open_session(open_workspace(root)) as session:
        identity = session.read(session.latest().run_id, clean.IDENTITY)
        return [tuple(each.values()) for each in overrides_in(session, identity, policy=policy, dates=dates).to_pylist()]


def key_of(root: Path, source: str, customer: str) -> int:
    with open_session(open_workspace(root)) as session:
        identity = session.read(session.latest().run_id, clean.IDENTITY)
        here = identity.filter(identity.source == source, identity.source_customer_id == customer)
        (row,) = session.engine.fetch(here).to_pylist()
        return row["customer_key"]


def test_an_override_begins_today_and_is_recorded_with_person_and_reason(shop: Path) -> None:
    day = today(open_workspace(shop).settings.time_zone)
    (row,) = override_tier(shop, asked()).overrides
    assert (row.policy, row.source, row.customer_id, row.tier) == ("spend", "shop", "ann", "vip")
    assert (row.begins_on, row.ends_on, row.person, row.reason) == (day, FAR, "Li Lei", "new store")
    assert row.state is OverrideState.IN_FORCE
    assert list_overrides(shop).overrides[-1] == row


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_recorded(shop: Path) -> None:
    before = list_overrides(shop)
    with pytest.raises(InvalidArgument) as caught:
        override_tier(shop, asked("nobody", "vp", date(2026, 1, 1), begins_on=AS_OF, person=" ", reason=None))
    assert str(caught.value).splitlines() == [
        "there is no customer nobody in the last run. Write the id as it stands in the sources; a new customer is known after: fenji run",
        "'--reason' is missing.",
        "'--person' is missing. An override says which tier, until when, why, and who decided it.",
        "the override would end on 2026-01-01, before it begins on 2026-03-31. Give a later end, or an earlier beginning.",
        "unknown tier 'vp'. Did you mean vip?",
    ]
    assert list_overrides(shop) == before


def test_an_override_of_one_day_may_end_on_the_day_it_begins(shop: Path) -> None:
    (row,) = override_tier(shop, asked(ends_on=AS_OF, begins_on=AS_OF)).overrides
    assert row.state is OverrideState.OVER


def test_an_id_of_several_customers_needs_its_source(shop: Path) -> None:
    with pytest.raises(
        InvalidArgument, match=r"several customers have the id bob: one in each of hotel, shop. Say of which source"
    ):
        override_tier(shop, asked("bob"))
    with pytest.raises(InvalidArgument, match="no customer bob"):
        override_tier(shop, asked("bob", source="bank"))
    (hotel,) = override_tier(shop, asked("bob", source="hotel")).overrides
    (other,) = override_tier(shop, asked("bob", source="shop")).overrides
    assert (hotel.source, other.source) == ("hotel", "shop")
    with pytest.raises(Conflict, match="Say of which source"):
        end_overrides(shop, "bob")
    (ended,) = end_overrides(shop, "bob", source="hotel").overrides
    assert ended.number == hotel.number


def test_an_ended_override_stays_listed_and_cannot_be_ended_again(shop: Path) -> None:
    (row,) = override_tier(shop, asked()).overrides
    (ended,) = end_overrides(shop, "ann", person="Han Meimei", reason="closed").overrides
    assert (ended.number, ended.state) == (row.number, OverrideState.ENDED)
    assert (ended.ended_by, ended.ended_why) == ("Han Meimei", "closed")
    assert list_overrides(shop).overrides[-1] == ended
    with pytest.raises(NotFound, match="customer ann has no override that could be ended"):
        end_overrides(shop, "ann")


def test_a_later_override_replaces_an_earlier_one_in_the_list(shop: Path) -> None:
    override_tier(shop, asked())
    override_tier(shop, asked(tier="high"))
    assert [each.state for each in list_overrides(shop).overrides[-2:]] == [OverrideState.REPLACED, OverrideState.IN_FORCE]


def test_reviews_get_the_overrides_of_their_days_by_our_key_without_overlaps(shop: Path) -> None:
    begin = date(2990, 1, 1)
    for tier, first, last in (("vip", 0, 30), ("high", 10, 12), ("middle", 200, 210)):
        override_tier(shop, asked(tier=tier, begins_on=begin + timedelta(days=first), ends_on=begin + timedelta(days=last)))
    override_tier(shop, asked("bob", "entry", FAR, source="hotel", begins_on=begin))
    ann, bob = key_of(shop, "shop", "ann"), key_of(shop, "hotel", "bob")
    first, last = begin + timedelta(days=5), begin + timedelta(days=11)
    expected = [
        (ann, "vip", begin, begin + timedelta(days=9)),
        (ann, "high", begin + timedelta(days=10), begin + timedelta(days=12)),
        (bob, "entry", begin, FAR),
    ]
    assert table(shop, first, last) == sorted(expected, key=lambda row: (row[0], row[2]))
    assert table(shop, date(2989, 12, 31)) == []
    assert table(shop, first, policy="other") == []


def test_an_override_of_a_customer_that_is_gone_binds_nobody(shop: Path) -> None:
    begin = date(2980, 1, 1)
    with open_session(open_workspace(shop)) as session, session.state.transaction(acting_person()) as t:
        t.overrides.record(NewOverride("spend", "shop", "gone", "vip", begin, begin, "Li Lei", "left"))
    assert table(shop, begin) == []


def test_before_the_first_run_nobody_is_known(tmp_path: Path) -> None:
    init_workspace(tmp_path / "new", template="spend", language=Language.EN)
    with pytest.raises(NotFound, match="nothing has been computed"):
        override_tier(tmp_path / "new", asked())
    assert list_overrides(tmp_path / "new").overrides == ()
