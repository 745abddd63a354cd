"""How do two runs differ? What they were made of, what became of the rows, how many customers stand in each tier, and who stands elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.run_comparison import ComparedRun, Elsewhere, RunsCompared, TierInRuns
from fenji.answers.run_list import RunRow
from fenji.answers.views import View
from fenji.domain.access import Right
from fenji.domain.runs import RunStatus
from fenji.language import message as _
from fenji.reports.beside import compared
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, Visit
from fenji.wording.quality import expected_words
from fenji.workflow.runs import list_runs
from fenji.workflow.runs_compared import compare_runs

PAGE = Page("/data/runs/compare", Entry.DATA, _("Two runs compared"), Right.FIGURES_READ, is_tab=False, has_scope=False)
MOST_RUNS = 200
"""Of which two can be chosen; an address may name any."""

router = APIRouter()

Row = Mapping[str, object]


@router.get(PAGE.address)
def compare(visit: Figures, *, a: str = "", b: str = "") -> Response:
    """Two runs side by side; where the address names fewer, the newest, and the one before it."""
    runs = [each for each in visit.read(lambda root: list_runs(root, limit=MOST_RUNS)).runs if _is_choosable(each)]
    second = b or next((each.run_id for each in runs if each.run_id != a), "")
    first = a or _before(second, [each.run_id for each in runs])
    return visit.page(PAGE, "pages/run_comparison.html", lambda: _made(visit, runs, first, second), beside=runs)


def _before(run_id: str, newest_first: Sequence[str]) -> str:
    """The run before one; of the first the newest; empty where there is no other."""
    older = newest_first[newest_first.index(run_id) + 1 :] if run_id in newest_first else newest_first
    return next((each for each in (*older, *newest_first) if each != run_id), "")


def _is_choosable(run: RunRow) -> bool:
    """Whether it decided tiers of its own, and can be read."""
    return run.status is RunStatus.PUBLISHED and run.command in ("run", "tiers")


def _made(visit: Visit, runs: list[RunRow], a: str, b: str) -> Row:
    chosen = {"runs": runs, "chosen": {"a": a, "b": b}}
    if not a or not b:
        return {**chosen, "found": None}
    found: RunsCompared = visit.read(lambda root: compare_runs(root, a, b))
    is_one_currency = found.a.currency == found.b.currency
    return {
        **chosen,
        "found": found,
        "is_one_currency": is_one_currency,
        "rows": _rows(found, visit),
        "tiers": [_tier(each, place, found, visit.view) for place, each in enumerate(found.tiers)],
        "all": _all(found, visit.view),
        "ways": [_way(each, found) for each in found.elsewhere],
        "at": {each.tier: {"name": each.name, "rank": place, "of": len(found.tiers)} for place, each in enumerate(found.tiers)},
    }


def _rows(found: RunsCompared, visit: Visit) -> list[Row]:
    a, b = found.a, found.b
    reasons = dict.fromkeys([*b.rejected, *a.rejected])
    told = [
        (visit.say(_("Rows in")), a.rows_in, b.rows_in),
        (visit.say(_("Kept")), a.kept, b.kept),
        *((expected_words(each, visit.language), a.rejected.get(each, 0), b.rejected.get(each, 0)) for each in reasons),
        (visit.say(_("Copies")), a.duplicates, b.duplicates),
    ]
    return [{"name": name, "a": x, "b": y, "change": y - x} for name, x, y in told]


def _tier(tier: TierInRuns, place: int, found: RunsCompared, view: View) -> Row:
    return {
        "tier": tier.tier,
        "name": tier.name,
        "rank": place,
        **_beside(tier.customers_a, tier.customers_b, view),
        **_amounts(tier, found, view, few=(tier.customers_a, tier.customers_b)),
        "list_a": {**_of(found.a), "tier": tier.tier},
        "list_b": {**_of(found.b), "tier": tier.tier},
    }


def _beside(a: int, b: int, view: View) -> Row:
    return {"a": view.count(a), "b": view.count(b), "change": compared(b, a, view).change}


def _amounts(tier: TierInRuns, found: RunsCompared, view: View, *, few: tuple[int, int]) -> Row:
    """Amounts of few customers are not told, nor what differs between two currencies."""
    a, b = (
        None if view.is_small(count) else amount
        for count, amount in zip(few, (tier.net_revenue_12m_a, tier.net_revenue_12m_b), strict=True)
    )
    is_told = a is not None and b is not None and found.a.currency == found.b.currency
    return {"revenue_a": a, "revenue_b": b, "revenue_change": b - a if is_told and a is not None and b is not None else None}


def _all(found: RunsCompared, view: View) -> Row:
    a, b = found.a, found.b
    is_told = a.currency == b.currency
    return {
        **_beside(a.customers, b.customers, view),
        "revenue_a": a.net_revenue_12m,
        "revenue_b": b.net_revenue_12m,
        "revenue_change": b.net_revenue_12m - a.net_revenue_12m if is_told else None,
        "list_a": {**_of(a), "standing": "in_tier"},
        "list_b": {**_of(b), "standing": "in_tier"},
    }


def _of(side: ComparedRun) -> dict[str, object]:
    return {"run": side.run.run_id, "as_of": side.run.as_of}


def _way(way: Elsewhere, found: RunsCompared) -> Row:
    """The list is one of the second run, as far as that knows the customers in a tier; else of the first."""
    here, there = (found.b, way.tier_b), (found.a, way.tier_a)
    if way.tier_b is None:
        here, there = there, here
    counted = f"elsewhere.{there[0].run.run_id}.{here[1] or ''}.{there[1] or ''}"
    return {"from": way.tier_a, "to": way.tier_b, "customers": way.customers, "list": {**_of(here[0]), "counted": counted}}
