"""What stands in the store, file by file, and has it been changed since it was published? The parts of the manifests and the editions of runs."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from fenji.domain.runs import Part, RunStatus
from fenji.state.models import PartRow, RunRow, RunTableRow

ASKED_AT_ONCE = 500
"""Folders in one question: databases bound the values of a statement."""


class ManifestRepository:
    """Parts and editions, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """Those in the state database of a session."""
        self._session = session

    def keep(self, parts: Iterable[Part]) -> None:
        """Writes down what files of the store are now; what was written of them before is replaced."""
        for each in parts:
            folder, _slash, file = each.path.rpartition("/")
            self._session.merge(
                PartRow(
                    folder=folder,
                    file=file,
                    row_count=each.rows,
                    size=each.size,
                    modified=each.modified,
                    sha256=each.sha256,
                )
            )

    def parts_by_folder(self, folders: Iterable[str]) -> dict[str, tuple[Part, ...]]:
        """What was written down of the files of some folders of the store; no parts of folders of before manifests."""
        found: dict[str, list[Part]] = {each: [] for each in folders}
        names = list(found)
        for begin in range(0, len(names), ASKED_AT_ONCE):
            wanted = select(PartRow).where(PartRow.folder.in_(names[begin : begin + ASKED_AT_ONCE]))
            for row in self._session.scalars(wanted.order_by(PartRow.folder, PartRow.file)):
                found[row.folder].append(part_of(row))
        return {name: tuple(parts) for name, parts in found.items()}

    def replace(self, folder: str, parts: Iterable[Part]) -> None:
        """Writes down what the files of a folder are now, instead of all that was written of it before."""
        self._session.execute(delete(PartRow).where(PartRow.folder == folder))
        self.keep(parts)
        self._session.execute(update(RunTableRow).where(RunTableRow.path == folder).values(has_manifest=True))

    def raise_edition(self, run_id: str) -> None:
        """Says that a published run has been changed, so that whatever was remembered of it is forgotten."""
        changed = update(RunRow).where(RunRow.run_id == run_id, RunRow.status == RunStatus.PUBLISHED)
        self._session.execute(changed.values(edition=RunRow.edition + 1))

    def bytes(self) -> int:
        """How large all files of the store are together that are written down."""
        return int(self._session.scalar(select(func.sum(PartRow.size))) or 0)

    def version(self) -> tuple[int, int, int]:
        """Numbers that change whenever what readers see does: published runs, the newest of them, and the sum of their editions."""
        seen = select(func.count(), func.max(RunRow.published_number), func.sum(RunRow.edition))
        count, newest, editions = self._session.execute(seen.where(RunRow.status == RunStatus.PUBLISHED)).one()
        return int(count), int(newest or 0), int(editions or 0)

    def editions(self) -> int:
        """A number that goes up whenever a published run is changed."""
        return int(self._session.scalar(select(func.coalesce(func.sum(RunRow.edition - 1), 0))) or 0)


def part_of(row: PartRow) -> Part:
    """The record of a row."""
    return Part(f"{row.folder}/{row.file}", row.row_count, row.size, row.modified, row.sha256)
