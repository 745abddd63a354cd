"""What do other thresholds change, while somebody moves them, and who stands behind each number? Read only; nobody is moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.reviews.tiers import tiered_panel
from fenji.analyze.rules.bands import BELOW, NO_VALUE, Cut
from fenji.analyze.whatif.alike import metrics_asked
from fenji.analyze.whatif.cells import count_bars
from fenji.analyze.whatif.comparing import Direction, direction_of
from fenji.analyze.whatif.cuts import cuts_of, with_cuts
from fenji.analyze.whatif.steps import bars_of, is_logarithmic
from fenji.answers.trying import (
    Bar,
    CountedOn,
    Histogram,
    MetricSteps,
    TriedCustomer,
    TriedList,
    TriedThreshold,
    TryResult,
)
from fenji.choices import EngineName
from fenji.documents.policies import policy_from_text
from fenji.domain.conditions import Comparison
from fenji.domain.metrics import REVENUE, Unit
from fenji.domain.policies import SCORE, Policy
from fenji.domain.words import Spoken, Words
from fenji.errors import InvalidArgument, NotFound, unknown_name
from fenji.language import message as _
from fenji.wording.rules import sentence
from fenji.wording.trials import counted_sentence
from fenji.workflow.trying_trial import Trial
from fenji.workspace.compared import compared_policy
from fenji.workspace.customers import ids_of
from fenji.workspace.drafting import name_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.benefits import cost_of_change
from fenji.workspace.opening import open_question
from fenji.workspace.paging import SORTED_BY, Cursor, Sort, fingerprint, not_ours, rows_after
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session
from fenji.workspace.trying import Tried, tried_at

MOST_ROWS = 200
"""Rows of one page of a list."""
_KEY = "customer_key"


@dataclass(frozen=True, kw_only=True)
class Tries:
    """Which policy is tried: the one in force, a text or a draft, each with other numbers in some places."""

    policy: str | None = None
    """The one in force with which it is compared; None: the one that the last run followed."""
    cuts: Mapping[str, Decimal] | None = None
    """By the keys of ``analyze.whatif.cuts``."""
    text: str | None = None
    """Of another policy."""
    draft_id: int | None = None
    """Of a draft."""
    as_of: date | None = None
    """The review; None: that of the last run."""


def try_cuts(
    root: Path,
    tries: Tries,
    *,
    metric: str | None = None,
    with_steps: bool = True,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> TryResult:
    """What a policy would change with other thresholds, as at a first review: what ``whatif_of`` counts, to the customer and the cent.

    Counted on cells where they can tell, else on the metrics of every customer.

    Args:
        root: the workspace.
        tries: what is tried.
        metric: by which the histogram counts; None: the first one that the rules compare.
        with_steps: whether the steps of every slider are wanted.
        engine: None: the one of the settings.
        progress: told about each step, where something must be computed first.

    Raises:
        NotFound: no workspace, policy, draft or metric of that name, or nothing has been run yet.
        NotStored: the review has not been decided or counted yet, and the session only reads.
        InvalidDocument: the text is no policy.
        InvalidArgument: the policy has no such place, or the rules do not compare that metric.
        InvalidInput: it names columns of customers that are not there; all of them at once.
    """
    with _opened(root, tries, engine=engine, progress=progress) as trial:
        histogram = _histogram(trial, metric)
        sides = compared_policy(trial.comparison.current, trial.voice), compared_policy(trial.comparison.new, trial.voice)
        tried = trial.tried
        return TryResult(
            run_id=trial.tried.run.run_id,
            as_of=trial.tried.as_of,
            currency=trial.tried.currency,
            comparison=trial.comparison,
            counted_on=CountedOn.PANEL if trial.because else CountedOn.CELLS,
            because=trial.because,
            sentence=Spoken(partial(counted_sentence, trial.because, trial.comparison.customers)),
            current=sides[0],
            new=sides[1],
            benefit_cost=cost_of_change(
                trial.session.workspace, tried.current.slug, sides[0].tiers, sides[1].tiers, on=tried.as_of
            ),
            thresholds=_thresholds(trial),
            metrics=_metrics(trial) if with_steps else (),
            histogram=histogram,
        )


def trial_list(
    root: Path,
    tries: Tries,
    *,
    from_tier: str | None = None,
    to_tier: str | None = None,
    direction: Direction | None = None,
    limit: int = 50,
    after: str | None = None,
    engine: EngineName | None = None,
) -> TriedList:
    """The customers behind a number of a trial: of one cell of the matrix, of one tier, of all who move; the largest revenue first.

    Args:
        root: the workspace.
        tries: what is tried.
        from_tier: where they stand under the policy in force; None: anywhere.
        to_tier: where they would stand; None: anywhere.
        direction: which way they would go; None: any, who stays included.
        limit: rows of the page, 1 to ``MOST_ROWS``.
        after: where the page before ended.
        engine: None: the one of the settings.

    Raises:
        NotFound, NotStored, InvalidDocument, InvalidInput: as ``try_cuts``.
        InvalidArgument: as ``try_cuts``, or a page or cursor that cannot be.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidArgument.of(_("a page has 1 to {most} rows, not {limit}."), most=MOST_ROWS, limit=limit)
    with _opened(root, tries, engine=engine, progress=silent) as trial:
        chosen = _chosen(trial, from_tier, to_tier, direction)
        session, tried = trial.session, trial.tried
        (total,) = session.engine.fetch(chosen.aggregate(count=chosen.count(), revenue=chosen[REVENUE].sum())).to_pylist()
        sort = Sort(REVENUE, is_descending=True)
        ordered = chosen.mutate(**{SORTED_BY: chosen[REVENUE]})
        mark = fingerprint(tried.run.run_id, tried.as_of, trial.new, from_tier, to_tier, direction)
        if after is not None:
            ended = session.engine.fetch(ordered.filter(ordered[_KEY] == Cursor.of(after, mark).customer_key)).to_pylist()
            if not ended:
                raise not_ours()
            ordered = rows_after(ordered, sort, ended[0])
        page = session.engine.fetch(ordered.order_by(sort.order(ordered)).limit(limit + 1)).to_pylist()
        rows = page[:limit]
        return TriedList(
            run_id=tried.run.run_id,
            as_of=tried.as_of,
            policy=tried.current.slug,
            version=tried.current.version,
            currency=tried.currency,
            from_tier=from_tier,
            to_tier=to_tier,
            direction=direction,
            count=int(total["count"]),
            net_revenue_12m=Decimal(str(total["revenue"] or 0)),
            rows=_customers(trial, rows),
            after=str(Cursor(mark, rows[-1][_KEY])) if len(page) > limit else None,
        )


