"""Stored answers need no cluster, and a master that cannot be reached is said at once with what to check."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from fenji.engines import spark_cluster
from fenji.engines.spark_cluster import require_master, started
from fenji.errors import Unavailable
from fixtures.desk import fenji
from fixtures.kept_shop import AS_OF, open_shop


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run and analyzed once; since then its engine is a cluster that is away."""
    folder = open_shop(tmp_path_factory.mktemp("cluster") / "shop")
    assert fenji("value", "--workspace", folder).code == 0
    away = f'engine = "spark"\nspark_master = "spark://127.0.0.1:{_free_port()}"\n'
    (folder / "fenji.toml").write_text(away + (folder / "fenji.toml").read_text("utf-8"), "utf-8")
    return folder


@pytest.mark.parametrize("question", ["tiers", "why ann", "moves", "quality", "customers", "value", "structure", "check --deep"])
def test_stored_answers_need_no_cluster(shop: Path, question: str) -> None:
    answered = fenji(*question.split(), "--workspace", shop)
    assert answered.code == 0, answered.out


@pytest.mark.spark
@pytest.mark.parametrize("question", [f"run --as-of {AS_OF}", "tiers --as-of 2026-03-15", "segments"])
def test_what_must_be_computed_says_what_to_check(shop: Path, question: str) -> None:
    began = time.monotonic()
    refused = fenji(*question.split(), "--workspace", shop, "--json").json["error"]
    assert (refused["code"], refused["retryable"]) == ("unavailable", True)
    (problem,) = refused["problems"]
    assert "cannot be reached: 127.0.0.1:" in problem["text"]
    assert "spark_master" in problem["advice"]
    assert time.monotonic() - began < 30


def test_one_of_several_masters_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        require_master(f"spark://127.0.0.1:{_free_port()},127.0.0.1:{listening.getsockname()[1]}")
    with pytest.raises(Unavailable) as refused:
        require_master(f"spark://127.0.0.1:{_free_port()},[::1]:{_free_port()}")
    assert str(refused.value.problems[0]).count("efused") == 2


def test_a_master_that_takes_calls_and_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_cluster, "WAIT", 0.2)
    monkeypatch.setattr(spark_cluster, "_REACHED", 0.2)
    given_up: list[bool] = []
    with pytest.raises(Unavailable):
        started(lambda: time.sleep(2), "spark://there:7077", lambda: given_up.append(True))
    assert given_up == [True]
    assert started(lambda: 7, "spark://there:7077", lambda: None) == 7
    with pytest.raises(ZeroDivisionError):
        started(lambda: 1 // 0, "spark://there:7077", lambda: None)
