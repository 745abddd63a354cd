"""Whom does the company serve first, who may rise, fall, or become frequent? Read back from the run that holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import ibis
import ibis.expr.types as ir

from fenji.analyze.priority.measures import measures_of
from fenji.analyze.priority.summary import marks_in_order
from fenji.answers.priority import (
    CountedPart,
    FrequentCandidate,
    FrequentList,
    ListedCustomer,
    ListsOfCustomer,
    MarkedCustomers,
    PlacedCustomer,
    PriorityLists,
    PriorityResult,
    UpgradeCandidate,
    UpgradeList,
    WatchedCustomer,
    WatchList,
)
from fenji.answers.rows import record_of
from fenji.choices import EngineName
from fenji.domain.access import RowLimit
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.priority import CHURN_MEASURE, Frequent, PriorityRules, Watch
from fenji.domain.words import Spoken
from fenji.errors import NotFound, Problem
from fenji.language import message as _
from fenji.language import translate
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.tables.insight_priority import (
    DOWNGRADE_WATCH,
    FREQUENT_CANDIDATE,
    PRIORITY,
    PRIORITY_MARK,
    PRIORITY_PART,
    UPGRADE_CANDIDATE,
)
from fenji.wording.churn import no_names
from fenji.wording.priority import PART_NAMES, frequent_line, place_lines, upgrade_line, watch_line
from fenji.wording.rules import Voice
from fenji.workflow.priority_run import ATTENTION, PRIORITY_FILE, risk_counted
from fenji.workspace.customers import customer_key_of
from fenji.workspace.limits import places_among
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import whole_company
from fenji.workspace.standing import Analyzed, analyze, open_standing

Listed = TypeVar("Listed", bound=ListedCustomer)


def priority_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 10,
    progress: Progress = silent,
) -> PriorityResult:
    """The priority ranking and the three lists; computed as a run of its own where nothing published answers.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        run_id: a past run, with what was stored with it alone; None: the newest data.
        engine: None: the one of the settings.
        customer: an id, for one customer beside the whole.
        top: how many customers of the order and of each list to give.
        progress: told about each step.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such customer.
        InvalidInput: a policy or a file in analyses/ that cannot be used, several customers with the id; all problems at once.
    """
    is_of_one = customer is not None
    with open_standing(
        root, as_of=as_of, policy=policy, run_id=run_id, engine=engine, progress=progress, by_customer=is_of_one
    ) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        found = analyze(ATTENTION, standing, progress=progress)
        rules, measures = found.choices, measures_of(standing.registry)
        reader = _Reader(found, Voice(measures, standing.past.currency))
        parts, marks = reader.summary()
        return PriorityResult(
            run_id=found.run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            currency=standing.past.currency,
            customers=reader.customers,
            capacity=rules.capacity,
            tied_beyond=reader.tied_beyond(rules.capacity),
            parts=parts,
            pareto=rules.pareto,
            marks=marks,
            order=reader.order(top),
            lists=reader.lists(top),
            customer=None if key is None else reader.customer(key),
            customer_lists=ListsOfCustomer() if key is None else reader.lists_of(key),
            tier_policy=standing.policy,
            rules=rules,
            measures=measures,
            warnings=(*standing.warnings, *_weak(found, measures), *_remarks(rules, parts, measures, reader.customers)),
        )


@dataclass(frozen=True)
class _List(Generic[Listed]):
    """One of the three lists: its table, what its customers stand there for, and in which words."""

    contract: Contract
    kind: type[Listed]
    by: str
    sentence: Callable[[Voice, Listed, Policy], Spoken[str]]


UPGRADES = _List(
    UPGRADE_CANDIDATE, UpgradeCandidate, "next_tier", lambda voice, found, policy: voice.say(upgrade_line, found, policy)
)
WATCHED = _List(DOWNGRADE_WATCH, WatchedCustomer, "watch", lambda voice, found, policy: voice.say(watch_line, found, policy))
FREQUENT = _List(FREQUENT_CANDIDATE, FrequentCandidate, "kind", lambda voice, found, _policy: voice.say(frequent_line, found))
_NOT_SAID: Spoken[str] = Spoken(lambda _language: "")
"""The sentence of a record from which its sentence is still to be made."""


@dataclass(frozen=True)
class _Reader:
    """Reads the tables of a priority run, never more rows than are shown."""

    found: Analyzed[PriorityRules]
    voice: Voice

    @cached_property
    def customers(self) -> int:
        table = self.found.table(PRIORITY)
        return int(self.found.fetch(table.aggregate(customers=table.count()))[0]["customers"])

    @property
    def limits(self) -> tuple[RowLimit, ...]:
        return self.found.standing.session.limits

    def summary(self) -> tuple[tuple[CountedPart, ...], tuple[MarkedCustomers, ...]]:
        """What the ranking is made of, and its marks; none for whoever sees only some customers, as both are sums over all."""
        if self.limits:
            return (), ()
        counted = [each.part for each in self.found.choices.parts]
        parts = (record_of(CountedPart, row) for row in self.found.rows(PRIORITY_PART))
        marks = (record_of(MarkedCustomers, row) for row in marks_in_order(self.found.rows(PRIORITY_MARK)))
        return tuple(sorted(parts, key=lambda each: counted.index(each.part))), tuple(marks)

    def order(self, most: int) -> tuple[PlacedCustomer, ...]:
        return tuple(map(self._placed, self._first(PRIORITY, "position", most)))

    def customer(self, key: int) -> PlacedCustomer:
        rows = self._of(PRIORITY, key)
        if not rows:
            raise NotFound.of(_("the customer was not known on {day} yet."), day=self.found.standing.as_of)
        return self._placed(rows[0])

    def lists(self, most: int) -> PriorityLists:
        return PriorityLists(
            UpgradeList(self._sizes(UPGRADES), self._revenue(UPGRADES), self._listed(UPGRADES, most)),
            WatchList(
                {Watch(watch): size for watch, size in self._sizes(WATCHED).items()},
                self._revenue(WATCHED),
                self._listed(WATCHED, most),
            ),
            FrequentList(
                {Frequent(kind): size for kind, size in self._sizes(FREQUENT).items()},
                self._revenue(FREQUENT),
                self._listed(FREQUENT, most),
            ),
        )

    def lists_of(self, key: int) -> ListsOfCustomer:
        return ListsOfCustomer(self._own(UPGRADES, key), self._own(WATCHED, key), self._own(FREQUENT, key))

    def tied_beyond(self, capacity: int | None) -> int:
        if capacity is None or self.limits:
            return 0
        table = self.found.table(PRIORITY)
        last = table.filter(table.position == capacity).select(last_score="score")
        tied = table.filter(table.position > capacity).cross_join(last)
        tied = tied.filter(tied.score == tied.last_score)
        return int(self.found.fetch(tied.aggregate(customers=tied.count()))[0]["customers"])

    def _placed(self, row: Mapping[str, Any]) -> PlacedCustomer:
        placed = record_of(PlacedCustomer, row, sentences=Spoken(lambda _language: ()))
        lines = self.voice.say(place_lines, placed, self.found.choices, self.customers, self.found.standing.policy)
        return replace(placed, sentences=lines)

    def _listed(self, which: _List[Listed], most: int) -> tuple[Listed, ...]:
        return tuple(self._in(which, row) for row in self._first(which.contract, "place", most))

    def _own(self, which: _List[Listed], key: int) -> Listed | None:
        rows = self._of(which.contract, key)
        return self._in(which, rows[0]) if rows else None

    def _in(self, which: _List[Listed], row: Mapping[str, Any]) -> Listed:
        listed = record_of(which.kind, row, sentence=_NOT_SAID)
        return replace(listed, sentence=which.sentence(self.voice, listed, self.found.standing.policy))

    def _sizes(self, which: _List[Listed]) -> dict[str, int]:
        return {row["what"]: int(row["customers"]) for row in sorted(self._sums(which), key=lambda row: str(row["what"]))}

    def _revenue(self, which: _List[Listed]) -> Decimal:
        return sum((row["revenue"] for row in self._sums(which)), Decimal(0))

    def _sums(self, which: _List[Listed]) -> list[dict[str, Any]]:
        """Customers of a list and their revenue, by what they stand there for."""
        table = self.found.table(which.contract)
        grouped = table.group_by(what=table[which.by])
        return self.found.fetch(grouped.aggregate(customers=table.count(), revenue=table["net_revenue_12m"].sum()))

    def _first(self, contract: Contract, by: str, most: int) -> list[dict[str, Any]]:
        table = places_among(self.limits, self.found.table(contract), by)
        rows = self.found.fetch(self._named(table.filter(table[by] <= max(most, 0))))
        return sorted(rows, key=lambda row: int(row[by]))

    def _of(self, contract: Contract, key: int) -> list[dict[str, Any]]:
        table = places_among(self.limits, self.found.table(contract), "position" if contract is PRIORITY else "place")
        return self.found.fetch(self._named(table.filter(table.customer_key == ibis.literal(key, "int64"))))

    def _named(self, table: ir.Table) -> ir.Table:
        names = self.found.standing.read(clean.CUSTOMER).select(name_key="customer_key", customer_id="customer_id")
        return table.left_join(names, table.customer_key == names.name_key).drop("name_key")


def _weak(found: Analyzed[PriorityRules], measures: Mapping[str, Metric]) -> list[Problem]:
    """What is said where the ranking counts a risk of leaving from which no list of names is made."""
    if CHURN_MEASURE not in found.choices.measures:
        return []
    standing = found.standing
    forecast = risk_counted(found.on(standing.on(whole_company(standing.session))))
    if forecast is None or (problem := no_names(forecast)) is None:
        return []
    text = _(
        "the ranking counts '{measure}', which ranked no better in the back-test than chance or the days since the last order."
    )
    advice = _("Give the part churn_risk less weight in {file}: 0 leaves it out.")
    return [Problem(text, {"measure": measures[CHURN_MEASURE].name, "file": PRIORITY_FILE}, advice=advice, code=problem.code)]


def _remarks(rules: PriorityRules, parts: Sequence[CountedPart], measures: Mapping[str, Metric], customers: int) -> list[Problem]:
    """Warnings about the ranking."""
    problems = []
    for each in parts:
        values = {"part": Spoken(partial(translate, PART_NAMES[each.part])), "measure": measures[each.measure].name}
        if not each.customers_with_value and customers:
            text = _("no customer has a value of '{measure}', so the part '{part}' tells nobody apart.")
            advice = _("Where no risk could be learned, let the value models tell it: measure churn_risk by p_alive, first: low.")
            is_churn = each.measure == CHURN_MEASURE
            problems.append(Problem(text, values, advice=advice if is_churn else None))
    if rules.capacity is None:
        text = _("the capacity is not set, so the ranking has no cut-off.")
        problems.append(Problem(text, {"file": PRIORITY_FILE}, advice=_("Write capacity: NUMBER into {file}.")))
    return problems
