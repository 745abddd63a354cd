"""What only Spark does: one session, files of its own, and a clear word where it cannot run."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.choices import EngineName
from fenji.engines.checks import save_checked
from fenji.engines.failures import disk_error
from fenji.engines.opening import open_engine
from fenji.engines.spark import SparkEngine
from fenji.engines.spark_paths import literal_path
from fenji.engines.spark_session import _megabytes
from fenji.errors import Unavailable
from fenji.settings import Settings
from fenji.tables.contract import Column, Contract, Shelf

NUMBERS = Contract(Shelf.CLEAN, "number", "one row per number", ("n",), (Column("n", "int64", "a number"),), "nobody")


@pytest.mark.spark
def test_a_second_engine_joins_the_session_and_does_not_end_it(spark, tmp_path):
    second = open_engine(Settings(), tmp_path, name=EngineName.SPARK)
    assert second.fetch(second.from_arrow(pa.table({"n": [1]}))).to_pylist() == [{"n": 1}]
    second.close()
    assert list(tmp_path.iterdir()) == []
    assert spark.fetch(spark.from_arrow(pa.table({"n": [2]}))).to_pylist() == [{"n": 2}]


@pytest.mark.spark
def test_a_saved_folder_holds_parquet_files_and_nothing_else(spark, tmp_path):
    folder = tmp_path / "clean.number" / "run=r1" / "as_of=2026-01-31"
    assert save_checked(spark, spark.from_arrow(pa.table({"n": [1, 2, 3]})), NUMBERS, folder) == 3
    assert {file.suffix for file in folder.iterdir()} == {".parquet"}
    schema = pq.read_schema(next(iter(folder.iterdir())))
    assert schema.equals(NUMBERS.schema.to_pyarrow())


@pytest.mark.spark
def test_names_of_files_are_not_patterns(spark, tmp_path):
    file = tmp_path / "订单[1] {a,b}*.parquet"
    pq.write_table(pa.table({"n": [7]}), file)
    assert spark.fetch(spark.read_parquet([file], NUMBERS.schema)).to_pylist() == [{"n": 7}]


@pytest.mark.spark
def test_a_disk_that_fills_up_is_unavailable_and_leaves_nothing(spark, tmp_path):
    # A file where the folder should be: the failure of a disk that does not let itself be filled in a test.
    (tmp_path / "clean.number").touch()
    with pytest.raises(Unavailable, match="nothing was published"):
        save_checked(spark, spark.from_arrow(pa.table({"n": [1]})), NUMBERS, tmp_path / "clean.number" / "run=r1")


def test_the_failure_of_a_disk_is_told_in_one_line(tmp_path):
    error = disk_error(OSError(errno.ENOSPC, "No space left on device\nat java.io"), tmp_path)
    assert "No space left on device" in str(error)
    assert "java.io" not in str(error)


def test_without_pyspark_the_install_line_is_shown(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ibis.backends.pyspark", None)
    with pytest.raises(Unavailable, match=r"pip install 'fenji\[spark\]'"):
        SparkEngine(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.spark
def test_without_java_the_way_out_is_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    with pytest.raises(Unavailable, match="needs Java 17 or newer"):
        SparkEngine(tmp_path)


def test_amounts_of_memory_are_whole_megabytes():
    assert [_megabytes(text) for text in ("12GB", "1.5GB", "800MB", "1 TiB", "100MB")] == [12288, 1536, 800, 1048576, 512]


def test_a_path_is_taken_literally():
    assert literal_path(Path("/a/run=1/[x]{y}*?.csv")) == r"/a/run=1/\[x\]\{y\}\*\?.csv"
