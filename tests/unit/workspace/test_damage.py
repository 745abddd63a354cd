"""A stored table that is not what was published answers nothing; its raw rows are read again by the next run. World: ann 1,500 and bob 900."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fenji.book import Book
from fenji.errors import Damaged
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
ORDERS = "order,customer,at,amount\n1,ann,2026-01-05,1000\n2,ann,2026-02-05,500\n3,bob,2026-01-06,900\n"

QUESTIONS: dict[str, tuple[str, Callable[[Book], object]]] = {
    "tiers": ("insight.tier_count", lambda book: book.tiers()),
    "moves": ("insight.tier_flow", lambda book: book.moves()),
    "why": ("insight.tier_assignment", lambda book: book.why("ann")),
    "who": ("clean.identity", lambda book: book.why("ann")),
    "customers": ("insight.customer_metric", lambda book: book.customers()),
    "value": ("clean.order_line", lambda book: book.value()),
    "table": ("clean.customer", lambda book: book.table("clean.customer")),
}
"""A table without which a question has no answer."""


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "shop"
    init_workspace(folder, template="spend", language=Language.EN)
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    run_all(folder, as_of=AS_OF, history=2)
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


def parts_of(shop: Path, table: str) -> list[Path]:
    return sorted((shop / "store" / table).rglob("*.parquet"))


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip])
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_answer_is_given_from_a_damaged_table(shop: Path, question: str, harm: Callable[[Path], None]) -> None:
    table, ask = QUESTIONS[question]
    harm(parts_of(shop, table)[-1])
    with pytest.raises(Damaged, match=f"{table} is damaged") as refused:
        ask(Book(shop))
    (problem, *_more) = refused.value.problems
    assert (refused.value.code, problem.advice) == ("damaged", "Mend it with: fenji repair")
    assert str(problem.values["file"]).startswith(f"{table}/run=")


def test_a_session_that_is_kept_notices_what_happens_to_the_files(shop: Path) -> None:
    book = Book(shop)
    assert len(book.customers().rows) == 2
    (panel,) = parts_of(shop, "insight.customer_metric")
    panel.rename(panel.with_suffix(".away"))
    with pytest.raises(Damaged):
        book.customers()
    panel.with_suffix(".away").rename(panel)
    assert len(book.customers().rows) == 2


def test_a_file_that_was_put_into_the_store_is_not_counted_in(shop: Path) -> None:
    (part,) = parts_of(shop, "clean.customer")
    shutil.copy(part, part.with_name("part-1.parquet"))
    with pytest.raises(Damaged, match="was not published with it"):
        Book(shop).why("ann")


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip])
def test_a_damaged_raw_part_is_read_again_by_the_next_run(shop: Path, harm: Callable[[Path], None]) -> None:
    (raw,) = parts_of(shop, "raw.order_line")
    harm(raw)
    result = run_all(shop, as_of=AS_OF)
    assert [*result.files.changed] == ["orders.csv"]
    assert Book(shop).tiers().net_revenue_12m == 2400


def test_a_damaged_raw_part_whose_source_is_gone_is_an_error(shop: Path) -> None:
    text = (shop / "sources.yaml").read_text(encoding="utf-8").replace("    feed:", "    keep_missing: true\n    feed:")
    (shop / "sources.yaml").write_text(text, encoding="utf-8")
    run_all(shop, as_of=AS_OF)
    (shop / "orders.csv").unlink()
    assert run_all(shop, as_of=AS_OF).files.unchanged == ()
    (raw,) = parts_of(shop, "raw.order_line")
    cut(raw)
    with pytest.raises(Damaged, match=r"raw\.order_line is damaged"):
        run_all(shop, as_of=AS_OF)
