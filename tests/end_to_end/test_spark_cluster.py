"""A standalone Spark cluster of two workers on loopback: it computes what DuckDB computes, outlives a worker, and says within half a minute that it is gone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixtures.every_feed import AS_OF, assert_same, published, workspace

pytestmark = [pytest.mark.spark, pytest.mark.proof, pytest.mark.timeout(1800)]

CLASSES = "org.apache.spark.deploy"


@dataclass
class Cluster:
    """A master and its workers, each a process group of its own."""

    folder: Path
    port: int
    master: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"spark://127.0.0.1:{self.port}"


def started(folder: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """One daemon of Spark, in the foreground of a process group of its own."""
    import pyspark

    home = Path(pyspark.__file__).parent
    own = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [home / "bin" / "spark-class", *arguments], env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True
        )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def killed(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    port = free_port()
    at = ("--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
    found = Cluster(tmp_path, port, started(tmp_path, "master", f"{CLASSES}.master.Master", *at))
    log = tmp_path / "master.log"
    try:
        until(lambda: "New state: ALIVE" in log.read_text())
        for name in ("first", "second"):
            of = ("--cores", "1", "--memory", "1g", "--host", "127.0.0.1", "--webui-port", "0", "-d", str(tmp_path / name))
            found.workers.append(started(tmp_path, name, f"{CLASSES}.worker.Worker", *of, found.url))
        until(lambda: log.read_text().count("Registering worker") == 2)
        yield found
    finally:
        for each in (*found.workers, found.master):
            killed(each)


def on(url: str, folder: Path) -> Path:
    """The workspace computes on the cluster from now on."""
    given = f"""engine = "spark"
spark_master = "{url}"
spark_options = {{ "spark.sql.shuffle.partitions" = "4", "spark.executor.memory" = "640m", "spark.driver.host" = "127.0.0.1", "spark.driver.bindAddress" = "127.0.0.1", "spark.driver.memory" = "1g" }}
"""
    file = folder / "fenji.toml"
    kept = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(("engine", "spark_"))]
    file.write_text(given + "\n".join(kept) + "\n", "utf-8")
    return folder


def begun(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fenji.cli.main", *map(str, arguments), "--lang", "en", "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> dict:
    out, said = process.communicate(timeout=1200)
    assert out, said
    return json.loads(out)


def run_id(*arguments: object) -> str:
    answer = ended(begun(*arguments))
    assert "error" not in answer, json.dumps(answer, indent=1)
    return answer["run_id"]


def test_a_run_on_the_cluster_equals_that_of_duckdb(cluster: Cluster, tmp_path: Path) -> None:
    on_duck, on_spark = workspace(tmp_path / "duck"), on(cluster.url, workspace(tmp_path / "spark"))
    first = run_id("run", "--as-of", AS_OF, "--workspace", on_duck)
    second = run_id("run", "--as-of", AS_OF, "--workspace", on_spark)
    assert_same(published(on_duck, first), published(on_spark, second))


def test_a_run_that_loses_a_worker_ends_right_and_one_that_loses_the_cluster_ends(cluster: Cluster, tmp_path: Path) -> None:
    shop = tmp_path / "demo"
    assert "error" not in ended(begun("demo", "--workspace", shop))
    expected = {question: ended(begun(*question.split(), "--workspace", shop)) for question in ("tiers", "moves", "quality")}
    on(cluster.url, shop)
    again = begun("run", "--as-of", "2011-12-09", "--history", "24", "--workspace", shop)
    until(lambda: any(shop.glob("store/clean.*/run=*/**/*.parquet")), 600)
    until(lambda: "Launching executor" in (tmp_path / "master.log").read_text(), 600)
    time.sleep(20)
    killed(cluster.workers[0])
    assert again.poll() is None
    assert "error" not in ended(again)
    for question, before in expected.items():
        after = ended(begun(*question.split(), "--workspace", shop))
        assert [_told(after)] == [_told(before)], question
    third = begun("run", "--as-of", "2011-12-09", "--history", "24", "--workspace", shop)
    until(lambda: (tmp_path / "master.log").read_text().count("Registering app") >= 2, 600)
    time.sleep(15)
    assert third.poll() is None
    killed(cluster.workers[1])
    killed(cluster.master)
    began = time.monotonic()
    answer = ended(third)
    assert time.monotonic() - began < 45
    assert (answer["error"]["code"], answer["error"]["retryable"]) == ("unavailable", True)
    assert _told(ended(begun("tiers", "--workspace", shop))) == _told(expected["tiers"])


def _told(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name not in {"run_id", "history_run_id", "seconds", "warnings"}}


def test_a_cluster_without_workers_is_said_within_half_a_minute(cluster: Cluster, tmp_path: Path) -> None:
    for each in cluster.workers:
        killed(each)
    shop = on(cluster.url, workspace(tmp_path / "shop"))
    began = time.monotonic()
    error = ended(begun("run", "--as-of", AS_OF, "--workspace", shop))["error"]
    assert (error["code"], time.monotonic() - began < 45) == ("unavailable", True)
    assert "no worker" in error["problems"][0]["text"]


def test_a_master_that_never_answers_is_said_within_half_a_minute(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        shop = on(f"spark://127.0.0.1:{mute.getsockname()[1]}", workspace(tmp_path / "shop"))
        began = time.monotonic()
        error = ended(begun("run", "--as-of", AS_OF, "--workspace", shop))["error"]
    assert (error["code"], time.monotonic() - began < 45) == ("unavailable", True)
    assert "spark_master" in error["problems"][0]["advice"]
