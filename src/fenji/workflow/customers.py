"""Which customers are these, and what is known of each? A list by tier, movement, stored analysis, uploaded list and metrics, page by page or whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.holds import metrics_in
from fenji.answers.customers import CustomersResult
from fenji.choices import EngineName
from fenji.domain.lists import ListSource
from fenji.domain.metrics import REVENUE, Metric
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.tables import insight
from fenji.wording.lists import condition_line
from fenji.wording.rules import Voice
from fenji.workspace.customer_choice import Asked, CustomerChoice
from fenji.workspace.customer_columns import CustomerColumns, Field, Part, parts_of
from fenji.workspace.customers import keys_found
from fenji.workspace.folder import open_workspace
from fenji.workspace.listing import Listing, written_down
from fenji.workspace.opening import open_question
from fenji.workspace.paging import SORTED_BY, Cursor, Sort, fingerprint, not_ours, rows_after
from fenji.workspace.past_run import PastRun, history_of, last_history, reviews_chosen
from fenji.workspace.session import Session

DEFAULT_SORT = f"-{REVENUE}"
DEFAULT_COLUMNS = ("customer_id", "tier", "since_on", REVENUE, "orders_12m", "days_since_last_order")
_MOST_CARRIED = 8
MOST_ROWS = 1000
"""Rows of one page."""
_KEY = "customer_key"
_TIERS = ("tier", "from_tier", "to_tier")
"""Columns whose values stand in the order of the policy."""


def customers_at(
    root: Path,
    asked: Asked,
    *,
    columns: Sequence[str] = (),
    sort: str = DEFAULT_SORT,
    limit: int = 50,
    after: str | None = None,
    as_of: date | None = None,
    run: str | None = None,
    engine: EngineName | None = None,
) -> CustomersResult:
    """One page of the customers who meet all conditions at a review that is already decided.

    Args:
        root: the workspace.
        asked: the conditions; none: everybody who is known.
        columns: names of columns; none: ``DEFAULT_COLUMNS``. Name, phone and e-mail only where they are asked for.
        sort: a column, with a minus before it where the largest come first; rows without a value stand last.
        limit: rows of the page, 1 to ``MOST_ROWS``.
        after: where the page before ended.
        as_of: the review; None: the last one of the run.
        run: a published run; None: the last one, or one that stands on it and decided ``as_of``.
        engine: None: the one of the settings.

    Raises:
        NotFound: no workspace, run, review, tier, column or metric of that name, or an analysis that is not stored.
        InvalidArgument: a condition, a cursor or a file that cannot be used.
    """
    with open_question(open_workspace(root, by_customer=True), engine=engine) as session:
        return customers_in(session, asked, columns=columns, sort=sort, limit=limit, after=after, as_of=as_of, run=run)


def find_customers(root: Path, text: str, *, columns: Sequence[str] = (), as_of: date | None = None) -> CustomersResult:
    """Everybody who is known by an id, a phone, an e-mail or a name, in any writing; nobody is no error.

    Args:
        root: the workspace.
        text: see ``workspace.customers.customer_key_of``.
        columns: names of columns; none: ``DEFAULT_COLUMNS``.
        as_of: the review; None: the last one.

    Raises:
        NotFound: no workspace, review or column of that name.
    """
    with open_question(open_workspace(root, by_customer=True)) as session:
        keys = keys_found(session, session.latest(), text)[:MOST_ROWS]
        return customers_in(session, Asked(keys=keys), columns=columns, limit=MOST_ROWS, as_of=as_of)


def customer_at(
    root: Path, key: int, *, columns: Sequence[str] = (), as_of: date | None = None, run: str | None = None
) -> CustomersResult:
    """One customer as a list of one.

    Raises:
        NotFound: no workspace, run, review or column of that name, or nobody of that key who may be seen.
    """
    with open_question(open_workspace(root, by_customer=True)) as session:
        found = customers_in(session, Asked(keys=(key,)), columns=columns, limit=1, as_of=as_of, run=run)
    if not found.rows:
        raise NotFound.of(_("there is no such customer at this review."))
    return found


def customers_in(
    session: Session,
    asked: Asked,
    *,
    columns: Sequence[str] = (),
    sort: str = DEFAULT_SORT,
    limit: int = 50,
    after: str | None = None,
    as_of: date | None = None,
    run: str | None = None,
) -> CustomersResult:
    """The same in a session that is open already; see ``customers_at``."""
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidArgument.of(_("a page has 1 to {most} rows, not {limit}."), most=MOST_ROWS, limit=limit)
    question = _Question.of(session, asked, columns or _default_columns(asked), Sort.of(sort), as_of=as_of, run=run)
    page = question.page(limit, after)
    voice = Voice(question.metrics, question.columns.past.currency)
    return CustomersResult(
        run_id=question.run.run_id,
        as_of=question.as_of,
        is_as_of_defaulted=as_of is None,
        policy=question.policy.slug,
        version=question.policy.version,
        currency=question.columns.past.currency,
        count=page.count,
        columns=tuple(each.column for each in question.fields),
        rows=question.rows_of(page),
        conditions=tuple(voice.say(condition_line, each) for each in question.choice.chosen),
        sort=str(question.sort),
        after=None if page.last is None else str(Cursor(question.fingerprint, page.last)),
        chosen=tuple(question.choice.chosen),
        uploaded=question.choice.uploaded,
        tier_policy=question.policy,
    )


@contextmanager
def open_customers(
    root: Path,
    asked: Asked,
    *,
    columns: Sequence[str] = (),
    sort: str = DEFAULT_SORT,
    as_of: date | None = None,
    run: str | None = None,
    engine: EngineName | None = None,
) -> Iterator[Listing]:
    """All customers who meet the conditions, ready to be written to a file; arguments and errors as for ``customers_at``."""
    with open_question(open_workspace(root, by_customer=True), engine=engine) as session:
        question = _Question.of(session, asked, columns or _default_columns(asked), Sort.of(sort), as_of=as_of, run=run)
        with written_down(session, question.whole()) as (files, rows):
            yield Listing(
                columns=tuple(each.column for each in question.fields),
                source=ListSource(
                    title="customers",
                    run_id=question.run.run_id,
                    as_of=question.as_of,
                    policy=question.policy.slug,
                    version=question.policy.version,
                    currency=question.columns.past.currency,
                    rows=rows,
                    made_at=datetime.now(UTC),
                    conditions=tuple(question.choice.chosen),
                    sort=str(question.sort),
                ),
                metrics=dict(question.metrics),
                files=files,
                not_found=() if question.choice.uploaded is None else question.choice.uploaded.not_found,
                policy=question.policy,
            )


def _default_columns(asked: Asked) -> tuple[str, ...]:
    moved = ("from_tier", "to_tier", "move_cause")
    first, *others = DEFAULT_COLUMNS
    return (first, *moved, *others) if asked.asks_for_moves else DEFAULT_COLUMNS


@dataclass(frozen=True)
class _Page:
    """One page of a list, and what was read of its customers on the way."""

    count: int
    """Of the whole list."""
    keys: Sequence[int]
    last: int | None
    """The last customer, where more follow."""
    panel: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, count: int, keys: Sequence[int], limit: int, panel: Mapping[int, Mapping[str, Any]] | None = None) -> _Page:
        """The first ``limit`` of the keys from a place of the list on."""
        return cls(count, keys[:limit], keys[limit - 1] if len(keys) > limit else None, panel or {})


@dataclass(frozen=True)
class _Question:
    """What is asked of which review of which run."""

    session: Session
    columns: CustomerColumns
    policy: Policy
    choice: CustomerChoice
    fields: tuple[Field, ...]
    sort: Sort
    sort_field: Field

    @classmethod
    def of(
        cls, session: Session, asked: Asked, slugs: Sequence[str], sort: Sort, *, as_of: date | None, run: str | None
    ) -> _Question:
        chosen, day, earlier_on = _review_of(session, asked, as_of=as_of, run=run)
        columns = CustomerColumns(session, chosen, day)
        past = columns.past
        policy = past.policy if chosen.new.as_of == day else past.policies_at([day])[day]
        *fields, sort_field = columns.fields((*slugs, sort.slug), moves=asked.asks_for_moves)
        if sort_field.part is Part.CHURN:
            columns.check_risks()
        return cls(session, columns, policy, CustomerChoice(columns, policy, asked, earlier_on), tuple(fields), sort, sort_field)

    @property
    def run(self) -> Run:
        return self.columns.run

    @property
    def as_of(self) -> date:
        return self.columns.as_of

    @cached_property
    def fingerprint(self) -> str:
        """What a cursor of this question carries."""
        return fingerprint(self.run.run_id, self.as_of, self.choice.asked, str(self.sort))

    @property
    def metrics(self) -> dict[str, Metric]:
        """The metrics of the conditions."""
        slugs = metrics_in(each.condition for each in self.choice.chosen if each.condition is not None)
        return {slug: self.columns.registry.named(slug) for slug in slugs}

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """The metrics of the list that are read along with its order: reading the panel once more costs as much."""
        found = tuple(dict.fromkeys(each.stored for each in self.fields if each.part is Part.PANEL))
        return found if self.sort_field.part is Part.PANEL and len(found) <= _MOST_CARRIED else ()

    @cached_property
    def sorted_keys(self) -> ir.Table:
        """Everybody who meets the conditions: customer_key and what the list is sorted by."""
        stored = self.sort_field.stored
        if self.sort_field.part is Part.PANEL:
            carried = dict.fromkeys((stored, *self.carried))
            chosen = self.choice.table(carrying=tuple(carried))
            return chosen.select(_KEY, *self.carried, **{SORTED_BY: chosen[stored]})
        chosen = self.choice.table()
        part = self._part(self.sort_field.part, [stored])
        other = part.select(other_key=_KEY, **{SORTED_BY: self._sortable(part[stored])})
        return chosen.left_join(other, chosen[_KEY] == other["other_key"]).select(_KEY, SORTED_BY)

    def page(self, limit: int, after: str | None) -> _Page:
        """The page that begins after a cursor; None: the first."""
        if self.choice.asked.is_of_keys_alone and after is None:
            known = self._known()
            return _Page.of(len(known), known, limit)
        found, engine = self.sorted_keys, self.session.engine
        count = self._count(found)
        if after is not None:
            key = Cursor.of(after, self.fingerprint).customer_key
            ended = engine.fetch(found.filter(found[_KEY] == engine.asked(key))).to_pylist()
            if not ended:
                raise not_ours()
            found = rows_after(found, self.sort, ended[0])
        rows = {row[_KEY]: row for row in engine.fetch(found.order_by(self.sort.order(found)).limit(limit + 1)).to_pylist()}
        return _Page.of(count, list(rows), limit, rows if self.carried else None)

    def _count(self, found: ir.Table) -> int:
        """Of all who meet the conditions, remembered for the next page; a list that was brought along may be another one the next time."""
        asked, session = self.choice.asked, self.session

        def counted() -> int:
            return int(session.engine.fetch(found.aggregate(count=found.count()))["count"][0].as_py())

        if asked.uploaded is not None or asked.entries:
            return counted()
        return session.memory.recall(("count", self.run.run_id, self.as_of, asked), counted)

    def _known(self) -> list[int]:
        """The customers of some keys who stand in a tier, in order; found without an engine."""
        keys, stored = self.choice.asked.keys or (), self.sort_field.stored
        known = self.columns.rows(Part.TIER, (), keys)
        if len(known) < 2:  # noqa: PLR2004 - nothing to bring into order
            return list(known)
        values = self.columns.rows(self.sort_field.part, (stored,), list(known))
        ranks = {each.slug: rank for rank, each in enumerate(self.policy.tiers)}
        sorted_by = {key: values[key][stored] if key in values else None for key in known}
        if stored in _TIERS:
            sorted_by = {key: None if value is None else ranks[value] for key, value in sorted_by.items()}
        return self.sort.ordered(sorted_by)

    def whole(self) -> ir.Table:
        """All rows with all columns, in order."""
        found = self.sorted_keys
        for part, names in parts_of(self.fields):
            other = self._part(part, names)
            other = other.select(other_key=_KEY, **{f"{part.value}__{name}": other[name] for name in names})
            added = [name for name in other.columns if name != "other_key"]
            found = found.left_join(other, found[_KEY] == other["other_key"]).select(*found.columns, *added)
        ordered = found.order_by(self.sort.order(found))
        return ordered.select(**{each.column.slug: ordered[f"{each.part.value}__{each.stored}"] for each in self.fields})

    def rows_of(self, page: _Page) -> tuple[Mapping[str, Any], ...]:
        """The columns of the customers of a page, in its order."""
        found: dict[int, dict[str, Any]] = {key: {} for key in page.keys}
        for part, names in parts_of(self.fields):
            wanted = [each for each in self.fields if each.part is part]
            rows = page.panel if part is Part.PANEL and page.panel else self._rows(part, names, page.keys)
            for key in found.keys() & rows.keys():
                found[key] = found[key] | {each.column.slug: rows[key][each.stored] for each in wanted}
        return tuple({each.column.slug: row.get(each.column.slug) for each in self.fields} for row in found.values())

    def _rows(self, part: Part, names: Sequence[str], keys: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        if part is Part.MOVE and self.choice.moves is not None:
            moves = self.choice.moves
            own = moves.filter(moves[_KEY].isin([ibis.literal(key, type="int64") for key in keys])) if keys else moves.limit(0)
            return {row[_KEY]: row for row in self.session.engine.fetch(own.select(_KEY, *names)).to_pylist()}
        return self.columns.rows(part, names, keys)

    def _part(self, part: Part, names: Sequence[str]) -> ir.Table:
        if part is Part.MOVE and self.choice.moves is not None:
            return self.choice.moves.select(_KEY, *names)
        return self.columns.part(part, names)

    def _sortable(self, column: ir.Value) -> ir.Value:
        """Tiers stand in the order of the policy, the lowest first, and not in that of the alphabet."""
        if self.sort_field.stored not in _TIERS:
            return column
        ranks = [(each.slug, rank) for rank, each in enumerate(self.policy.tiers)]
        return column.cases(*ranks, else_=ibis.null("int8")).cast("int64")


def _review_of(session: Session, asked: Asked, *, as_of: date | None, run: str | None) -> tuple[Run, date, date | None]:
    """The run, the review, and the earlier one where movements are asked for."""
    if asked.asks_for_moves:
        history = last_history(session) if run is None else history_of(session, session.runs.published(run))
        earlier, later = reviews_chosen(history, asked.earlier_on, as_of)
        return history.run, later, earlier
    if asked.earlier_on is not None:
        raise InvalidArgument.of(
            _("two reviews were given, but no movement between them was asked for."),
            advice=_("Say from or to which tier they moved, or which way: up, down, lost, new or returned."),
        )
    chosen = session.latest() if run is None else session.runs.published(run)
    if as_of is None and chosen.new.as_of is not None:
        return chosen, chosen.new.as_of, None
    days = PastRun(session, chosen).days_kept(insight.TIER_ASSIGNMENT)
    if as_of in days:
        return chosen, as_of, None
    later_run = None if run is not None else session.runs.latest_published(as_of=as_of, on=chosen.run_id, command="tiers")
    if later_run is None or as_of is None:
        raise NotFound.of(
            _("no tiers were decided on {as_of}; reviews took place on {days}."),
            advice=_("Choose one of these days, or decide the tiers of that day first with: fenji tiers"),
            as_of=as_of,
            days=", ".join(str(each) for each in days[-36:]),
        )
    return later_run, as_of, None
