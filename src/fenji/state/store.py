"""Where do the Parquet files of a run stand? ``<shelf>.<table>/run=<run_id>/[as_of=…/]``, all below one folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.errors import Unavailable
from fenji.language import message as _
from fenji.private_files import FILE_MODE, FOLDER_MODE, flush_file, flush_folder


@dataclass(frozen=True)
class Store:
    """The folder of all stored tables. Knows places only; what may be seen is said by the state database."""

    root: Path

    def folder(self, run_id: str, table: str, *, as_of: date | None = None, batch: str | None = None) -> Path:
        """Where a run writes a table.

        Args:
            run_id: the run.
            table: shelf and name.
            as_of: for tables that hold one date per folder.
            batch: for raw tables, which hold one file of the company per folder.
        """
        folder = self.root / table / f"run={run_id}"
        if as_of is not None:
            folder /= f"as_of={as_of.isoformat()}"
        return folder if batch is None else folder / f"batch={batch}"

    def relative(self, folder: Path) -> str:
        """The path as the state database keeps it: relative, with forward slashes."""
        return folder.relative_to(self.root).as_posix()

    def files(self, path: str) -> tuple[Path, ...]:
        """The Parquet files of a folder that a run wrote, in a fixed order."""
        return tuple(sorted((self.root / path).glob("*.parquet")))

    def make_private(self, path: str) -> None:
        """Lets nobody but its owner read a folder that a run wrote: engines make files as the umask of their processes says."""
        folder = self.root / path
        if folder.is_dir():
            folder.chmod(FOLDER_MODE)
        for each in self.files(path):
            each.chmod(FILE_MODE)

    def flush(self, paths: Iterable[str]) -> None:
        """Has the disk take the files of some folders that a run wrote, and the folders up to the store with their names.

        Raises:
            Unavailable: the disk cannot take them.
        """
        places = [self.root / path for path in paths]
        folders = {each for place in places for each in (place, *place.parents) if each.is_relative_to(self.root)}
        try:
            for place in places:
                for each in place.glob("*.parquet"):
                    flush_file(each)
            for folder in folders:
                flush_folder(folder)
        except OSError as error:
            text, advice = _("the disk did not take what was written: {detail}."), _("Free some disk space, then try again.")
            raise Unavailable.of(text, advice=advice, detail=error.strerror or type(error).__name__) from error

    def folders_of(self, run_ids: Iterable[str], *, keep: Iterable[str] = ()) -> Iterator[Path]:
        """The folders of some runs.

        Args:
            run_ids: the runs.
            keep: folders that are left out, relative to the store: raw rows on which other runs stand, and tables that they share.
        """
        wanted, kept = {f"run={run_id}" for run_id in run_ids}, frozenset(keep)
        with_kept = {path.rpartition("/")[0] for path in kept}
        for folder in self.root.glob("*.*/run=*") if wanted else ():
            if folder.name not in wanted or self.relative(folder) in kept:
                continue
            if self.relative(folder) in with_kept:
                yield from (each for each in folder.iterdir() if self.relative(each) not in kept)
            else:
                yield folder

    def remove_runs(self, run_ids: Iterable[str], *, keep: Iterable[str] = ()) -> None:
        """Removes whatever these runs left, but for ``keep``; a folder that cannot be removed now is left for the next run."""
        for folder in list(self.folders_of(run_ids, keep=keep)):
            shutil.rmtree(folder, ignore_errors=True)
