"""What stands in a workspace altogether, and what is taken out of it? All published runs with what each has written itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.orm import Session, selectinload

from fenji.domain.runs import Run, RunStatus, StoredTable
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.manifests import ASKED_AT_ONCE
from fenji.state.models import PartRow, RunRow, RunTableRow
from fenji.state.runs import file_of, run_of, table_of


class UpkeepRepository:
    """All runs at once, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The runs in the state database of a session."""
        self._session = session

    def published(self) -> dict[str, Run]:
        """Every published run by its id, in the order of publication; inputs only of those that collected themselves."""
        wanted = select(RunRow).where(RunRow.status == RunStatus.PUBLISHED).order_by(RunRow.published_number)
        rows = self._session.scalars(wanted).all()
        return {each.run_id: replace(run_of(each), inputs=tuple(map(file_of, each.inputs))) for each in rows}

    def find(self, run_id: str) -> Run | None:
        """A run of any status, without its inputs; None where there is none of that id."""
        row = self._session.get(RunRow, run_id)
        return None if row is None else run_of(row)

    def own_tables(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that a published run has written itself, with their parts."""
        wanted = select(RunTableRow).where(RunTableRow.run_id == run_id).order_by(RunTableRow.table_name, RunTableRow.path)
        return tuple(map(table_of, self._session.scalars(wanted.options(selectinload(RunTableRow.parts)))))

    def at_work(self) -> frozenset[str]:
        """The ids of runs that are writing now."""
        return frozenset(self._session.scalars(select(RunRow.run_id).where(RunRow.status == RunStatus.RUNNING)))

    def raw_folders(self) -> frozenset[str]:
        """The folders of raw rows on which published runs stand."""
        inputs = [each for run in self.published().values() for each in run.inputs]
        return frozenset(path for each in inputs for path in (each.raw_path, each.unreadable_path) if path is not None)

    def shared_folders(self) -> frozenset[str]:
        """The folders of tables that published runs share with the run that wrote them, which may have been removed since."""
        own = literal("%/run=") + RunTableRow.run_id + literal("%")
        return frozenset(self._session.scalars(select(RunTableRow.path).where(RunTableRow.path.notlike(own)).distinct()))

    def runs_naming(self, folders: Collection[str]) -> tuple[str, ...]:
        """The ids of all published runs that have a table or raw rows in some folders, in the order of publication."""
        wanted = frozenset(folders)
        named = self._session.execute(select(RunTableRow.path, RunTableRow.run_id)).all()
        naming = {run_id for path, run_id in named if path in wanted}
        return tuple(
            run_id
            for run_id, run in self.published().items()
            if run_id in naming or any({each.raw_path, each.unreadable_path} & wanted for each in run.inputs)
        )

    def keys_given_before(self, number: int) -> int:
        """The largest customer_key that runs published before a number have given, also those that were removed since."""
        return self._session.scalar(select(func.max(RunRow.keys_given)).where(RunRow.published_number < number)) or 0

    def run_before(self, number: int) -> str | None:
        """The id of the run that collected last before a number, also of one that was removed since; None: there was none."""
        earlier = select(RunRow.run_id).where(RunRow.published_number < number, RunRow.command == "run")
        return self._session.scalar(earlier.order_by(RunRow.published_number.desc()).limit(1))

    def latest_of_policy(self, slug: str) -> Run | None:
        """The run that collected and decided by a policy last, also one that was removed since; without its inputs. None where there is none."""
        decided = select(RunRow).where(
            RunRow.status.in_((RunStatus.PUBLISHED, RunStatus.REMOVED)),
            RunRow.command == "run",
            RunRow.policy["slug"].as_string() == slug,
        )
        row = self._session.scalars(decided.order_by(RunRow.published_number.desc()).limit(1)).first()
        return None if row is None else run_of(row)

    def remove(self, run_ids: Collection[str]) -> None:
        """Marks published runs as removed and forgets their tables; their folders are nobody's from then on.

        Raises:
            Conflict: somebody computes an analysis of one of them now.
        """
        at_work = select(RunRow).where(RunRow.status == RunStatus.RUNNING, RunRow.base_run_id.in_(run_ids))
        row = self._session.scalars(at_work).first()
        if row is not None:
            text, advice = _("`{command}` is being computed on run {run_id}."), _("Wait for it to end, then try again.")
            raise Conflict.of(text, advice=advice, command=row.command, run_id=row.base_run_id)
        ids = tuple(run_ids)
        paths = self._session.scalars(select(RunTableRow.path).where(RunTableRow.run_id.in_(ids))).all()
        self._session.execute(delete(RunTableRow).where(RunTableRow.run_id.in_(ids)))
        for begin in range(0, len(paths), ASKED_AT_ONCE):
            chosen = paths[begin : begin + ASKED_AT_ONCE]
            still_named = select(RunTableRow.path).where(RunTableRow.path.in_(chosen))
            self._session.execute(delete(PartRow).where(PartRow.folder.in_(chosen), PartRow.folder.notin_(still_named)))
        removed = update(RunRow).where(RunRow.run_id.in_(ids), RunRow.status == RunStatus.PUBLISHED)
        self._session.execute(removed.values(status=RunStatus.REMOVED, name=None, edition=RunRow.edition + 1))
        self._session.expire_all()
        needed = self.raw_folders()
        raw = self._session.scalars(select(PartRow.folder).where(PartRow.folder.like("raw.%")).distinct()).all()
        for folder in raw:
            if folder not in needed:
                self._session.execute(delete(PartRow).where(PartRow.folder == folder))

    def name(self, run_id: str, name: str | None) -> None:
        """Gives a published run a name; None takes its name away.

        Raises:
            NotFound: there is no published run of that id.
            Conflict: another run has the name.
        """
        row = self._session.get(RunRow, run_id)
        if row is None or row.status != RunStatus.PUBLISHED:
            raise NotFound.of(_("there is no published run {run_id}."), run_id=run_id)
        other = None if name is None else self._session.scalars(select(RunRow).where(RunRow.name == name)).first()
        if other is not None and other.run_id != run_id:
            text, advice = (
                _("run {run_id} has the name {name} already."),
                _("Take it away from that run first, or choose another name."),
            )
            raise Conflict.of(text, advice=advice, run_id=other.run_id, name=name)
        row.name = name
        self._session.flush()
