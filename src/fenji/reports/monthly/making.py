"""How does a monthly report come about? From what the use-cases answer about one review, for one reader, in one language; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fenji.answers.views import OPEN, VIEWER
from fenji.domain.reporting import Audience, ReportChoices, ReportComparison, ReportSection
from fenji.errors import Conflict
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.monthly.asking import Asked
from fenji.reports.monthly.cells import marked
from fenji.reports.monthly.record import MonthlyReport, Section, Table
from fenji.reports.monthly.sections import data, flows, forecast, points, policy, risk, structure, summary, tiers, value
from fenji.workflow.reporting import report_setup
from fenji.workflow.tiers import tiers_at
from fenji.workspace.progress import Progress, silent

SECTIONS: Mapping[ReportSection, tuple[str, Callable[[Asked], Section]]] = {
    ReportSection.SUMMARY: (summary.TITLE, summary.summary),
    ReportSection.TIERS: (tiers.TITLE, tiers.tiers),
    ReportSection.FLOWS: (flows.TITLE, flows.flows),
    ReportSection.STRUCTURE: (structure.TITLE, structure.structure),
    ReportSection.VALUE: (value.TITLE, value.value),
    ReportSection.RISK: (risk.TITLE, risk.risk),
    ReportSection.FORECAST: (forecast.TITLE, forecast.forecast),
    ReportSection.POINTS: (points.TITLE, points.points),
    ReportSection.POLICY: (policy.TITLE, policy.policy),
    ReportSection.DATA: (data.TITLE, data.data),
}
"""Of each section its title, a message of the catalog, and what makes it."""

WHERE_TOLD: Mapping[ReportSection, Callable[[Asked], bool]] = {ReportSection.POINTS: points.is_told}
"""Sections that not every company has: whether they stand in a report for which nobody has chosen sections."""

VIEWS = {Audience.VIEWER: VIEWER, Audience.MANAGER: OPEN}
"""How much each reader sees."""

AUDIENCES = {Audience.VIEWER: _("everybody (customers masked)"), Audience.MANAGER: _("managers (customers shown)")}
"""What each is called."""


@dataclass(frozen=True)
class Wanted:
    """Which report somebody wants."""

    language: Language
    audience: Audience = Audience.VIEWER
    compare: ReportComparison = ReportComparison.MONTH
    as_of: date | None = None
    """The review; None: the last one."""
    policy: str | None = None
    """Where the workspace holds several."""


def make_report(root: Path, wanted: Wanted, *, now: datetime, progress: Progress = silent) -> MonthlyReport:
    """The report on one review.

    Within ``reading_only`` it is made of what is stored, and says of every analysis that is not how it is computed; else these are
    computed on the way.

    Args:
        root: the workspace.
        wanted: which review, compared with what, for whom, in which language.
        now: when it is made.
        progress: told about each section.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no tiers of that day.
        InvalidDocument: report.yaml cannot be used; all problems at once.
        Conflict: a run was published while it was made.
    """
    setup = report_setup(root)
    asked = Asked(root, Reader(wanted.language, VIEWS[wanted.audience]), wanted.compare, wanted.as_of, wanted.policy)
    names = setup.choices.sections or [name for name in SECTIONS if name not in WHERE_TOLD or WHERE_TOLD[name](asked)]
    sections: list[Section] = []
    for place, name in enumerate(names):
        title, make = SECTIONS[name]
        progress(title, place, len(names))
        made = make(asked)
        blocks = tuple(marked(each) if isinstance(each, Table) else each for each in made.blocks)
        sections.append(replace(made, blocks=blocks, own_texts=_own(setup.choices, name, wanted.language)))
    progress(SECTIONS[names[-1]][0], len(names), len(names))
    found = asked.tiers
    if tiers_at(root, as_of=wanted.as_of, policy=wanted.policy).run_id != found.run_id:
        raise Conflict.of(_("a run was published while the report was made."), advice=_("Make it again."))
    before, say = asked.earlier(ReportComparison.MONTH), asked.say
    opens_on = None if before is None else before + timedelta(days=1)
    return MonthlyReport(
        language=wanted.language,
        title=say(_("Monthly report on customer tiers")),
        company="" if setup.choices.company is None else say.name(setup.choices.company),
        logo=setup.logo,
        as_of=found.as_of,
        opens_on=opens_on,
        compared_on=asked.compared_on,
        policy=found.policy,
        version=found.version,
        run_id=found.run_id,
        currency=found.currency,
        audience=wanted.audience,
        made_for="" if setup.choices.made_for is None else say.name(setup.choices.made_for),
        made_at=now.astimezone(UTC),
        period_line=_period_line(asked, opens_on),
        foot_line=say(
            _("Run {run} · policy {policy} version {version}"), run=found.run_id, policy=found.policy, version=found.version
        ),
        source_title=say(_("Source")),
        source=_source(asked, wanted, now),
        sections=tuple(sections),
    )


def _own(choices: ReportChoices, name: ReportSection, language: Language) -> tuple[str, ...]:
    return tuple(each.in_language(language) for each in choices.texts.get(name, ()))


def _period_line(asked: Asked, opens_on: date | None) -> str:
    say, found = asked.say, asked.tiers
    period = found.as_of.isoformat() if opens_on is None else f"{opens_on} – {found.as_of}"
    scope = say(_("policy {policy} version {version} · all customers in tiers"), policy=found.policy, version=found.version)
    if asked.compared_on is None:
        return say(_("{period} · nothing to compare with · {scope}"), period=period, scope=scope)
    return say(_("{period} · compared with {earlier} · {scope}"), period=period, earlier=asked.compared_on, scope=scope)


def _source(asked: Asked, wanted: Wanted, now: datetime) -> tuple[tuple[str, str], ...]:
    say, found = asked.say, asked.tiers
    compared = say(_("no earlier review is kept")) if asked.compared_on is None else asked.compared_on.isoformat()
    pairs = (
        (_("Review"), found.as_of.isoformat()),
        (_("Compared with"), compared),
        (_("Policy"), say(_("{policy} version {version}"), policy=found.policy, version=found.version)),
        (_("Run"), found.run_id),
        (_("Scope"), say(_("all customers who stand in a tier: {customers}"), customers=say.told_count(found.customers))),
        (_("Currency"), found.currency),
        (_("Made for"), translate(AUDIENCES[wanted.audience], wanted.language)),
        (_("Made at"), now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")),
    )
    return tuple((say(name), text) for name, text in pairs)
