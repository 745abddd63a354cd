"""The same question with other numbers, or of another run, is compiled once, and never answered with those of the one before.

World: a hundred customers who spent 1 to 100.
"""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fenji.engines import duck
from fenji.engines.asked_numbers import MOST_NUMBERS, Question, question_of
from fenji.engines.compiled import CompiledQuestions
from fenji.engines.duck import DuckEngine

ROWS = pa.table(
    {
        "customer_key": pa.array(range(1, 101), pa.int64()),
        "spent": pa.array([Decimal(n) for n in range(1, 101)], pa.decimal128(18, 2)),
        "share": pa.array([n / 100 for n in range(1, 101)], pa.float64()),
    }
)


@pytest.fixture
def engine(tmp_path):
    opened = DuckEngine(tmp_path / "scratch", threads=1)
    yield opened
    opened.close()


@pytest.fixture
def compiled(engine, monkeypatch):
    """The texts that were compiled."""
    found, compile_ = [], engine.connection.compile
    monkeypatch.setattr(engine.connection, "compile", lambda table: found.append(compile_(table)) or found[-1])
    monkeypatch.setattr(duck, "COMPILED", CompiledQuestions(most=100))  # what other tests have compiled is unknown
    return found


def count(engine, condition) -> int:
    table = engine.stage(engine.from_arrow(ROWS)) if not hasattr(engine, "kept_rows") else engine.kept_rows
    engine.kept_rows = table
    return engine.fetch(table.filter(condition(table)).aggregate(n=lambda t: t.count()))["n"][0].as_py()


def test_other_numbers_are_other_answers_of_one_text(engine, compiled):
    count(engine, lambda t: t.spent >= 1)
    before = len(compiled)
    assert [count(engine, lambda t, n=n: (t.spent >= n) & (t.customer_key < n + 10)) for n in (1, 50, 95, 50)] == [10, 10, 6, 10]
    assert len(compiled) == before + 1


def test_numbers_of_another_kind_are_another_question(engine):
    assert count(engine, lambda t: t.share >= 0.5) == 51
    assert count(engine, lambda t: t.spent >= Decimal("50.5")) == 50
    assert count(engine, lambda t: t.spent >= Decimal("50.505")) == 50
    assert count(engine, lambda t: t.spent >= 50) == 51
    assert count(engine, lambda t: ibis.literal(99) < t.spent) == 1


def test_the_same_number_twice_and_two_numbers_are_told_apart(engine):
    def between(low, high):
        return count(engine, lambda t: (t.customer_key > low) & (t.customer_key > high))

    assert [between(10, 10), between(10, 90), between(90, 10), between(20, 20)] == [90, 10, 10, 80]


def test_numbers_that_nothing_is_compared_with_stay(engine):
    table = ibis.table({"n": "int64"}, name="t")
    plus = [question_of(table.filter((table.n + each) >= 5).op(), with_numbers=True) for each in (1, 2)]
    assert plus[0].shape != plus[1].shape
    assert [each.value for each in plus[0].numbers] == [5]
    assert question_of(table.limit(5).op(), with_numbers=True) == Question((table.limit(5).op(),), (), ())


def test_rows_that_an_expression_brings_along_are_its_own(engine):
    for values in ([1, 2], [3, 4]):
        brought = ibis.memtable({"customer_key": values})
        assert engine.fetch(brought.filter(brought.customer_key >= 2))["customer_key"].to_pylist() == [
            v for v in values if v >= 2
        ]


def test_very_many_numbers_are_compiled_as_they_are(engine):
    def any_of(numbers):
        return count(engine, lambda t: ibis.or_(*(t.customer_key == each for each in numbers)))

    assert [any_of(range(1, 2 * MOST_NUMBERS)), any_of(range(2, 2 * MOST_NUMBERS))] == [
        2 * MOST_NUMBERS - 1,
        2 * MOST_NUMBERS - 2,
    ]


def test_an_expression_that_uses_its_parts_many_times_is_walked_once(engine):
    table = ibis.table({"n": "int64"}, name="t").filter(lambda t: t.n >= 5)
    for _each in range(60):
        table = table.mutate(n=table.n + table.n)
    found = question_of(table.op(), with_numbers=True)
    assert len(found.numbers) == 1
    assert hash(found.shape) == hash(question_of(table.op(), with_numbers=True).shape)


def test_tables_of_another_run_are_other_answers_of_one_text(engine, compiled, tmp_path):
    schema = ibis.schema({"customer_key": "int64", "spent": "decimal(18, 2)"})

    def spent(first: str, second: str, key: int) -> list[int]:
        sides = [engine.read_parquet([tmp_path / each / "part-0.parquet"], schema) for each in (first, second)]
        other = sides[1].rename(key="customer_key", other="spent")
        joined = sides[0].join(other, sides[0].customer_key == other.key)
        row = engine.fetch(joined.filter(joined.customer_key == key).select("spent", "other")).to_pylist()[0]
        return [int(row["spent"]), int(row["other"])]

    for name, factor in (("run_1", 1), ("run_2", 10), ('run "3"', 100)):
        rows = engine.from_arrow(ROWS)
        engine.save(rows.mutate(spent=(rows.spent * factor).cast("decimal(18, 2)")), tmp_path / name)
    before = len(compiled)
    assert spent("run_1", "run_2", 7) == [7, 70]
    assert spent("run_2", "run_1", 7) == [70, 7]
    assert spent('run "3"', "run_2", 8) == [800, 80]
    assert len(compiled) == before + 1
    # A table that is read twice is not two tables.
    assert spent("run_1", "run_1", 7) == [7, 7]


def test_what_is_stored_is_compiled_once_for_all_engines_and_keeps_its_numbers(engine, compiled, tmp_path):
    other = DuckEngine(tmp_path / "other", threads=1)
    folders = [tmp_path / name for name in ("first", "second", "third")]
    try:
        for one, factor, most, folder in zip((engine, other, engine), (1, 10, 10), (300, 300, 200), folders, strict=True):
            rows = one.from_arrow(ROWS.set_column(0, "customer_key", pc.multiply(ROWS["customer_key"], factor)))
            assert one.save(rows.filter(rows.customer_key <= most), folder) == min(most // factor, 100)
    finally:
        other.close()
    texts = [each for each in compiled if "customer_key" in each]
    assert len(texts) == 2
    assert [str(most) in text for most, text in zip((300, 200), texts, strict=True)] == [True, True]


def test_the_oldest_question_is_forgotten():
    compiled = CompiledQuestions(most=2)
    for each in "aba":
        compiled.keep(each, each.upper())
    assert compiled.get("a") == "A"
    compiled.keep("c", "C")
    assert [compiled.get(each) for each in "abc"] == ["A", None, "C"]
