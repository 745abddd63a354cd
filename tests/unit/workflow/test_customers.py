"""Lists of customers by every way of choosing them, page by page as in one piece; who is on them is worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.answers.customers import CustomersResult
from fenji.domain.lists import Choice
from fenji.errors import InvalidArgument, NotFound
from fenji.workflow.churn import churn_at
from fenji.workflow.customers import customers_at, open_customers
from fenji.workflow.priority import priority_at
from fenji.workflow.segments import segments_at
from fenji.workflow.why import why_of
from fenji.workspace.customer_choice import Asked
from fixtures.customer_list import AS_OF, EARLIER, shop_with_lists


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shop_with_lists(tmp_path_factory.mktemp("lists"))
    for analyze in (segments_at, churn_at, priority_at):
        analyze(root)
    return root


def ids(shop: Path, **asked: object) -> list[str]:
    return [row["customer_id"] for row in customers_at(shop, Asked(**asked)).rows]


def test_everybody_is_listed_the_largest_revenue_first_and_who_has_none_by_key(shop: Path) -> None:
    found = customers_at(shop, Asked())
    assert (found.count, found.as_of, found.policy, found.version, found.after) == (8, AS_OF, "shop", 1, None)
    assert [row["customer_id"] for row in found.rows] == ["m1", "m3", "m6", "m2", "m4", "m7", "m8", "m5"]
    assert found.rows[0] == {
        "customer_id": "m1",
        "tier": "gold",
        "since_on": AS_OF,
        "net_revenue_12m": Decimal("1200.00"),
        "orders_12m": 2,
        "days_since_last_order": 11,
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"tier": "gold"}, ["m1"]),
        ({"tier": "银卡"}, ["m6"]),
        ({"moved": "up"}, ["m1"]),
        ({"moved": "down"}, ["m3"]),
        ({"moved": "new"}, ["m5"]),
        ({"moved": "lost"}, []),
        ({"standing": "lost"}, []),
        ({"standing": "in_tier", "where": ("net_revenue_12m >= 500",)}, ["m1", "m3", "m6"]),
        ({"moved_from": "silver", "moved_to": "gold", "earlier_on": EARLIER}, ["m1"]),
        ({"moved_from": "silver", "moved_to": "silver"}, ["m6"]),
        ({"where": ("days_since_last_order > 60", "net_revenue_12m >= 500")}, ["m3", "m6"]),
        ({"where": ("days_since_last_order is null",)}, ["m5"]),
        ({"where": ("net_revenue_12m in top 25%",)}, ["m1", "m3"]),
        ({"where": ("orders_12m = 1",), "tier": "entry"}, ["m3", "m2", "m4", "m7", "m8"]),
        ({"segment": "lifecycle_stage=prospect"}, ["m5"]),
    ],
)
def test_conditions_choose_customers_and_several_must_all_hold(shop: Path, asked: dict[str, object], expected: list[str]) -> None:
    assert ids(shop, **asked) == expected


def test_stored_analyses_choose_whom_they_name(shop: Path) -> None:
    told = priority_at(shop, top=100)
    marks = {row.customer_id: row.mark for row in told.order}
    for mark in ("A", "B", "C"):
        assert sorted(ids(shop, mark=mark)) == sorted(each for each, own in marks.items() if own == mark)
    for name in ("upgrades", "watch", "frequent"):
        assert sorted(ids(shop, group=name)) == sorted(row.customer_id for row in getattr(told.lists, name).first)


def test_what_is_not_stored_is_said_with_the_command_that_makes_it(tmp_path: Path) -> None:
    fresh = shop_with_lists(tmp_path / "fresh", reviews=1)
    with pytest.raises(NotFound, match=r"insight\.churn_risk on 2026-08-31 .* fenji churn"):
        customers_at(fresh, Asked(risk="high"))
    with pytest.raises(NotFound, match="only one review"):
        customers_at(fresh, Asked(moved="up"))


@pytest.mark.parametrize("sort", ["-net_revenue_12m", "days_since_last_order", "-tier", "tier", "customer_id", "-since_on"])
@pytest.mark.parametrize("size", [1, 3])
def test_pages_are_the_list_cut_in_pieces(shop: Path, sort: str, size: int) -> None:
    columns = ("customer_id", "tier", "days_since_last_order")
    whole = customers_at(shop, Asked(), columns=columns, sort=sort)
    pages: list[CustomersResult] = [customers_at(shop, Asked(), columns=columns, sort=sort, limit=size)]
    while (after := pages[-1].after) is not None:
        pages.append(customers_at(shop, Asked(), columns=columns, sort=sort, limit=size, after=after))
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert {page.count for page in pages} == {8}
    assert len(pages) == -(-8 // size)
    with open_customers(shop, Asked(), columns=columns, sort=sort) as listing:
        written = [row for batch in listing.batches() for row in batch.to_pylist()]
    assert written == list(whole.rows)


EVERY = (
    "customer_key",
    "customer_id",
    "tier",
    "cause",
    "since_on",
    "net_revenue_12m",
    "orders_12m",
    "region",
    "segment",
    "risk",
    "mark",
    "phone",
)


@pytest.mark.parametrize("sort", [f"{sign}{each}" for each in EVERY for sign in ("", "-")])
def test_customers_named_by_their_keys_stand_as_in_the_list_of_all(shop: Path, sort: str) -> None:
    whole = customers_at(shop, Asked(), columns=EVERY, sort=sort)
    keys = tuple(sorted(row["customer_key"] for row in whole.rows))
    named = customers_at(shop, Asked(keys=(*keys, 10**15)), columns=EVERY, sort=sort)
    assert (named.rows, named.count) == (whole.rows, whole.count)
    first = customers_at(shop, Asked(keys=keys), columns=EVERY, sort=sort, limit=3)
    others = customers_at(shop, Asked(keys=keys), columns=EVERY, sort=sort, after=first.after)
    assert (*first.rows, *others.rows) == whole.rows


def test_rows_without_a_value_stand_last_in_both_directions(shop: Path) -> None:
    for sort in ("days_since_last_order", "-days_since_last_order"):
        assert customers_at(shop, Asked(), sort=sort).rows[-1]["customer_id"] == "m5"


def test_a_cursor_of_another_question_is_refused(shop: Path) -> None:
    after = customers_at(shop, Asked(), limit=2).after
    for asked, cursor in ((Asked(tier="entry"), after), (Asked(), "nonsense"), (Asked(), "WzEsMl0")):
        with pytest.raises(InvalidArgument, match="not where a page"):
            customers_at(shop, asked, limit=2, after=cursor)


def test_contact_fields_are_shown_only_when_asked_for(shop: Path) -> None:
    assert {each.slug for each in customers_at(shop, Asked()).columns}.isdisjoint({"name", "phone", "email"})
    found = customers_at(shop, Asked(), columns=("customer_id", "name", "phone", "email"), sort="customer_id")
    assert [tuple(row.values()) for row in found.rows[:3]] == [
        ("m1", "=张三", "13900000001", "one@shop.cn"),
        ("m2", "张三", "13900000002", None),
        ("m3", "李四", "13900000003", None),
    ]


def test_an_uploaded_list_finds_ids_phones_and_emails_and_says_what_was_not_found(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "名单.csv"
    file.write_text("联系方式\nm1\n139 0000 0003\nONE@shop.cn\nworkspace:m6\n13900000002\nnobody\n13700000000\n", "utf-8")
    found = customers_at(shop, Asked(uploaded=file), sort="customer_id")
    assert [row["customer_id"] for row in found.rows] == ["m1", "m2", "m3", "m4", "m6"]
    told = found.uploaded
    assert told is not None
    assert (told.entries, told.found, told.several, told.not_found) == (7, 5, 1, ("nobody", "13700000000"))
    assert [each.by for each in found.chosen] == [Choice.UPLOADED]


def test_a_named_column_of_a_workbook_is_read(shop: Path, tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "list.xlsx"))
    sheet = book.add_worksheet()
    for number, row in enumerate((("称呼", "电话"), ("王", 13900000006), ("李", 13900000007.0))):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.close()
    asked = Asked(uploaded=tmp_path / "list.xlsx", uploaded_column="电话")
    assert [row["customer_id"] for row in customers_at(shop, asked).rows] == ["m6", "m7"]
    with pytest.raises(InvalidArgument, match="电话"):
        customers_at(shop, replace(asked, uploaded_column="电活"))


def test_a_list_that_is_too_long_is_refused(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fenji.workspace.uploaded_list.MOST_ENTRIES", 2)
    file = tmp_path / "long.txt"
    file.write_text("m1\nm2\nm3\n", "utf-8")
    with pytest.raises(InvalidArgument, match="3 entries; 2 is the most"):
        customers_at(shop, Asked(uploaded=file))


@pytest.mark.parametrize(
    ("asked", "options", "message"),
    [
        ({"tier": "gild"}, {}, "gold"),
        ({"where": ("orders_12 > 1", "sum > 2", "nonsense")}, {}, "'nonsense' is no condition"),
        ({"where": ("orders_12 > 1",)}, {}, "orders_12m"),
        ({"moved": "sideways"}, {}, "unknown movement"),
        ({"mark": "D"}, {}, "unknown mark"),
        ({"risk": "1.5"}, {}, "neither a class of risk nor a probability"),
        ({"segment": "nowhere"}, {}, "unknown segment"),
        ({"earlier_on": EARLIER}, {}, "two reviews were given"),
        ({}, {"columns": ("teir",)}, "tier"),
        ({}, {"sort": "-nothing_at_all"}, "unknown column"),
        ({}, {"limit": 0}, "1 to 1000"),
        ({}, {"as_of": date(2020, 1, 1)}, "no tiers were decided on 2020-01-01"),
        ({}, {"columns": ("from_tier",)}, "unknown column 'from_tier'"),
    ],
)
def test_what_cannot_be_answered_is_said(shop: Path, asked: dict[str, object], options: dict[str, object], message: str) -> None:
    with pytest.raises((NotFound, InvalidArgument), match=message):
        customers_at(shop, Asked(**asked), **options)


@pytest.mark.parametrize(
    ("text", "customer"),
    [
        ("13900000001", "m1"),
        ("+86 139 0000 0003", "m3"),
        ("139-0000-0006", "m6"),
        ("ONE@shop.CN", "m1"),
        ("王五", "m5"),
        ("m7", "m7"),
        ("workspace:m8", "m8"),
        ("key:1", "m1"),
    ],
)
def test_a_customer_is_found_by_phone_email_name_and_any_id(shop: Path, text: str, customer: str) -> None:
    assert why_of(shop, text).customer_id == customer


def test_several_hits_are_listed_masked_with_how_to_say_which(shop: Path) -> None:
    with pytest.raises(InvalidArgument) as caught:
        why_of(shop, "13900000002")
    text = str(caught.value)
    assert "workspace:m2 (key:2, 张*, 139****0002); workspace:m4 (key:4, -*, 139****0002)" in text
    assert "13900000002" not in text


def test_a_masked_or_unknown_writing_finds_nobody(shop: Path) -> None:
    for text in ("139****0002", "13800138000", "nobody@shop.cn", ""):
        with pytest.raises(NotFound, match="no customer is known by this"):
            why_of(shop, text)
