"""Nothing that people wrote acts on a terminal. World: a shop whose names, ids, categories, headers, tiers and files hold escape, bidi and zero-width characters."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.documents.sources import read_sources

RED, TITLE, RIGHT_TO_LEFT, NOTHING, BELL = "\x1b[31m", "\x1b]0;owned\x07", "\u202e", "\u200b", "\x07"
FILE = f"orders{RED}{RIGHT_TO_LEFT}.csv"
ORDERS = (
    f"订单号,会员编号,下单时间,实付金额,品类{RED}{NOTHING}\n"
    f"A1,M1{RED},2026-05-02 10:00:00,1160.00,tea{TITLE}\n"
    f"A2,M2{RIGHT_TO_LEFT},2026-05-31 22:40:00,455.00,po{NOTHING}ts\n"
    f"A3,M1{RED},2026-06-01 09:00:00,a{RED}{BELL}bc,pots\n"
    f"A4,M1{RED},20{RIGHT_TO_LEFT}26-13-01,12.00,pots\n"
)
MEMBERS = f"会员编号,姓名,注册时间\nM1{RED},王{TITLE}小明,2025-03-01\nM2{RIGHT_TO_LEFT},{RIGHT_TO_LEFT}李雷{NOTHING},2025-08-15\n"
DAY = ("--as-of", "2026-06-30")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / f"shop{RED}"
    assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
    (root / "exports").mkdir()
    (root / "exports" / FILE).write_text(ORDERS, "utf-8")
    (root / "exports" / "members.csv").write_text(MEMBERS, "utf-8")
    policy = root / "policies" / "spend.yaml"
    text = policy.read_text("utf-8")
    assert "en: Middle" in text
    policy.write_text(text.replace("en: Middle", 'en: "Mid\\edle\\u202e"'), "utf-8")
    assert answer(["map", str(root / "exports"), "--workspace", str(root), "--write"]) == 0
    assert answer(["run", "--workspace", str(root), *DAY]) == 0
    return root


def acting(text: str) -> set[str]:
    """What acts on a terminal instead of being seen, line ends aside."""
    return {each for each in text if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and each != "\n"}


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.proof)])
@pytest.mark.parametrize(
    "command",
    [
        ["tiers"],
        ["tiers", "--customer", f"M1{RED}"],
        ["tiers", "--customer", f"nobody{TITLE}{RIGHT_TO_LEFT}\nError: forged"],
        ["customers"],
        ["customers", "--tier", f"mid{RED}dle"],
        ["quality"],
        ["structure", "--by", "category"],
        ["moves"],
        ["why", f"M2{RIGHT_TO_LEFT}"],
        ["tables"],
        ["audit"],
        ["run", *DAY],
        [f"tie{RED}rs"],
        ["tiers", f"--{RIGHT_TO_LEFT}option"],
    ],
    ids=str,
)
def test_no_screen_obeys_what_people_wrote(
    shop: Path, command: list[str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer([*command, "--workspace", str(shop), "--lang", language])
    shown = capsys.readouterr()
    assert acting(shown.out + shown.err) == set()
    assert "Error: forged" not in (shown.out + shown.err).splitlines()


def test_names_are_shown_with_their_hidden_characters_written_out(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(["customers", "--workspace", str(shop), "--lang", "en"])
    shown = capsys.readouterr().out
    assert r"M1\x1b[31m" in shown
    assert r"M2\u202e" in shown
    answer(["run", "--workspace", str(shop), *DAY, "--lang", "en"])
    ran = capsys.readouterr()
    assert r"a\x1b[31m\x07bc" in ran.out
    assert r"exports/orders\x1b[31m\u202e.csv, row 4" in ran.err


def test_json_says_the_same_names_to_programs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(["customers", "--workspace", str(shop), "--json"])
    shown = capsys.readouterr().out
    assert acting(shown) == set()
    assert {each["customer_id"] for each in json.loads(shown)["rows"]} == {f"M1{RED}", f"M2{RIGHT_TO_LEFT}"}


def test_a_proposal_is_shown_safely_and_written_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE).write_text(ORDERS, "utf-8")
    answer(["init", str(tmp_path / "shop"), "--template", "spend", "--lang", "en"])
    answer(["map", str(tmp_path / FILE), "--workspace", str(tmp_path / "shop"), "--write"])
    shown = capsys.readouterr()
    assert acting(shown.out + shown.err) == set()
    sources = read_sources(tmp_path / "shop" / "sources.yaml")
    assert sources[0].columns["category"].column == f"品类{RED}"
