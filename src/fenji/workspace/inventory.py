"""What should stand in the store, and what of it is not what was published? Every table of every published run, and the raw rows behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fenji.domain.runs import Part, PartFault, Run, StoredTable
from fenji.language import message as _
from fenji.state.parts import Depth, PartCheck
from fenji.state.store import Store
from fenji.state.transaction import Transaction
from fenji.workspace.progress import Progress, silent

COMPARING = _("comparing files")


@dataclass(frozen=True)
class RawFolder:
    """A folder of raw rows: one file of the company as it was collected."""

    path: str
    parts: tuple[Part, ...]
    """None of a folder of before manifests."""
    runs: tuple[str, ...]
    """The published runs that stand on it, the earliest first."""

    @property
    def table(self) -> str:
        """Shelf and name."""
        return self.path.partition("/")[0]


@dataclass(frozen=True)
class Damage:
    """One file or folder that is not what was published."""

    table: str
    run_id: str
    """The run that published it; of raw rows the newest that stands on them."""
    folder: str
    file: str
    """Relative to the store; the folder itself where all of it is at fault."""
    fault: PartFault


@dataclass(frozen=True)
class Inventory:
    """What the state database says of the store at one moment."""

    runs: Mapping[str, Run]
    """Every published run by its id, in the order of publication."""
    tables: Mapping[str, tuple[StoredTable, ...]]
    """What each of them names itself, be it in the folder of an earlier run."""
    raw: tuple[RawFolder, ...]
    at_work: frozenset[str]
    """Runs that are writing now."""

    @cached_property
    def files(self) -> tuple[Part, ...]:
        """Every part that is known, each once."""
        parts = [part for tables in self.tables.values() for each in tables for part in each.parts or ()]
        return tuple({each.path: each for each in [*parts, *(part for each in self.raw for part in each.parts)]}.values())

    def strays(self, store: Store) -> tuple[str, ...]:
        """Folders of runs that are neither published nor at work: what killed processes left, until the next command that writes."""
        paths = (*(each.path for each in self.raw), *(each.path for tables in self.tables.values() for each in tables))
        needed = {"/".join(path.split("/")[:2]) for path in paths}
        known = {*self.runs, *self.at_work}
        return tuple(
            path
            for path in map(store.relative, sorted(store.root.glob("*.*/run=*")))
            if path.partition("/run=")[2] not in known and path not in needed
        )


def inventory_of(t: Transaction) -> Inventory:
    """The inventory as one transaction sees it."""
    runs = t.upkeep.published()
    tables = {run_id: t.upkeep.own_tables(run_id) for run_id in runs}
    standing: dict[str, list[str]] = {}
    for run_id, run in runs.items():
        for each in run.inputs:
            for path in (each.raw_path, each.unreadable_path):
                if path is not None:
                    standing.setdefault(path, []).append(run_id)
    parts = t.manifests.parts_by_folder(standing)
    raw = tuple(RawFolder(path, parts[path], tuple(ids)) for path, ids in standing.items())
    return Inventory(runs, tables, raw, t.upkeep.at_work())


def damages(store: Store, inventory: Inventory, *, depth: Depth = Depth.GLANCE, progress: Progress = silent) -> Iterator[Damage]:
    """Everything that is not what was published, raw rows first.

    Args:
        store: where the files stand.
        inventory: what should be there.
        depth: how closely files are compared.
        progress: told about each folder.
    """
    check = PartCheck(store)
    seen: dict[str, tuple[tuple[str, PartFault], ...]] = {}
    total = len(inventory.raw) + sum(map(len, inventory.tables.values()))
    done = 0
    for raw in inventory.raw:
        progress(COMPARING, done, total)
        for file, fault in check.raw_faults(raw.path, raw.parts, depth=depth):
            yield Damage(raw.table, raw.runs[-1], raw.path, file, fault)
        done += 1
    for run_id, tables in inventory.tables.items():
        for table in tables:
            progress(COMPARING, done, total)
            if table.path not in seen:
                seen[table.path] = tuple(check.faults(table, depth=depth))
            for file, fault in seen[table.path]:
                yield Damage(table.table, run_id, table.path, file, fault)
            done += 1
