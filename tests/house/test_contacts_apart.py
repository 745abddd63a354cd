"""Phones, e-mails and names of customers are kept apart from analyses: no step of analyze asks for them, and none is handed them."""

from __future__ import annotations

from pathlib import Path

from fenji.tables import clean
from fenji.workspace.clean_base import FACTS
from house.tree import ROOT

WORDS = ("contact_point", "CONTACT_POINT", "domain.contacts")


def asking(folder: Path) -> list[str]:
    """The files below a folder that name the table of contact points or its words."""
    return sorted(str(file) for file in folder.rglob("*.py") if any(word in file.read_text("utf-8") for word in WORDS))


def test_no_step_of_analyze_asks_for_contact_points() -> None:
    assert asking(ROOT / "src" / "fenji" / "analyze") == []


def test_contact_points_are_no_facts_of_metrics() -> None:
    assert clean.CONTACT_POINT not in FACTS.values()


def test_a_step_that_asks_is_found(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("from fenji.tables import clean\n", "utf-8")
    (tmp_path / "bad.py").write_text("table = clean.CONTACT_POINT\n", "utf-8")
    assert asking(tmp_path) == [str(tmp_path / "bad.py")]
