"""Nothing personal passes a masked view, no field can be forgotten, and small groups are told as small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pyarrow as pa
import pytest

from fenji.answers.catalog import ANSWERS, ANSWERS_OF_API, FAILED
from fenji.answers.customers import CustomersResult
from fenji.answers.fields import records_below
from fenji.answers.json import plain, to_json
from fenji.answers.views import MASKED, OPEN, VEILS, VIEWER, View
from fenji.collect.remarks import Remark
from fenji.domain.contacts import masked, masked_id, masked_name
from fenji.domain.lists import ColumnUnit, ListColumn
from fenji.domain.telling import AS_IT_IS, BY_COLUMN, COUNT, PERSON_NAME, PERSONAL, WITHHELD, told_of
from fenji.domain.words import Spoken, Words
from fenji.errors import NotFound, Place, Problem
from fenji.language import Language
from fenji.workspace.customer_columns import FIXED

RECORDS = dict.fromkeys(
    each for top in (*ANSWERS.values(), *ANSWERS_OF_API.values(), FAILED) for each in (top, *records_below(top))
)

HARMLESS = {
    # whose work it is, and which: people of the company, runs, policies, sources, settings
    "ended_by", "person", "author", "principal", "subject", "run_id", "history_run_id", "tiers_run_id", "unchanged_since", "kept_from", "runs", "policy",
    "version", "template", "source", "sheets", "belongs_to", "feed", "currency", "time_zone", "token", "command", "code", "id",
    "decided_by", "decision_reason", "acknowledged_by", "approved_by", "pointer",
    # places of files and tables
    "workspace", "files", "file", "written", "table", "sql", "unread_files", "unread_sheets", "source_file", "strays", "read_again", "new",
    "changed", "unchanged", "gone", "database",
    # words of the policy, the metrics and the sources
    "why", "rule", "conditions", "condition", "metric", "metrics", "measure", "averages", "medians", "rejected", "details", "facts",
    "kind", "reason", "field", "column", "constant", "made_of", "also", "unused", "default", "answer", "value", "columns", "slug", "sort",
    "by", "of", "per", "where", "scale", "arrivals", "quantity", "calibration", "among", "outcome", "plan", "text",
    # tiers and groups
    "tier", "tiers", "from_tier", "to_tier", "qualified_tier", "kept_tier", "falls_to", "next_tier", "at_most", "customers", "cohort",
    "platform", "missing", "warnings", "notes", "cure", "label",
    "segment", "cluster", "member", "frequency_class", "order_size_class", "recency_class", "spending_power", "main_category",
    "interest_class", "region",
    # jobs, messages and imports: channels, statuses, what was answered about columns, differences of sources.yaml
    "step", "arguments", "when", "channel", "to", "status", "values", "reads", "fields", "diff", "begun_by", "changed_by", "answers",
    "format", "not_read",
    # cells of a preview and of columns, which are masked where they are made
    "came", "read", "samples",
    # how files and schedules are understood, and what was bought
    "missed", "policies", "rows_words", "encoding", "delimiter", "header", "words", "segmentation_name", "products", "topic",
    # sentences and names of things, made of the above
    "name", "sentence", "sentences", "keeping", "description", "product_name",
}  # fmt: skip
"""Attributes of answers whose texts tell nobody who somebody is; patterns of phones and e-mails are masked in them all the same."""


def holds_text(type_: Any) -> bool:
    """Whether a type holds texts that are not of a fixed set, however deep; records answer for themselves."""
    if get_origin(type_) is Spoken or type_ in (str, object, Any, Path, Words, Remark):
        return True
    return any(holds_text(each) for each in get_args(type_))


def unclassified(records: Mapping[type, None]) -> list[str]:
    return [
        f"{record.__name__}.{each.attribute}"
        for record in records
        for each in told_of(record)
        if holds_text(each.type) and not each.marks & {*VEILS, BY_COLUMN, COUNT} and each.attribute not in HARMLESS
    ]


def test_every_text_of_every_answer_is_personal_or_known_to_be_harmless() -> None:
    assert unclassified(RECORDS) == []


def test_a_new_text_that_nobody_has_classified_is_found() -> None:
    @dataclass(frozen=True)
    class New:
        nickname: str
        address: Annotated[tuple[str, ...], PERSONAL]

    assert unclassified({New: None}) == ["New.nickname"]


def test_every_known_harmless_text_still_stands_in_an_answer() -> None:
    there = {each.attribute for record in RECORDS for each in told_of(record)}
    assert HARMLESS - there == set()


def test_every_column_of_lists_is_personal_or_known_to_be_harmless() -> None:
    texts = {
        slug for slug, each in FIXED.items() if each.column.unit in (ColumnUnit.TEXT, ColumnUnit.DATE) and not each.column.veil
    }
    assert texts == {
        "tier", "since_on", "cause", "from_tier", "to_tier", "move_cause", "gender", "kind", "region", "city", "industry", "occupation",
        "income_band", "education", "acquisition_channel", "prior_tier", "registered_on", "first_seen_on", "lifecycle_stage",
        "rfm_segment", "frequency_class", "order_size_class", "recency_class", "spending_power", "interest_class", "main_category",
        "cluster", "segment", "risk", "mark",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("phone:+8613800138000", "phone:138****8000"),
        ("VIP13800138000", "VIP138****8000"),
        ("no customer 13800138000, nor 13900139000.", "no customer 138****8000, nor 139****9000."),
        ("+44 20 7946 0958", "+44****0958"),
        ("call 010-62345678 now", "call 010****5678 now"),
        ("11010519491231002X", "110****002X"),
        ("of 11010519491231002X", "of 110****002X"),
        ("zhang.wei@qq.com", "z***@qq.com"),
        ("张伟@公司.cn", "张***@公司.cn"),
        ("an zhang.wei@qq.com.", "an z***@qq.com."),
        ("email:zhang.wei@qq.com", "email:z***@qq.com"),
        ("2026-06-30", "2026-06-30"),
        ("C1001", "C1001"),
        ("20261130T092012-3e4a", "20261130T092012-3e4a"),
        ("net_revenue_12m >= 1000000", "net_revenue_12m >= 1000000"),
        ("revenue 1,234,567.00 on 2026-06-30", "revenue 1,234,567.00 on 2026-06-30"),
    ],
)
def test_phones_emails_and_cards_are_masked_however_they_are_written(value: str, shown: str) -> None:
    assert masked(value) == shown
    assert masked(shown) == shown


def test_a_name_that_serves_as_an_id_is_masked_as_a_name() -> None:
    assert [masked_id(each) for each in ("王小明", "Ann Lee", "M1001", "王1001", "guest")] == [
        "王*明",
        "A*",
        "M1001",
        "王1001",
        "guest",
    ]
    assert [masked_name(each) for each in ("王小明", "王明", "王", "")] == ["王*明", "王*", "王*", "*"]


@dataclass(frozen=True)
class Row:
    customer_id: Annotated[str, PERSONAL]
    name: Annotated[str | None, PERSON_NAME]
    words: Annotated[str, WITHHELD]
    birth_on: Annotated[date | None, WITHHELD]
    product_id: Annotated[str, AS_IT_IS]
    sentence: Spoken[str]
    file: Path
    problem: Problem


ROW = Row(
    "13800138000",
    "王小明",
    "my name is Wang",
    date(1990, 1, 2),
    "6901234567892",
    Spoken(lambda _language: "zhang.wei@qq.com wrote"),
    Path("13800138000.csv"),
    Problem("nobody is '{name}', of {count}", {"name": "zhang.wei@qq.com", "count": 12345678901}, Place("13800138000.csv", 3)),
)


def test_a_masked_view_masks_each_field_by_its_mark_and_every_other_text_by_patterns() -> None:
    told = plain(ROW, Language.EN, MASKED)
    assert told == {
        "customer_id": "138****8000",
        "name": "王*明",
        "words": "***",
        "birth_on": None,
        "product_id": "6901234567892",
        "sentence": "z***@qq.com wrote",
        "file": "138****8000.csv",
        "problem": {
            "code": None,
            "text": "nobody is 'z***@qq.com', of 12345678901",
            "advice": None,
            "file": "138****8000.csv",
            "row": 3,
            "column": None,
        },
    }


def test_a_sentence_with_words_about_a_person_has_a_form_without_them() -> None:
    told = Spoken(lambda _language: ("given by Boss: Wang moved",), veiled=lambda _language: ("given by Boss: ***",))
    assert plain(told, Language.EN) == ["given by Boss: Wang moved"]
    assert plain(told, Language.EN, MASKED) == ["given by Boss: ***"]


def test_values_of_problems_are_masked_whatever_holds_them() -> None:
    values = {
        "one": Path("13800138000.csv"),
        "many": ("13800138000", 7),
        "said": Words("13800138000", "13800138000"),
        "count": 13800138000,
    }
    found = MASKED.problem(Problem("{one} {many} {said} {count}", values)).what(Language.EN)
    assert found == "138****8000.csv ['138****8000', 7] 138****8000 13800138000"


def test_the_open_view_is_the_default_and_masks_nothing() -> None:
    assert plain(ROW, Language.EN) == plain(ROW, Language.EN, OPEN)
    assert plain(ROW, Language.EN)["customer_id"] == "13800138000"
    assert "王小明" in to_json(ROW, Language.EN)
    assert "王小明" not in to_json(ROW, Language.EN, MASKED)


def test_errors_that_repeat_what_was_asked_mask_it() -> None:
    error = NotFound.of("unknown {what} '{name}'.", what="tier", name="13800138000", advice="not '{name}'")
    text = to_json([MASKED.problem(each) for each in error.problems], Language.EN, MASKED)
    assert "138****8000" in text
    assert "13800138000" not in text


def list_of(rows: list[dict[str, Any]]) -> CustomersResult:
    columns = (
        ListColumn("customer_id", Words("客户编号", "customer"), ColumnUnit.TEXT, PERSONAL),
        ListColumn("name", Words("姓名", "name"), ColumnUnit.TEXT, PERSON_NAME),
        ListColumn("birth_on", Words("生日", "birthday"), ColumnUnit.DATE, WITHHELD),
        ListColumn("orders_12m", Words("订单数", "orders"), ColumnUnit.COUNT),
    )
    others: dict[str, Any] = dict.fromkeys(CustomersResult.__dataclass_fields__)
    return CustomersResult(**{**others, "columns": columns, "rows": tuple(rows), "conditions": (), "chosen": ()})


def test_cells_of_lists_are_masked_by_their_columns_in_json_and_in_data_frames() -> None:
    result = list_of([{"customer_id": "13800138000", "name": "王小明", "birth_on": date(1990, 1, 2), "orders_12m": 3}])
    seen = {"customer_id": "138****8000", "name": "王*明", "birth_on": None, "orders_12m": 3}
    told = plain(result, Language.EN, MASKED)
    assert told["rows"] == [seen]
    assert told["columns"][0] == {"slug": "customer_id", "name": "customer", "unit": "text"}
    assert result.to_arrow(Language.EN, MASKED).to_pylist() == [seen]
    assert result.to_arrow().to_pylist()[0]["name"] == "王小明"


@dataclass(frozen=True)
class Group:
    tier: str
    customers: Annotated[int, COUNT]
    revenue: Decimal
    averages: Mapping[str, float | None]
    version: Annotated[int, AS_IT_IS]
    inner: tuple[Group, ...] = ()


@pytest.mark.parametrize(("people", "told"), [(0, 0), (1, "<5"), (4, "<5"), (5, 5)])
def test_one_to_four_people_are_told_as_small_without_the_figures_beside_them(people: int, told: object) -> None:
    few = told == "<5"
    found = plain(Group("low", people, Decimal("9.50"), {"orders": 2.0}, 3), Language.EN, VIEWER)
    assert found["customers"] == told
    assert found["revenue"] == (None if few else Decimal("9.50"))
    assert found["averages"] == {"orders": None if few else 2.0}
    assert found["version"] == 3
    assert plain(Group("low", people, Decimal(1), {}, 3), Language.EN, MASKED)["customers"] == people


def test_each_record_answers_for_its_own_count() -> None:
    group = Group("all", 3, Decimal(1), {}, 1, (Group("low", 0, Decimal(0), {}, 1), Group("high", 9, Decimal(2), {}, 1)))
    found = plain(group, Language.EN, VIEWER)
    assert [(each["customers"], each["revenue"]) for each in found["inner"]] == [(0, Decimal(0)), (9, Decimal(2))]


def test_counts_stay_numbers_in_data_frames() -> None:
    rows = [plain(Group("low", people, Decimal(1), {}, 1), Language.EN, VIEWER.in_tables()) for people in (3, 9)]
    assert pa.Table.from_pylist(rows).column("customers").to_pylist() == [None, 9]


def test_counts_of_several_groups_are_told_one_by_one() -> None:
    assert View(hides_small_groups=True).count({"new": 2, "lost": 0, "returned": 7}) == {"new": "<5", "lost": 0, "returned": 7}


@dataclass(frozen=True)
class Split:
    customers: Annotated[int, COUNT]
    share: float
    tiers: Annotated[Mapping[str, int], COUNT]


def test_few_in_one_of_several_groups_hide_nothing_that_tells_of_all() -> None:
    found = plain(Split(40, 0.5, {"low": 38, "high": 2}), Language.EN, VIEWER)
    assert found == {"customers": 40, "share": 0.5, "tiers": {"low": 38, "high": "<5"}}


COUNTED = ("answers.tiers", "answers.moves", "answers.structure", "analyze.structure", "analyze.movements")


def test_every_count_of_people_in_tiers_moves_and_structure_is_marked() -> None:
    names = {
        "customers",
        "opening",
        "closing",
        "new",
        "returned",
        "lost",
        "upgraded",
        "downgraded",
        "stayed",
        "standing",
        "leavers",
    }
    uncounted = [
        f"{record.__name__}.{each.attribute}"
        for record in RECORDS
        if any(f".{room}" in record.__module__ for room in COUNTED)
        for each in told_of(record)
        if each.attribute in names and each.type is int and COUNT not in each.marks
    ]
    assert uncounted == []


OF_NO_GROUP = {
    # everybody on whom something was fitted or tried
    "PastDate", "QualityFigure", "CalibratedTenth", "MethodQuality", "CutRow", "ChoiceRow", "TreeRow", "FittedOrders", "FittedSpending", "PastTrial",
    # what only people who bring files in or draft policies are told
    "Arrival", "Rehearsal", "Effect", "SuggestedTier", "KeptReview", "KeptTier", "Bar", "ComparedTier", "Move", "Moved", "CauseMove", "ReplayedReview",
    "DemoReview",
    # lists whose rows the reader sees, and what is only expected
    "UpgradeList", "WatchList", "FrequentList", "ExpectedTier", "ExpectedTotal",
}  # fmt: skip


def test_every_group_of_customers_is_counted_as_people_are() -> None:
    plain_counts = {
        record.__name__
        for record in RECORDS
        for each in told_of(record)
        if each.attribute == "customers" and COUNT not in each.marks and not record.__name__.endswith("Result")
    }
    assert sorted(plain_counts - OF_NO_GROUP) == []
