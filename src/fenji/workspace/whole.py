"""Is what stands in the store what was published? Files are handed out only where they are; else nothing is answered from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fenji.domain.runs import PartFault, StoredTable
from fenji.errors import Damaged, Problem
from fenji.language import message as _
from fenji.state.parts import PartCheck
from fenji.state.run_life import Runs
from fenji.state.store import Store

_DAMAGE: Mapping[PartFault, str] = {
    PartFault.MISSING: _("{table} is damaged: {file} is missing."),
    PartFault.SIZE: _("{table} is damaged: {file} has another size than when it was published."),
    PartFault.CONTENT: _("{table} is damaged: {file} holds other bytes than when it was published."),
    PartFault.UNKNOWN: _("{table} is damaged: {file} was not published with it."),
    PartFault.ROWS: _("{table} is damaged: {file} does not hold the rows that were published."),
}


def damage(table: str, path: str, fault: PartFault) -> Problem:
    """What is wrong with a file or folder of the store, and what to do."""
    return Problem(_DAMAGE[fault], {"table": table, "file": path}, advice=_("Mend it with: fenji repair"), code=f"part_{fault}")


class WholeFiles:
    """The files of a store that are what was published."""

    def __init__(self, store: Store, runs: Runs) -> None:
        """Those of a store, compared with what the state says of them."""
        self._store = store
        self._runs = runs
        self._check = PartCheck(store)

    def files(self, stored: StoredTable) -> tuple[Path, ...]:
        """The Parquet files of a published table.

        Raises:
            Damaged: some are not what was published, or are gone.
        """
        Damaged.raise_if(damage(stored.table, path, fault) for path, fault in self._check.faults(stored))
        return self._store.files(stored.path)

    def folders(self, paths: Sequence[str], table: str) -> list[Path]:
        """Folders of raw rows.

        Raises:
            Damaged: some files are not what was published, or are gone.
        """
        Damaged.raise_if(
            damage(table, file, fault)
            for path, parts in self._runs.parts_by_folder(paths).items()
            for file, fault in self._check.raw_faults(path, parts)
        )
        return [self._store.root / path for path in paths]

    def is_whole(self, path: str) -> bool:
        """Whether a folder of raw rows is there and holds what was published; of one of before manifests, whether it is there."""
        return not any(self._check.raw_faults(path, self._runs.parts_by_folder([path])[path]))
