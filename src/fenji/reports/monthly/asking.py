"""What do the use-cases answer about the review of a report? Each is asked once, when a section first needs it; what is not there says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from fenji.answers.churn import ChurnResult
from fenji.answers.forecast import ForecastResult
from fenji.answers.history import HistoryResult
from fenji.answers.moves import MovesResult
from fenji.answers.policies import OverridesResult, PolicyResult, VersionsResult
from fenji.answers.priority import PriorityResult
from fenji.answers.run_list import RunDetail
from fenji.answers.runs import QualityResult
from fenji.answers.structure import Part, StructureResult
from fenji.answers.tiers import TiersResult
from fenji.answers.value import ValueResult
from fenji.domain.reporting import ReportComparison
from fenji.domain.runs import RunStatus
from fenji.domain.steps import Step
from fenji.errors import FenjiError, Kind, NotStored
from fenji.language import message as _
from fenji.reports.beside import Beside, tiers_beside
from fenji.reports.charts.of_answers.parts import Reader
from fenji.workflow.churn import churn_at
from fenji.workflow.forecast import MOST_REVIEWS as MOST_AHEAD
from fenji.workflow.forecast import forecast_at
from fenji.workflow.history import MOST_REVIEWS, USUAL_REVIEWS, tier_history
from fenji.workflow.moves import moves_between
from fenji.workflow.overrides import list_overrides
from fenji.workflow.policies import policy_of_run
from fenji.workflow.priority import priority_at
from fenji.workflow.publishing import list_versions
from fenji.workflow.quality import report_quality
from fenji.workflow.runs import list_runs, run_at
from fenji.workflow.structure import structure_of
from fenji.workflow.tiers import tiers_at
from fenji.workflow.value import value_at
from fenji.workspace.opening import reading_only
from fenji.workspace.past_run import RUNS_SEARCHED

TOP = 20
"""Customers who are listed."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class NotThere:
    """Why there is no answer, in the reader's language."""

    sentence: str
    advice: str = ""


