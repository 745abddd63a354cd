"""The command report writes its files, says what they lack, and refuses what it cannot make. World: a shop of two customers, nothing analyzed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.reports.monthly import shapes
from fixtures.desk import fenji
from fixtures.kept_shop import open_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return open_shop(tmp_path_factory.mktemp("reported") / "shop", history=1)


def test_the_same_report_takes_the_place_of_the_former_one(shop: Path) -> None:
    first = fenji("report", "--workspace", shop, "--lang", "en")
    assert (first.code, "Not in it" in first.out) == (0, True)
    again = fenji("report", "--workspace", shop, "--lang", "en", "--json").json
    (file,) = again["files"]
    day, run = again["as_of"], again["run_id"]
    assert Path(file["file"]) == shop / "reports" / day / f"report_{day}_month_viewer_en_{run}.html"
    assert [each.name for each in Path(file["file"]).parent.iterdir()] == [Path(file["file"]).name]
    assert Path(file["file"]).stat().st_size == file["bytes"]
    lacking = {each["section"] for each in again["missing"]}
    assert {"value", "risk"} <= lacking
    assert not {"summary", "policy", "data"} & lacking


def test_a_file_of_the_users_is_not_overwritten(shop: Path, tmp_path: Path) -> None:
    ask = ("report", "--workspace", shop, "--out", tmp_path, "--lang", "en", "--for", "manager")
    assert [fenji(*ask).code, fenji(*ask).code, fenji(*ask, "--force").code] == [0, 4, 0]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("ask", "code", "said"),
    [
        (("--shape", "html,doc,xls"), 2, "'xls'"),
        (("--shape", ","), 2, "--shape names nothing."),
        (("--compare", "weeks"), 2, "'weeks'"),
        (("--for", "managers"), 2, "manager"),
        (("--as-of", "1999-01-31"), 3, "1999-01-31"),
    ],
)
def test_what_cannot_be_made_is_refused(shop: Path, ask: tuple[str, str], code: int, said: str) -> None:
    found = fenji("report", "--workspace", shop, "--lang", "en", *ask)
    assert (found.code, said in found.err) == (code, True), found.err


def test_a_shape_without_its_library_says_what_to_install(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {each: shapes.Renderer(shapes.html.render, "text/html", "no_such_library", "pdf") for each in shapes.Shape}
    monkeypatch.setattr(shapes, "RENDERERS", lacking)
    found = fenji("report", "--workspace", shop, "--lang", "en", "--shape", "pdf,html")
    assert found.code == 2
    assert [each in found.err for each in ("pdf needs no_such_library", "html needs", "pip install 'fenji[pdf]'")] == [True] * 3
