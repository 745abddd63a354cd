"""A step is a function from tables to one table: it is told its date, knows no engine, and decides nothing by chance or by approximation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from house.tree import STAGES, SourceFile, example, violations

INEXACT = {"ntile", "approx_quantile", "approx_median", "approx_nunique", "sample", "arbitrary", "any_value"}
"""Ibis methods whose answer depends on row order, on chance or on the engine."""
RUNS = {"execute", "to_pandas", "to_pyarrow", "to_polars", "to_parquet", "to_csv", "raw_sql", "sql"}
"""Ibis methods that run an expression or carry SQL text."""
CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "today"), ("time", "time"), ("ibis", "now"), ("ibis", "today")}
ENGINE_NAMES = {"duckdb", "spark", "pyspark"}


def date_by_default(file: SourceFile) -> Iterator[str]:
    """``as_of`` is keyword-only and required wherever a stage or use-case takes it."""
    if file.room not in {*STAGES, "workflow"}:
        return
    for function in file.functions:
        arguments = function.args
        if any(each.arg == "as_of" for each in [*arguments.posonlyargs, *arguments.args]) and not function.name.startswith("_"):
            yield f"line {function.lineno}: {function.name} takes as_of by position"
        defaults = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if file.room in STAGES and any(each.arg == "as_of" and default is not None for each, default in defaults):
            yield f"line {function.lineno}: {function.name} has a default for as_of"


def not_lazy_or_not_exact(file: SourceFile) -> Iterator[str]:
    if file.room not in STAGES:
        return
    for node in ast.walk(file.syntax):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, node.func.value
        if name in INEXACT:
            yield f"line {node.lineno}: {name} gives another answer another time"
        elif name in RUNS and not (name == "to_pyarrow" and "schema" in ast.unparse(owner).lower()):
            yield f"line {node.lineno}: {name} runs the expression or carries SQL text"
        elif isinstance(owner, ast.Name) and (owner.id, name) in CLOCKS:
            yield f"line {node.lineno}: {owner.id}.{name} reads the clock"


def asks_for_the_engine(file: SourceFile) -> Iterator[str]:
    """Engine differences are methods of the engine, never an if elsewhere."""
    if file.room in {"engines", "cli"} or file.path.name == "wiring.py":
        return
    for node in ast.walk(file.syntax):
        if isinstance(node, ast.Compare):
            constants = {each.value for each in [node.left, *node.comparators] if isinstance(each, ast.Constant)}
            if constants & ENGINE_NAMES:
                yield f"line {node.lineno}: asks which engine it runs on"


def declares_an_engines_function(file: SourceFile) -> Iterator[str]:
    """Functions for which Ibis has no word are named in tables/functions.py; how an engine calls them is engines/functions.py's."""
    if file.room == "engines" or str(file.path) == "tables/functions.py":
        return
    for node in ast.walk(file.syntax):
        if isinstance(node, ast.Attribute) and node.attr == "udf" and ast.unparse(node.value) == "ibis":
            yield f"line {node.lineno}: declares a function of an engine"


def test_steps_are_told_their_date() -> None:
    assert violations(date_by_default) == []


def test_steps_are_lazy_and_exact() -> None:
    assert violations(not_lazy_or_not_exact) == []


def test_nobody_asks_which_engine_it_is() -> None:
    assert violations(asks_for_the_engine) == []


def test_only_engines_know_how_engines_call_their_functions() -> None:
    assert violations(declares_an_engines_function) == []


def test_a_function_of_an_engine_is_found() -> None:
    text = '@ibis.udf.scalar.builtin(name="bit_count")\ndef bits(mask): ...'
    assert len(list(declares_an_engines_function(example(text)))) == 1


@pytest.mark.parametrize(
    "head", ["def step(lines, as_of): ...", "def step(lines, *, as_of=None): ...", "def step(as_of, /): ..."]
)
def test_a_step_that_chooses_its_date_is_found(head: str) -> None:
    assert len(list(date_by_default(example(head)))) == 1


def test_a_step_that_is_told_its_date_passes() -> None:
    assert list(date_by_default(example("def step(lines, *, as_of): ..."))) == []


@pytest.mark.parametrize(
    "line", ["t.x.ntile(4)", "t.x.approx_median()", "t.execute()", "t.sql('select 1')", "datetime.now()", "date.today()"]
)
def test_a_step_that_runs_guesses_or_reads_the_clock_is_found(line: str) -> None:
    assert len(list(not_lazy_or_not_exact(example(line)))) == 1
    assert list(not_lazy_or_not_exact(example(line, "engines/x.py"))) == []


def test_types_of_a_schema_may_be_asked_for() -> None:
    assert list(not_lazy_or_not_exact(example("CONTRACT.schema.to_pyarrow()"))) == []
    assert len(list(not_lazy_or_not_exact(example("table.to_pyarrow()")))) == 1


def test_an_engine_check_is_found() -> None:
    assert len(list(asks_for_the_engine(example("if engine.name == 'spark': ...")))) == 1
    assert list(asks_for_the_engine(example("if kind == 'sale': ..."))) == []