@dataclass(frozen=True)
class Asked:
    """All answers about one review. Those of analyses are read where they are stored; nothing is computed within ``reading_only``."""

    root: Path
    say: Reader
    compare: ReportComparison
    day: date | None = None
    """The review that was asked for; None: the last one."""
    policy: str | None = None

    @cached_property
    def tiers(self) -> TiersResult:
        """The tiers of the review, without which there is no report; raises as ``tiers_at``."""
        return tiers_at(self.root, as_of=self.day, policy=self.policy)

    @cached_property
    def history(self) -> HistoryResult | NotThere:
        """The reviews up to this one, which must be the tiers of this report: of a run that read other data they are not."""
        found = self.ask(lambda: tier_history(self.root, as_of=self.tiers.as_of, reviews=MOST_REVIEWS))
        if isinstance(found, NotThere):
            return found
        if (found.as_of, found.policy) != (self.tiers.as_of, self.tiers.policy):
            return NotThere(self.say(_("The reviews that are kept are those of another policy or day.")))
        last = {each.tier: (each.customers, each.net_revenue_12m) for each in found.reviews[-1].tiers}
        if last != {each.tier: (each.customers, each.net_revenue_12m) for each in self.tiers.tiers}:
            return NotThere(
                self.say(_("The reviews that are kept are those of an older run, which read other data.")),
                self.say(Step.DECIDE_HISTORY),
            )
        return found

    @property
    def shown(self) -> HistoryResult | NotThere:
        """The newest of them, as many as a chart shows."""
        past = self.history
        if isinstance(past, NotThere):
            return past
        return replace(past, reviews=past.reviews[-USUAL_REVIEWS:], flows=past.flows[-USUAL_REVIEWS:])

    def earlier(self, compare: ReportComparison) -> date | None:
        """The review before, or that of the same month a year before; None where it is not kept."""
        past = [] if isinstance(self.history, NotThere) else [each.as_of for each in self.history.reviews[:-1]]
        if compare is ReportComparison.MONTH:
            return past[-1] if past else None
        as_of = self.tiers.as_of
        same = [each for each in past if (each.year, each.month) == (as_of.year - 1, as_of.month)]
        return min(same, key=lambda each: abs(each.day - as_of.day)) if same else None

    @property
    def compared_on(self) -> date | None:
        """The review that the report compares with."""
        return self.earlier(self.compare)

    def beside(self, compare: ReportComparison) -> dict[str, Beside]:
        """Each tier beside an earlier review, the empty text all together; empty where that is not kept."""
        then_on = self.earlier(compare)
        if then_on is None or isinstance(self.history, NotThere):
            return {}
        return tiers_beside(self.history, then_on, self.say.view, shown=USUAL_REVIEWS)

    @cached_property
    def moves(self) -> MovesResult | NotThere:
        """Who moved since the review that is compared with."""
        then_on = self.compared_on
        if isinstance(self.history, NotThere):
            return self.history
        if then_on is None:
            return self.nothing_earlier()
        run_id = self.history.run_id
        return self.ask(
            lambda: moves_between(self.root, earlier_on=then_on, as_of=self.tiers.as_of, run_id=run_id, is_brief=True)
        )

    def nothing_earlier(self) -> NotThere:
        """Why nothing is compared."""
        if self.compare is ReportComparison.YEAR and self.earlier(ReportComparison.MONTH) is not None:
            return NotThere(self.say(_("The review of a year before is not kept, so nothing can be compared with it.")))
        return NotThere(
            self.say(_("Only one review is kept, so nobody can have moved yet.")),
            self.say(Step.DECIDE_HISTORY),
        )

    @cached_property
    def analyses(self) -> Analyses:
        """What was analyzed of these tiers."""
        return Analyses(self)

    @cached_property
    def grounds(self) -> Grounds:
        """On what these tiers rest."""
        return Grounds(self)

    def ask(self, make: Callable[[], Answer]) -> Answer | NotThere:
        """An answer, or why there is none; a bug stays one."""
        try:
            return make()
        except NotStored as missing:
            return self._not_computed(missing)
        except FenjiError as failed:
            if failed.kind is Kind.BUG:
                raise
            problems = [self.say.view.problem(each) for each in failed.problems]
            language = self.say.language
            told = " ".join(each.what(language) for each in problems)
            return NotThere(told[:1].upper() + told[1:], " ".join(each.what_to_do(language) for each in problems))

    def _not_computed(self, missing: NotStored) -> NotThere:
        values = missing.problems[0].values
        command, day = values["command"], values["day"] or self.tiers.as_of
        return NotThere(
            self.say(_("This has not been computed yet for {day}."), day=day),
            self.say(_("Compute it with: fenji {command}"), command=f"{command} --as-of {day}"),
        )


