"""What stands in a workspace altogether, and what is taken out of it? All published runs with what each has written itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fenji.domain.runs import Run, RunStatus, StoredTable
from fenji.state.models import RunRow, RunTableRow
from fenji.state.runs import file_of, run_of, table_of


class UpkeepRepository:
    """All runs at once, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The runs in the state database of a session."""
        self._session = session
        self._clock = clock

    def published(self) -> dict[str, Run]:
        """Every published run by its id, in the order of publication; inputs only of those that collected themselves."""
        wanted = select(RunRow).where(RunRow.status == RunStatus.PUBLISHED).order_by(RunRow.published_number)
        rows = self._session.scalars(wanted).all()
        return {each.run_id: replace(run_of(each), inputs=tuple(map(file_of, each.inputs))) for each in rows}

    def own_tables(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that a published run has written itself, with their parts."""
        wanted = select(RunTableRow).where(RunTableRow.run_id == run_id).order_by(RunTableRow.table_name, RunTableRow.path)
        return tuple(map(table_of, self._session.scalars(wanted.options(selectinload(RunTableRow.parts)))))

    def at_work(self) -> frozenset[str]:
        """The ids of runs that are writing now."""
        return frozenset(self._session.scalars(select(RunRow.run_id).where(RunRow.status == RunStatus.RUNNING)))
