"""How does a person who works in Python or a notebook ask? One opened workspace, its answers, and its tables as data frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from fenji.answers.baskets import RulesResult
from fenji.answers.churn import ChurnResult
from fenji.answers.customers import CustomersResult
from fenji.answers.forecast import ForecastResult, TrendResult
from fenji.answers.frames import SHOWN_ROWS, Frames, shown_rows
from fenji.answers.moves import MovesResult
from fenji.answers.priority import PriorityResult
from fenji.answers.recommend import RecommendResult
from fenji.answers.runs import QualityResult, RunResult
from fenji.answers.segments import SegmentsResult
from fenji.answers.structure import Part, StructureResult
from fenji.answers.tiers import TiersResult
from fenji.answers.value import ValueResult
from fenji.answers.whatif import WhatIfResult
from fenji.answers.why import WhyResult
from fenji.domain.trends import GroupBy, Measure
from fenji.errors import InvalidArgument, NotFound, unknown_name
from fenji.language import message as _
from fenji.workflow.baskets import rules_at
from fenji.workflow.churn import churn_at
from fenji.workflow.customers import DEFAULT_SORT, customers_at
from fenji.workflow.forecast import forecast_at
from fenji.workflow.moves import moves_between
from fenji.workflow.priority import priority_at
from fenji.workflow.quality import report_quality
from fenji.workflow.recommend import recommend_at
from fenji.workflow.running import run_all
from fenji.workflow.segments import segments_at
from fenji.workflow.structure import structure_of
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workflow.trends import trend_at
from fenji.workflow.value import value_at
from fenji.workflow.whatif import whatif_at
from fenji.workflow.why import why_of
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import runs_on_current


@dataclass(frozen=True)
class BookTable(Frames):
    """One published table: where its files stand, and the rows as a data frame of your choice."""

    name: str
    run_id: str
    as_of: date | None
    """The day of its rows, where a run keeps the table by days."""
    files: tuple[Path, ...]
    """Parquet; any engine may read them, and nothing changes them."""

    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow is untyped
        """All rows as a pyarrow.Table; they must fit into memory."""
        import pyarrow as pa  # noqa: PLC0415 - heavy third-party library
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        return pa.concat_tables([pq.read_table(file, partitioning=None) for file in self.files], promote_options="default")

    def __len__(self) -> int:
        """How many rows it has; nothing but the ends of the files is read."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        return sum(pq.read_metadata(file).num_rows for file in self.files)

    def _repr_html_(self) -> str:
        """The first rows, for notebooks."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        opened = pq.ParquetFile(self.files[0])
        rows = next(iter(opened.iter_batches(SHOWN_ROWS)), None)
        day = "" if self.as_of is None else f", {self.as_of}"
        return f"<p>{escape(self.name)}{day}: {len(self):,}</p>{shown_rows(rows.to_pylist() if rows is not None else [])}"


@dataclass(frozen=True)
class TableBook:
    """The published tables of one workspace, and its customers as lists."""

    folder: Path

    def tables(self, *, run: str | None = None) -> tuple[str, ...]:
        """The names of all published tables: those of the last run and of the analyses that stand on its data, or those of one run."""
        with open_question(open_workspace(self.folder)) as session:
            return tuple(
                sorted({each.table for found in runs_on_current(session, run) for each in session.tables_of(found.run_id)})
            )

    def table(self, name: str, *, as_of: date | None = None, run: str | None = None) -> BookTable:
        """One published table.

        Args:
            name: shelf and table, such as ``insight.customer_metric``.
            as_of: a day, of tables that runs keep by days; None: the last one kept.
            run: a run; None: the last one, or the newest analysis on its data that has the table.

        Raises:
            NotFound: no such table, or none of that day.
        """
        with open_question(open_workspace(self.folder)) as session:
            runs = runs_on_current(session, run)
            for found in runs:
                parts = [each for each in session.tables_of(found.run_id) if each.table == name]
                if parts:
                    days = sorted({each.as_of for each in parts if each.as_of is not None})
                    day = as_of or (days[-1] if days else None)
                    files = [file for each in parts if each.as_of == day for file in session.whole.files(each)]
                    if not files:
                        raise NotFound.of(
                            _("run {run_id} keeps no {table} of {day}."),
                            advice=_("It has one on: {dates}."),
                            run_id=found.run_id,
                            table=name,
                            day=day,
                            dates=", ".join(map(str, days)),
                        )
                    return BookTable(name, found.run_id, day, tuple(files))
        raise NotFound(unknown_name(_("table"), name, self.tables(run=run)))

    def customers(
        self,
        *,
        columns: Sequence[str] = (),
        sort: str = DEFAULT_SORT,
        limit: int = 50,
        after: str | None = None,
        as_of: date | None = None,
        run: str | None = None,
        **conditions: Any,  # noqa: ANN401 - the fields of Asked, each with its own type
    ) -> CustomersResult:
        """One page of the customers who meet all conditions, such as ``tier="vip"`` or ``where=["orders_12m >= 10"]``.

        Raises:
            InvalidArgument: a condition of another name than the fields of ``workspace.customer_choice.Asked``, with the nearest one.
        """
        known = [each.name for each in fields(Asked)]
        InvalidArgument.raise_if(unknown_name(_("condition"), name, known) for name in conditions if name not in known)
        if "where" in conditions:
            where = conditions["where"]
            conditions["where"] = (where,) if isinstance(where, str) else tuple(where)
        if isinstance(conditions.get("uploaded"), str):
            conditions["uploaded"] = Path(conditions["uploaded"])
        asked = Asked(**conditions)
        return customers_at(self.folder, asked, columns=columns, sort=sort, limit=limit, after=after, as_of=as_of, run=run)


@dataclass(frozen=True)
class Book(TableBook):
    """One workspace. Each method is the use-case of the command with its name; all of them raise ``fenji.errors``."""

    def run(self, *, as_of: date | None = None, policy: str | None = None, history: int = 1, force: bool = False) -> RunResult:
        """Collects, prepares, decides tiers and publishes."""
        return run_all(self.folder, as_of=as_of, policy=policy, history=history, force=force)

    def tiers(
        self, *, as_of: date | None = None, policy: str | None = None, by: str | None = None, run: str | None = None
    ) -> TiersResult:
        """How many customers stand in each tier; with ``run`` exactly as that run published it."""
        if run is not None:
            return tiers_of_run(self.folder, run, as_of=as_of, by=by)
        return tiers_at(self.folder, as_of=as_of, policy=policy, by=by)

    def moves(self, *, earlier_on: date | None = None, as_of: date | None = None, run: str | None = None) -> MovesResult:
        """Who moved between two reviews."""
        return moves_between(self.folder, earlier_on=earlier_on, as_of=as_of, run_id=run)

    def why(self, customer: str, *, as_of: date | None = None, run: str | None = None) -> WhyResult:
        """The reasons of one customer's tier."""
        return why_of(self.folder, customer, as_of=as_of, run=run)

    def whatif(self, file: Path | str, *, as_of: date | None = None, policy: str | None = None) -> WhatIfResult:
        """What another policy would change."""
        return whatif_at(self.folder, Path(file), as_of=as_of, policy=policy)

    def value(self, *, as_of: date | None = None, customer: str | None = None, top: int = 10) -> ValueResult:
        """What customers are worth and may be worth."""
        return value_at(self.folder, as_of=as_of, customer=customer, top=top)

    def priority(self, *, as_of: date | None = None, customer: str | None = None, top: int = 10) -> PriorityResult:
        """Whom to serve first."""
        return priority_at(self.folder, as_of=as_of, customer=customer, top=top)

    def segments(self, *, as_of: date | None = None, customer: str | None = None) -> SegmentsResult:
        """Groups found in the data."""
        return segments_at(self.folder, as_of=as_of, customer=customer)

    def churn(self, *, as_of: date | None = None, customer: str | None = None, top: int = 20) -> ChurnResult:
        """Who is about to leave, and why."""
        return churn_at(self.folder, as_of=as_of, customer=customer, top=top)

    def rules(self, *, as_of: date | None = None, tier: str | None = None, top: int = 20) -> RulesResult:
        """What is bought together."""
        return rules_at(self.folder, as_of=as_of, tier=tier, top=top)

    def recommend(self, *, as_of: date | None = None, customer: str | None = None, top: int = 20) -> RecommendResult:
        """What to offer next."""
        return recommend_at(self.folder, as_of=as_of, customer=customer, top=top)

    def forecast(self, *, reviews: int = 6, run: str | None = None) -> ForecastResult:
        """Expected tiers of the next reviews."""
        return forecast_at(self.folder, reviews=reviews, run_id=run)

    def trends(
        self, of: Measure | str = "revenue", *, by: GroupBy | str | None = None, months: int = 12, as_of: date | None = None
    ) -> TrendResult:
        """A number of the business by month, and what is to be expected of it; ``by`` tier or category."""
        group = GroupBy.ALL if by is None else GroupBy(by)
        return trend_at(self.folder, measure=Measure(of), by=group, months=months, as_of=as_of)

    def structure(
        self, of: Part | str = "profile", *, by: str | None = None, as_of: date | None = None, run: str | None = None
    ) -> StructureResult:
        """What lies behind the counts of tiers: profile, composition, products, concentration or habits."""
        return structure_of(self.folder, Part(of), by=by, as_of=as_of, run_id=run)

    def quality(self, *, run: str | None = None) -> QualityResult:
        """What became of every row that came in."""
        return report_quality(self.folder, run_id=run)


def open_book(folder: Path | str = ".") -> Book:
    """The workspace in a folder.

    Raises:
        NotFound: the folder is no workspace.
    """
    return Book(open_workspace(Path(folder)).root)
