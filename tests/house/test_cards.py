"""Every file that makes a stored table carries its card, and card, contract and workflow say the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from fenji import tables
from fenji.domain.feeds import Feed
from fenji.tables.contract import Contract, Shelf
from fenji.tables.contracts import CONTRACTS
from house.tree import STAGES, SourceFile, example, modules, violations

WORDS = ("Reads", "Writes", "Units", "Keeps", "Source")
TABLE = re.compile(rf"\b(?:{'|'.join(Shelf)})\.(?:[a-z_]+|\*)")


def contracts() -> dict[str, Contract]:
    """Every contract of every shelf, by full name; the panel stands for all registries."""
    found = {}
    for name in sorted(each.name for each in pkgutil.iter_modules(tables.__path__)):
        for value in vars(importlib.import_module(f"fenji.tables.{name}")).values():
            several = value.values() if isinstance(value, dict) else [value]
            found |= {each.full_name: each for each in several if isinstance(each, Contract)}
    panel = importlib.import_module("fenji.tables.insight").customer_metric(())
    return found | {panel.full_name: panel}


def card(file: SourceFile) -> dict[str, str]:
    """The card's five entries; a line that begins with blanks belongs to the entry above it."""
    entries: dict[str, str] = {}
    latest = ""
    for line in file.docstring.splitlines():
        word, _, rest = line.partition(" ")
        if word in WORDS:
            latest, entries[word] = word, rest.strip()
        elif latest and line.startswith(" "):
            entries[latest] += " " + line.strip()
        else:
            latest = ""
    return entries


def expand(text: str) -> set[str]:
    """The tables that an entry names; ``raw.*`` is every table of the shelf, ``raw.<feed>`` one for each feed."""
    named = set(TABLE.findall(text))
    stars = {name.split(".")[0] for name in named if name.endswith(".*")}
    feeds = {f"raw.{feed}" for feed in Feed} if "raw.<feed>" in text else set()
    return (
        {name for name in named if not name.endswith(".*")}
        | {name for name in contracts() if name.split(".")[0] in stars}
        | feeds
    )


def writers() -> dict[str, set[str]]:
    """File -> the tables that contracts say it writes."""
    found: dict[str, set[str]] = {}
    for contract in contracts().values():
        found.setdefault(contract.writer, set()).add(contract.full_name)
    return found


def wrong_card(file: SourceFile) -> Iterator[str]:
    entries, promised = card(file), writers().get(str(file.path), set())
    if file.room not in STAGES or not (promised or "Writes" in entries):
        return
    if missing := [word for word in WORDS if word not in entries]:
        yield f"its card lacks {', '.join(missing)}"
    if list(entries) != [word for word in WORDS if word in entries]:
        yield f"its card is out of order: {', '.join(entries)}"
    written = expand(entries.get("Writes", ""))
    yield from (f"writes {name}, but the contract names another writer" for name in sorted(written - promised))
    yield from (f"does not say that it writes {name}" for name in sorted(promised - written))
    unknown = expand(entries.get("Reads", "")) - set(contracts())
    yield from (f"reads {name}, which has no contract" for name in sorted(unknown))


def test_every_writer_of_a_contract_is_there() -> None:
    there = {str(file.path) for file in modules()}
    assert [name for name in sorted(writers()) if name not in there] == []


def test_the_list_of_contracts_misses_none() -> None:
    assert {*CONTRACTS, "insight.customer_metric"} == set(contracts())


def test_every_card_says_what_its_contract_says() -> None:
    assert violations(wrong_card) == []


GOOD = '''"""What number do we know of every customer?

Reads   clean.order_line, clean.customer, metrics.yaml
Writes  insight.customer_metric: one row per customer per as_of
Units   money in the workspace's currency
Keeps   every customer known at as_of
Source  decision 0008
"""'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Units   money in the workspace's currency\n", ""),
        ("insight.customer_metric", "insight.tier_flow"),
        ("clean.order_line", "clean.order_lines"),
    ],
)
def test_a_card_that_says_something_else_is_found(old: str, new: str) -> None:
    assert list(wrong_card(example(GOOD.replace(old, new), "analyze/metrics/panel.py"))) != []


def test_a_card_that_agrees_passes() -> None:
    assert list(wrong_card(SourceFile(PurePosixPath("analyze/metrics/panel.py"), GOOD))) == []