@dataclass(frozen=True)
class Analyses:
    """What was analyzed of the tiers of a review."""

    asked: Asked

    def composition(self, by: str) -> StructureResult | NotThere:
        """Who the customers are."""
        return self._structure(Part.COMPOSITION, by)

    def products(self, by: str) -> StructureResult | NotThere:
        """What they buy, or by which channel."""
        return self._structure(Part.PRODUCTS, by)

    @cached_property
    def concentration(self) -> StructureResult | NotThere:
        """On how few customers the revenue rests."""
        return self._structure(Part.CONCENTRATION)

    def _structure(self, part: Part, by: str | None = None) -> StructureResult | NotThere:
        return self.asked.ask(
            lambda: structure_of(self.asked.root, part, as_of=self.asked.tiers.as_of, run_id=self.asked.tiers.run_id, by=by)
        )

    @cached_property
    def value(self) -> ValueResult | NotThere:
        """What customers are worth."""
        return self.asked.ask(
            lambda: value_at(self.asked.root, as_of=self.asked.tiers.as_of, policy=self.asked.tiers.policy, top=0)
        )

    @cached_property
    def priority(self) -> PriorityResult | NotThere:
        """Whom to serve first."""
        return self.asked.ask(
            lambda: priority_at(self.asked.root, as_of=self.asked.tiers.as_of, policy=self.asked.tiers.policy, top=TOP)
        )

    @cached_property
    def churn(self) -> ChurnResult | NotThere:
        """Who may leave."""
        return self.asked.ask(
            lambda: churn_at(self.asked.root, as_of=self.asked.tiers.as_of, policy=self.asked.tiers.policy, top=0)
        )

    @cached_property
    def forecast(self) -> ForecastResult | NotThere:
        """The coming reviews."""
        if isinstance(self.asked.history, NotThere):
            return self.asked.history
        run_id = self.asked.history.run_id
        found = self.asked.ask(lambda: forecast_at(self.asked.root, run_id=run_id))
        if isinstance(found, ForecastResult) and found.as_of != self.asked.tiers.as_of:
            text = _("A forecast leads on from the last review that is kept ({day}), not from this one.")
            return NotThere(self.asked.say(text, day=found.as_of))
        return found

    @cached_property
    def last_forecast(self) -> ForecastResult | NotThere:
        """The newest forecast that an earlier review made of this one; only a stored one, whatever may be computed now."""
        nothing = NotThere(
            self.asked.say(_("No forecast of this review is stored from an earlier one, so nothing can be compared.")),
            self.asked.say(_("Forecast after every review; the next report compares.")),
        )
        with reading_only():
            for run_id in self._forecasts_before():
                found = self.asked.ask(partial(forecast_at, self.asked.root, reviews=MOST_AHEAD, run_id=run_id))
                if isinstance(found, ForecastResult) and self._is_of_this(found):
                    return found
        return nothing

    def _forecasts_before(self) -> list[str]:
        """The runs whose reviews were forecast from before this one, the latest first."""
        runs = self.asked.ask(lambda: list_runs(self.asked.root, limit=RUNS_SEARCHED))
        if isinstance(runs, NotThere):
            return []
        made = [
            (each.as_of, each.base_run_id)
            for each in runs.runs
            if each.command == "forecast"
            and each.status is RunStatus.PUBLISHED
            and each.as_of is not None
            and each.as_of < self.asked.tiers.as_of
            and each.base_run_id is not None
        ]
        return list(dict.fromkeys(base for _day, base in sorted(made, reverse=True)))

    def _is_of_this(self, found: ForecastResult) -> bool:
        is_before = found.as_of < self.asked.tiers.as_of and found.policy == self.asked.tiers.policy
        return is_before and any(each.review_on == self.asked.tiers.as_of for each in found.tiers)


@dataclass(frozen=True)
class Grounds:
    """On what the tiers of a review rest: rules, overrides, data."""

    asked: Asked

    @cached_property
    def rules(self) -> PolicyResult | NotThere:
        """The policy that the tiers followed."""
        return self.asked.ask(lambda: policy_of_run(self.asked.root, self.asked.tiers.run_id, as_of=self.asked.tiers.as_of))

    @cached_property
    def versions(self) -> VersionsResult | NotThere:
        """Every version of every policy."""
        return self.asked.ask(lambda: list_versions(self.asked.root))

    @cached_property
    def overrides(self) -> OverridesResult | NotThere:
        """Every override."""
        return self.asked.ask(lambda: list_overrides(self.asked.root))

    @cached_property
    def run(self) -> RunDetail | NotThere:
        """The run of the tiers."""
        return self.asked.ask(lambda: run_at(self.asked.root, self.asked.tiers.run_id))

    @cached_property
    def collected(self) -> RunDetail | NotThere:
        """The run that read the data on which the tiers stand."""
        found = self.run
        while isinstance(found, RunDetail) and found.run.base_run_id is not None:
            base = found.run.base_run_id
            found = self.asked.ask(partial(run_at, self.asked.root, base))
        return found

    @cached_property
    def quality(self) -> QualityResult | NotThere:
        """What became of every row."""
        found = self.collected
        if isinstance(found, NotThere):
            return found
        run_id = found.run.run_id
        return self.asked.ask(lambda: report_quality(self.asked.root, run_id=run_id))
