"""`fenji segments` at the command line: groups for people, the same run for scripts. World: three kinds of customers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fenji.answers.segments import SegmentsResult
from fenji.cli.main import answer
from fenji.domain.segments import Segmentation
from fenji.errors import NotFound
from fenji.workflow.running import run_all
from fenji.workflow.segments import segments_at
from fixtures.kinds_of_customers import AS_OF, shop_of, three_kinds


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shop_of(tmp_path_factory.mktemp("segments") / "shop", three_kinds())
    (folder / "analyses").mkdir(exist_ok=True)
    (folder / "analyses" / "segments.yaml").write_text("clusters: {most_clusters: 3}\n", "utf-8")
    run_all(folder, as_of=AS_OF)
    return folder


@pytest.fixture(scope="module")
def found(shop: Path) -> SegmentsResult:
    return segments_at(shop)


def test_the_command_answers_people_and_scripts_from_the_same_run(
    shop: Path, found: SegmentsResult, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert answer(["segments", "--workspace", str(shop), "--customer", "c1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["as_of"], told["policy"], told["version"]) == (found.run_id, "2025-12-31", "spend", 1)
    assert [each["segment"] for each in told["segmentations"]["rfm_segment"]] == [
        each.segment for each in found.segmentations[Segmentation.RFM]
    ]
    assert told["customer"]["segments"]["region"] == "north"
    assert (len(told["clusters"]), len(told["trees"])) == (3, 2)
    everything = ["--lifecycle", "--rfm", "--clusters", "--explain", "clusters", "--customer", "c7"]
    for options in (["--lang", "zh"], everything, ["--explain", "tiers", "--lang", "zh"]):
        assert answer(["segments", "--workspace", str(shop), *options]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 10
    assert answer(["segments", "--workspace", str(shop), "--explain", "tier"]) == 2
    assert "Did you mean tiers?" in capsys.readouterr().err
    with pytest.raises(NotFound, match="no customer is known by this"):
        segments_at(shop, customer="nobody")


def test_no_cluster_is_shown_as_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = shop_of(tmp_path, [(f"c{number}", date(2025, 12, 1), "10", "", "") for number in range(5)])
    run_all(root, as_of=AS_OF)
    assert answer(["segments", "--workspace", str(root), "--clusters"]) == 0
    told = capsys.readouterr()
    assert "There are none; the notes say why." in told.out
    assert "no customer has a region" in told.err