@contextmanager
def _opened(root: Path, tries: Tries, *, engine: EngineName | None, progress: Progress) -> Iterator[Trial]:
    workspace = open_workspace(root)
    with open_question(workspace, engine=engine) as session:
        tried = tried_at(session, tries.policy, as_of=tries.as_of, progress=progress)
        base = _base(session, tried, tries)
        yield Trial(session, tried, base, with_cuts(base, tries.cuts or {}))


def _base(session: Session, tried: Tried, tries: Tries) -> Policy:
    """The policy whose numbers are moved."""
    text, name = tries.text, "text"
    if tries.draft_id is not None:
        with session.state.reading() as t:
            text, name = t.drafts.get(tries.draft_id).text, name_of(tries.draft_id)
    if text is None:
        return tried.current
    written = text
    return session.memory.recall(("policy text", written), lambda: policy_from_text(written, name))


def _thresholds(trial: Trial) -> tuple[TriedThreshold, ...]:
    current = {each.key: each.condition for each in cuts_of(trial.tried.current)}

    def before(key: str, now: Comparison) -> Decimal | None:
        then = current.get(key)
        return then.number if then and (then.metric, then.operator) == (now.metric, now.operator) else None

    return tuple(
        TriedThreshold(
            each.key,
            each.part,
            each.tier,
            each.condition.metric,
            each.condition.operator.value,
            each.condition.number,
            before(each.key, each.condition),
            trial.voice.say(sentence, each.condition),
        )
        for each in cuts_of(trial.new)
    )


def _metrics(trial: Trial) -> tuple[MetricSteps, ...]:
    found = []
    for slug in trial.compared:
        steps, metric = trial.steps(slug), trial.known.get(slug)
        name = metric.name if metric else Words("加权评分" if slug == SCORE else slug, slug)
        found.append(MetricSteps(slug, name, metric.unit if metric else Unit.SCORE, is_logarithmic(steps), steps))
    return tuple(found)


