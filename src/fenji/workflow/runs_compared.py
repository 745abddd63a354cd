"""How do two runs differ? What they were made of, what became of the rows, and who stands where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from fenji.analyze.movements.elsewhere import count_elsewhere
from fenji.answers.run_comparison import ComparedRun, DocumentsRead, Elsewhere, RunsCompared, SettingChange, TierInRuns
from fenji.answers.run_list import RunRow
from fenji.answers.runs import FilesRead
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument, NotFound, Place, Problem
from fenji.language import message as _
from fenji.service_settings import ServiceSettings
from fenji.settings import Settings, as_toml
from fenji.tables import clean, insight
from fenji.wording.rules import Voice
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.policy_words import differences_of
from fenji.workspace.session import Session
from fenji.workspace.standing import LEFT_ALONE
from fenji.workspace.tiering import registry_of

_SETTINGS = sorted({*Settings.model_fields} - {*ServiceSettings.model_fields} - LEFT_ALONE | {"history_begins_on"})
"""Those that change figures; the others say where, how and for whom it is computed."""


def compare_runs(root: Path, a: str, b: str) -> RunsCompared:
    """What differs from one published run to another, each at its own review.

    Customers are the same by their key, which a run gives on to the next one; whoever was merged with somebody else since then stands
    in no tier of the second run.

    Args:
        root: the workspace.
        a: the run that is compared with.
        b: the run whose differences are told.

    Raises:
        Forbidden: the question is limited to some customers.
        NotFound: no workspace, or no published run of such an id; both at once.
        InvalidArgument: a run compared with itself, or one that decided no tiers.
    """
    with open_question(open_workspace(root)) as session:
        first, second = _sides(session, a, b)
        tiers = [*(each for each in first.ranks if each not in second.ranks), *second.ranks]
        return RunsCompared(
            run_id=second.run.run_id,
            as_of=second.as_of,
            policy=second.policy.slug,
            version=second.policy.version,
            a=first.told(),
            b=second.told(),
            files=_files(first, second),
            documents=_documents(first, second),
            settings=tuple(_settings(first, second)),
            rules=differences_of(first.policy, second.policy, _voice(first, second)),
            tiers=tuple(_tier(each, first, second) for each in tiers),
            elsewhere=_elsewhere(session, first, second),
            warnings=tuple(_warnings(first, second)),
        )


@dataclass(frozen=True)
class _Side:
    """One of the two runs."""

    session: Session
    run: Run

    @cached_property
    def past(self) -> PastRun:
        return PastRun(self.session, self.run)

    @property
    def as_of(self) -> Any:  # noqa: ANN401 - a day: who has decided tiers has one
        return self.run.new.as_of

    @property
    def policy(self) -> Policy:
        return self.past.policy

    @property
    def ranks(self) -> dict[str, int]:
        return {each.slug: rank for rank, each in enumerate(self.policy.tiers)}

    @cached_property
    def counts(self) -> dict[str, Mapping[str, Any]]:
        """The rows of insight.tier_count, by tier."""
        return {row["tier"]: row for row in self.session.rows(self.run.run_id, insight.TIER_COUNT, as_of=self.as_of)}

    def told(self) -> ComparedRun:
        run_id, read = self.run.run_id, self.session.read
        accounts = self.session.rows(run_id, clean.FILE_ACCOUNT)
        rejected = read(run_id, clean.REJECTED_ROW)
        reasons = self.session.engine.fetch(rejected.group_by("reason").aggregate(rows=rejected.count())).to_pylist()
        return ComparedRun(
            run=RunRow.of(self.run),
            fenji_version=self.run.package_version,
            currency=self.past.currency,
            rows_in=sum(each["rows_in"] for each in accounts),
            kept=sum(each["kept"] for each in accounts),
            rejected={each["reason"]: each["rows"] for each in sorted(reasons, key=lambda each: (-each["rows"], each["reason"]))},
            duplicates=sum(each["across_files"] + each["repeats_dropped"] for each in accounts),
            known=sum(each.rows for each in self.session.tables_of(run_id) if each.table == clean.CUSTOMER.full_name),
            customers=sum(each["customers"] for each in self.counts.values()),
            net_revenue_12m=sum((each["net_revenue_12m"] for each in self.counts.values()), Decimal(0)),
        )


def _sides(session: Session, a: str, b: str) -> tuple[_Side, _Side]:
    if a == b:
        raise InvalidArgument.of(_("run {run_id} is compared with itself."), advice=_("Choose two runs."), run_id=a[:40])
    found, problems = [], []
    for name, run_id in (("a", a), ("b", b)):
        try:
            found.append(_Side(session, session.runs.published(run_id[:40])))
        except NotFound as missing:
            problems += [Problem(each.text, each.values, Place(column=f"?{name}"), each.advice) for each in missing.problems]
    NotFound.raise_if(problems)
    text, advice = _("run {run_id} ({command}) decided no tiers."), _("Choose two runs that did.")
    InvalidArgument.raise_if(
        Problem(text, {"run_id": each.run.run_id, "command": each.run.new.command}, advice=advice)
        for each in found
        if each.run.new.policy is None or not each.counts
    )
    first, second = found
    return first, second


def _files(first: _Side, second: _Side) -> FilesRead:
    before, after = ({(each.source, each.file): each.fingerprint for each in side.run.inputs} for side in (first, second))
    both = sorted(before.keys() & after.keys())
    return FilesRead(
        new=tuple(file for _source, file in sorted(after.keys() - before.keys())),
        changed=tuple(file for source, file in both if before[source, file] != after[source, file]),
        unchanged=tuple(file for source, file in both if before[source, file] == after[source, file]),
        gone=tuple(file for _source, file in sorted(before.keys() - after.keys())),
    )


def _documents(first: _Side, second: _Side) -> DocumentsRead:
    before, after = first.run.new.documents, second.run.new.documents
    return DocumentsRead(
        new=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in before.keys() & after.keys() if before[name] != after[name])),
        gone=tuple(sorted(before.keys() - after.keys())),
    )


def _settings(first: _Side, second: _Side) -> Iterator[SettingChange]:
    for name in _SETTINGS:
        a, b = (side.run.new.settings.get(name) for side in (first, second))
        if a != b:
            yield SettingChange(name, as_toml(a), as_toml(b))


def _voice(first: _Side, second: _Side) -> Voice:
    """The words of both policies, with the metrics as they were declared in each run; money is that of the second."""
    known = {each.slug: each for side in (first, second) for each in registry_of(side.past.own_metrics, side.policy)}
    return Voice(known, second.past.currency)


def _tier(tier: str, first: _Side, second: _Side) -> TierInRuns:
    nobody = {"customers": 0, "net_revenue_12m": Decimal(0)}
    a, b = (side.counts.get(tier, nobody) for side in (first, second))
    name = next(each.name for side in (second, first) for each in side.policy.tiers if each.slug == tier)
    return TierInRuns(tier, name, a["customers"], b["customers"], a["net_revenue_12m"], b["net_revenue_12m"])


def _elsewhere(session: Session, first: _Side, second: _Side) -> tuple[Elsewhere, ...]:
    a, b = (session.read(each.run.run_id, insight.TIER_ASSIGNMENT, as_of=each.as_of) for each in (first, second))
    rows = session.engine.fetch(count_elsewhere(a, b)).to_pylist()
    return tuple(
        Elsewhere(row["tier_a"], row["tier_b"], row["customers"])
        for row in sorted(rows, key=lambda row: (-row["customers"], row["tier_a"] or "", row["tier_b"] or ""))
    )


def _warnings(first: _Side, second: _Side) -> Iterator[Problem]:
    if first.past.currency != second.past.currency:
        text = _("the runs count in different currencies, {a} and {b}: amounts are not compared.")
        yield Problem(text, {"a": first.past.currency, "b": second.past.currency})
    if first.as_of != second.as_of:
        text = _("the runs are of different days, {a} and {b}: what differs may be the time between them.")
        yield Problem(text, {"a": first.as_of, "b": second.as_of})
