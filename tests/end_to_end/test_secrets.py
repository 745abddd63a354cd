"""No password is kept or shown, and nobody else may read what is kept. World: a shop whose sources, settings and environment are full of passwords."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fenji.cli import quality
from fenji.cli.main import answer

SECRET = "Kx7hiddenQ"  # noqa: S105 - what must be found nowhere
SETTINGS = f"""language = "en"
database_url = "sqlite:///fenji.db"

[spark_options]
"spark.driver.extraJavaOptions" = "-Djavax.net.ssl.keyStorePassword={SECRET}"
"spark.hadoop.fs.s3a.secret.key" = "{SECRET}"
"""
SOURCES = f"""# until 2024 the password was {SECRET}
sources:
  - source: shop   # {SECRET}: ask the data people
    feed: order_line
    database:
      url: "sqlite:///shop.db"
      query: "select *, 'host=old password={SECRET}' as old from orders"
    columns: {{order_id: id, customer_id: buyer, ordered_at: at, line_amount: paid}}
"""
METRICS = f"# {SECRET}\nmetrics: []\n"
DAY = ("--as-of", "2026-06-30")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Path]:
    """A workspace that has been run once under the loosest umask."""
    before = os.umask(0)
    try:
        root = tmp_path / "shop"
        assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
        with sqlite3.connect(root / "shop.db") as data:
            data.execute("create table orders (id, buyer, at, paid)")
            data.execute("insert into orders values ('A1', 'M1', '2026-05-02', 1160), ('A2', 'M2', '2026-05-03', 455)")
        data.close()
        for name, text in (("fenji.toml", SETTINGS), ("sources.yaml", SOURCES), ("metrics.yaml", METRICS)):
            (root / name).write_text(text, "utf-8")
        yield root
    finally:
        os.umask(before)


def written(root: Path) -> dict[Path, bytes]:
    """All that fenji keeps, what people wrote aside."""
    ours = {"fenji.toml", "sources.yaml", "metrics.yaml", "shop.db"}
    return {
        each: each.read_bytes() for each in root.rglob("*") if each.is_file() and each.relative_to(root).as_posix() not in ours
    }


def test_no_password_is_kept_or_shown(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = ("--workspace", str(shop))

    def broken(*_: object, **__: object) -> None:
        told = f"cannot read sqlite:///shop.db?password={SECRET}, {SECRET}"
        raise RuntimeError(told)

    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    codes = [answer(["run", *workspace, *DAY]), answer(["tiers", *workspace, *DAY, "--json"]), answer(["tables", *workspace])]
    monkeypatch.setattr(quality, "report_quality", broken)
    codes.append(answer(["quality", *workspace]))
    sources = (shop / "sources.yaml").read_text("utf-8")
    for url in (
        "postgresql://shop:${SHOP_PASSWORD}@127.0.0.1:9/orders",
        f"postgresql://shop:{SECRET}/x@127.0.0.1:9/orders",
        f"mysql://127.0.0.1:9/orders?password={SECRET}",
        f"PWD={SECRET};Server=tcp:db",
        "${SHOP_PASSWORD}",
    ):
        (shop / "sources.yaml").write_text(sources.replace("sqlite:///shop.db", url), "utf-8")
        codes += [answer(["run", *workspace, *DAY, *form]) for form in ((), ("--json",))]
    (shop / "fenji.toml").write_text(f'database_url = "postgresql://shop:{SECRET}/x@127.0.0.1:9/fenji"\n', "utf-8")
    codes.append(answer(["run", *workspace, *DAY]))
    (shop / "fenji.toml").write_text(
        f'database_url = "postgresql://shop@127.0.0.1:9/fenji?password={SECRET}&connect_timeout=2"\n'
    )
    codes.append(answer(["run", *workspace, *DAY]))
    shown = capsys.readouterr()
    assert codes[:4] == [0, 0, 0, 70]
    assert all(each in {2, 5} for each in codes[4:]), codes
    assert SECRET not in shown.out + shown.err
    kept = written(shop)
    assert {each.parent.name for each in kept} >= {"logs"}
    assert [each for each, content in kept.items() if SECRET.encode() in content] == []


def test_nobody_else_may_read_what_is_kept(shop: Path) -> None:
    assert answer(["run", "--workspace", str(shop), *DAY]) == 0
    ours = [shop / name for name in ("fenji.db", "store", "logs")]
    found = [each for place in ours for each in (place, *place.rglob("*"))]
    assert any(each.suffix == ".parquet" for each in found)
    open_ones = [each for each in found if stat.S_IMODE(each.stat().st_mode) & 0o077]
    assert open_ones == []


def test_settings_are_made_for_their_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = os.umask(0)
    try:
        assert answer(["init", str(tmp_path / "shop"), "--template", "spend", "--lang", "en"]) == 0
    finally:
        os.umask(before)
    capsys.readouterr()
    assert stat.S_IMODE((tmp_path / "shop" / "fenji.toml").stat().st_mode) == 0o600


def test_a_run_says_that_others_can_read_the_settings_and_changes_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = shop / "fenji.toml"
    settings.chmod(0o644)
    assert answer(["run", "--workspace", str(shop), *DAY]) == 0
    assert f"others on this machine can read {settings}" in capsys.readouterr().err
    assert stat.S_IMODE(settings.stat().st_mode) == 0o644
    settings.chmod(0o600)
    assert answer(["run", "--workspace", str(shop), *DAY]) == 0
    assert "others on this machine" not in capsys.readouterr().err