def _histogram(trial: Trial, metric: str | None) -> Histogram | None:
    """Customers by a metric and by the tier in which they would stand."""
    known = [slug for slug in trial.compared if slug in trial.known]
    if metric is not None and metric not in known:
        raise InvalidArgument.of(
            _("the rules compare no metric {metric}."),
            advice=_("Choose one of: {known}"),
            metric=metric,
            known=", ".join(known),
        )
    slug = metric or next(iter(known), None)
    if slug is None:
        return None
    side = trial.tried.cuts[slug][0][1] if slug in trial.tried.cuts else False
    edges = tuple((number, side) for number in bars_of(trial.steps(slug)))
    by_cells = trial.by_cells
    counted = _counted_bars(trial, slug, edges) if by_cells is None else by_cells.by_tier(slug, edges).tolist()
    lows = [None, *(number for number, _is_beyond in edges)]
    highs = [*lows[1:], None]
    bars = [_bar(trial.new, low, high, counts) for low, high, counts in zip(lows, highs, counted[BELOW:], strict=True)]
    return Histogram(slug, not side, tuple(bars), _bar(trial.new, None, None, counted[NO_VALUE]))


def _counted_bars(trial: Trial, metric: str, edges: Sequence[Cut]) -> list[list[int]]:
    placed = tiered_panel(trial.panel, trial.customer, policy=trial.new, as_of=trial.tried.as_of)
    counted = [[0] * len(trial.new.tiers) for _edge in range(len(edges) + 2)]
    for row in trial.session.engine.fetch(count_bars(placed, metric, edges)).to_pylist():
        counted[row["bar"]][trial.new.rank_of(row["tier"])] = row["customers"]
    return counted


def _bar(policy: Policy, low: Decimal | None, high: Decimal | None, counts: Sequence[int]) -> Bar:
    tiers = zip(policy.tiers, counts, strict=True)
    return Bar(low, high, int(sum(counts)), {tier.slug: int(count) for tier, count in tiers if count})


def _chosen(trial: Trial, from_tier: str | None, to_tier: str | None, direction: Direction | None) -> ir.Table:
    """Everybody who is asked for: customer_key, from_tier, to_tier, net_revenue_12m and the metrics of the policies."""
    now = tiered_panel(trial.panel, trial.customer, policy=trial.tried.current, as_of=trial.tried.as_of)
    now = now.select(*trial.panel.columns, from_tier=now.tier)
    then = tiered_panel(now, trial.customer, policy=trial.new, as_of=trial.tried.as_of)
    found = then.select(_KEY, *metrics_asked(trial.policies), from_tier=then.from_tier, to_tier=then.tier)
    _check_tiers(trial, from_tier, to_tier)
    pairs = [
        (old.slug, young.slug)
        for old in trial.tried.current.tiers
        for young in trial.new.tiers
        if from_tier in (None, old.slug)
        and to_tier in (None, young.slug)
        and direction in (None, direction_of(old.slug, young.slug, current=trial.tried.current, new=trial.new))
    ]
    meets = [(found.from_tier == old) & (found.to_tier == young) for old, young in pairs]
    found = found.filter(ibis.or_(*meets)) if meets else found.limit(0)
    return found.mutate(**{REVENUE: found[REVENUE].fill_null(0)})


def _check_tiers(trial: Trial, from_tier: str | None, to_tier: str | None) -> None:
    asked = ((from_tier, trial.tried.current), (to_tier, trial.new))
    known = [(text, [tier.slug for tier in policy.tiers]) for text, policy in asked if text is not None]
    NotFound.raise_if(unknown_name(_("tier"), text, slugs) for text, slugs in known if text not in slugs)


def _customers(trial: Trial, rows: Sequence[Mapping[str, Any]]) -> tuple[TriedCustomer, ...]:
    """Rows of ``chosen`` with the company's own ids."""
    ids = ids_of(trial.session, trial.customer, [each[_KEY] for each in rows]) if rows else {}
    named = metrics_asked(trial.policies)
    return tuple(
        TriedCustomer(
            each[_KEY],
            ids[each[_KEY]],
            each["from_tier"],
            each["to_tier"],
            each[REVENUE],
            {slug: each[slug] for slug in named},
        )
        for each in rows
    )
