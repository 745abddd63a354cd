"""The SQL of every step stands on file for both engines: a change of an expression, of a function or of Ibis is seen before it runs anywhere."""

from __future__ import annotations

import difflib
import re
from functools import cache

import pytest
import sqlglot
from sqlglot import expressions as sql

from fenji.analyze.metrics.plan import How, measures_of
from fenji.domain.metrics import Aggregate
from fenji.domain.periods import WindowUnit
from golden.steps import ENGINES, FILES, PANELS, panel_metrics, written

ACCEPT = "Where the change is meant: make golden, and read the diff."
FORBIDDEN = re.compile(
    r"\b(APPROX\w*|\w+_APPROX\w*|NTILE|CURRENT_DATE|CURRENT_TIMESTAMP|LOCALTIMESTAMP|NOW|TODAY|GETDATE|RANDOM|RAND|UUID)\b"
)
"""Numbers that are only about right, that split equal customers, or that another day would change."""
MOST_BYTES = 165_000
ON_FILE = sorted(path.name for path in FILES.glob("*.sql"))


@cache
def found() -> dict[str, str]:
    return written()


def changed(name: str, before: str, now: str) -> str:
    """What a person must see: which step of which engine, what is different, and what to do."""
    step, engine, _ending = name.rsplit(".", 2)
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(), "on file", "now", lineterm="", n=2)
    return "\n".join([f"The SQL of step {step} on {engine} has changed.", *list(lines)[:60], ACCEPT])


def faults(statement: str, dialect: str) -> list[str]:
    """Functions that are forbidden, and quotients of doubles that are called decimals without having been rounded."""
    wrong = FORBIDDEN.findall(statement.upper())
    for cast in sqlglot.parse_one(statement, dialect=dialect).find_all(sql.Cast):
        divided = cast.this.unnest()
        if cast.to.is_type("decimal") and isinstance(divided, sql.Div) and not _is_rounded(divided):
            wrong.append(f"unrounded: {cast.sql(dialect=dialect)[:200]}")
    return wrong


def _is_rounded(divided: sql.Div) -> bool:
    whole = divided.this.unnest()
    while isinstance(whole, sql.Cast):
        whole = whole.this.unnest()
    return re.fullmatch("10+", divided.expression.name) is not None and isinstance(whole, sql.Floor | sql.Ceil | sql.Round)


@pytest.mark.parametrize("name", ON_FILE)
def test_the_sql_of_a_step_is_the_one_on_file(name: str) -> None:
    before, now = (FILES / name).read_text("utf-8"), found().get(name, "")
    assert before == now, changed(name, before, now)


def test_every_step_is_on_file() -> None:
    assert set(found()) == set(ON_FILE), ACCEPT


@pytest.mark.parametrize("name", ON_FILE)
def test_no_step_is_approximate_or_knows_todays_date(name: str) -> None:
    assert faults(found()[name], "spark" if ".spark." in name else "duckdb") == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT APPROX_COUNT_DISTINCT(a) FROM t",
        "SELECT NTILE(5) OVER (ORDER BY a) FROM t",
        "SELECT CURRENT_DATE",
        "SELECT CAST(a / b AS DECIMAL(18, 2)) FROM t",
        "SELECT CAST((CAST(a AS DOUBLE) / 100) AS DECIMAL(18, 2)) FROM t",
        "SELECT CAST(FLOOR(a) / b AS DECIMAL(18, 2)) FROM t",
    ],
)
def test_a_fault_is_found(statement: str) -> None:
    assert len(faults(statement, "duckdb")) == 1


def test_whole_cents_become_money_without_a_fault() -> None:
    assert faults("SELECT CAST(CAST(FLOOR(a / b) AS DOUBLE) / 100 AS DECIMAL(18, 2)) FROM t", "duckdb") == []


def test_every_kind_of_measure_is_among_the_panels() -> None:
    metrics = [metric for name in PANELS for metric in panel_metrics(name)]
    assert {each.aggregate for each in metrics} == set(Aggregate)
    assert {measure.how for metric in metrics for measure in measures_of(metric)} == set(How)
    assert {each.window.unit for each in metrics} == set(WindowUnit)


def test_the_files_stay_few_enough_to_read() -> None:
    assert sum(file.stat().st_size for file in FILES.glob("*.sql")) < MOST_BYTES
    assert {name.rsplit(".", 2)[1] for name in found()} == set(ENGINES)


def test_a_change_is_told_with_its_step_and_how_to_accept_it() -> None:
    text = changed("panel_orders.spark.sql", "SELECT 1", "SELECT 2")
    assert text.splitlines()[0] == "The SQL of step panel_orders on spark has changed."
    assert text.splitlines()[-3:] == ["-SELECT 1", "+SELECT 2", ACCEPT]
