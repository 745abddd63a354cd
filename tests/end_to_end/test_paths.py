"""Any folder can be a workspace, and none touches its neighbour. World: two files with two orders each, in folders with every odd name that a disk takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer

DAY = ("--as-of", "2026-06-30")
ORDERS = "订单号,会员编号,下单时间,实付金额\nA1-{month},M1,2026-05-02 10:00:00,{paid}\nA2-{month},M2,2026-05-31 22:40:00,455.00\n"
ODD = ["a[1]\n店铺"]
MORE = ["中文 {a,b}", "my%20shop #1", "a?b", "a*b", ' O\'Hara "and" sons ', "n" * 200, "back\\slash.", "~run=1;$f"]
"""Seven seconds each: a proof of make faults."""
NEIGHBOURS = {"a?b": "a", "a*b": "aXb", "a[1]\n店铺": "a1\n店铺"}
"""What DuckDB's patterns, or a URL that is cut, would take for the folder."""


def ask(*arguments: str) -> None:
    assert answer(list(arguments)) == 0, arguments


def made(root: Path, paid: str) -> None:
    """A workspace as a user makes one: init, map of a folder inside it, run."""
    ask("init", "--template", "spend", "--lang", "en", "--", str(root))
    # DuckDB has no way to name a path with a backslash beside a mark of patterns; that is said.
    exports = root / ("exports" if "\\" in root.name else "exports [a]*")
    exports.mkdir()
    for month in ("05", "06"):
        (exports / f"orders-{month}.csv").write_text(ORDERS.format(paid=paid, month=month), "utf-8")
    ask("map", "--workspace", str(root), "--write", "--", str(exports))
    ask("run", "--workspace", str(root), *DAY)


def revenue(root: Path, capsys: pytest.CaptureFixture[str]) -> float:
    capsys.readouterr()
    ask("tiers", "--workspace", str(root), "--json")
    return sum(each["net_revenue_12m"] for each in json.loads(capsys.readouterr().out)["tiers"])


def bytes_of(root: Path) -> dict[str, bytes]:
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


@pytest.mark.parametrize(
    "name", [*ODD, *(pytest.param(each, marks=pytest.mark.proof) for each in MORE)], ids=lambda name: ascii(name[:12])
)
def test_any_folder_can_be_a_workspace(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    neighbour = tmp_path / NEIGHBOURS.get(name, "neighbour")
    if name in NEIGHBOURS:
        made(neighbour, "1000.00")
    before = bytes_of(neighbour)
    root = tmp_path / name
    made(root, "100.00")
    assert {each.name for each in root.iterdir()} >= {"fenji.toml", "fenji.db", "store", "logs"}
    assert revenue(root, capsys) == 2 * 555.0
    out = root / "list [1]?.csv"
    ask("customers", "--workspace", str(root), "--out", str(out))
    assert len(out.read_text("utf-8-sig").splitlines()) == 3
    assert bytes_of(neighbour) == before
    assert {each.name for each in tmp_path.iterdir()} == {name, *([neighbour.name] if name in NEIGHBOURS else [])}


@pytest.mark.proof
def test_a_folder_may_be_named_by_a_link_or_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, link = tmp_path / "real [1]", tmp_path / "link?"
    made(real, "100.00")
    monkeypatch.chdir(tmp_path)
    link.symlink_to(real)
    assert [revenue(each, capsys) for each in (Path("real [1]"), link, Path("real [1]/../link?"))] == [1110.0] * 3
