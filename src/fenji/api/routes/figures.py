"""Counts, sums and shares: tiers, movements, structure, models and what they say. Answered from published runs only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.baskets import RulesResult
from fenji.answers.churn import ChurnResult, PropensityResult
from fenji.answers.forecast import ForecastResult, TrendResult
from fenji.answers.history import HistoryResult
from fenji.answers.moves import MovesResult
from fenji.answers.priority import PriorityResult
from fenji.answers.recommend import RecommendResult
from fenji.answers.runs import QualityResult
from fenji.answers.segments import SegmentsResult
from fenji.answers.serving import WorkspaceResult
from fenji.answers.structure import Part, StructureResult
from fenji.answers.tiers import TiersResult
from fenji.answers.value import ValueResult
from fenji.api.asking import Figures
from fenji.api.parameters import MOST_TEXT, AboutKey, AsOf, By, EarlierOn, Policy, RunId, Top, Where, customer_text
from fenji.api.routes.describing import answered_by
from fenji.domain.basket_rules import ItemKind
from fenji.domain.trends import GroupBy, Measure
from fenji.workflow.baskets import RuleOrder, rules_at
from fenji.workflow.churn import churn_at, propensity_at
from fenji.workflow.forecast import forecast_at
from fenji.workflow.history import MOST_REVIEWS, USUAL_REVIEWS, tier_history
from fenji.workflow.moves import moves_between
from fenji.workflow.priority import priority_at
from fenji.workflow.quality import report_quality
from fenji.workflow.recommend import recommend_at
from fenji.workflow.segments import segments_at
from fenji.workflow.structure import structure_of
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workflow.trends import trend_at
from fenji.workflow.value import value_at
from fenji.workflow.workspace_now import workspace_now

router = APIRouter(tags=["figures"])

Product = Annotated[str | None, Query(description="A product's id.", max_length=MOST_TEXT)]
Tier = Annotated[str | None, Query(description="A tier's name.", max_length=64)]


@router.get("/workspace", summary="What is served here, and how new it is", **answered_by(WorkspaceResult, is_stored=True))
def workspace(asking: Figures) -> Response:
    """Language, currency, the newest run and the reviews that it keeps."""
    return asking.stored(workspace_now)


@router.get(
    "/tiers", summary="How many customers stand in each tier, and what they bring", **answered_by(TiersResult, is_stored=True)
)
def tiers(
    asking: Figures, *, as_of: AsOf = None, by: By = None, where: Where = (), policy: Policy = None, run_id: RunId = None
) -> Response:
    """Counts and shares of each tier at a review."""
    if run_id is not None:
        return asking.stored(lambda root: tiers_of_run(root, run_id, as_of=as_of, by=by, where=where))
    return asking.stored(lambda root: tiers_at(root, as_of=as_of, by=by, where=where, policy=policy))


@router.get(
    "/moves", summary="Who moved between two reviews: flows, causes and cohorts", **answered_by(MovesResult, is_stored=True)
)
def moves(
    asking: Figures, *, earlier_on: EarlierOn = None, as_of: AsOf = None, where: Where = (), run_id: RunId = None
) -> Response:
    """Opening, in, out and closing of each tier, every pair of tiers, causes, stays and cohorts."""
    return asking.stored(lambda root: moves_between(root, earlier_on=earlier_on, as_of=as_of, where=where, run_id=run_id))


@router.get(
    "/history", summary="How many customers stood in each tier, review by review", **answered_by(HistoryResult, is_stored=True)
)
def history(
    asking: Figures,
    *,
    as_of: AsOf = None,
    reviews: Annotated[int, Query(description="Reviews, the newest ones.", ge=1, le=MOST_REVIEWS)] = USUAL_REVIEWS,
    run_id: RunId = None,
) -> Response:
    """Customers and revenue of each tier at the reviews so far."""
    return asking.stored(lambda root: tier_history(root, as_of=as_of, reviews=reviews, run_id=run_id))


@router.get("/structure/{part}", summary="What lies behind the counts of tiers", **answered_by(StructureResult, is_stored=True))
def structure(
    asking: Figures,
    *,
    part: Part,
    by: By = None,
    as_of: AsOf = None,
    where: Where = (),
    run_id: RunId = None,
    policy: Policy = None,
) -> Response:
    """Profile, composition, products, concentration or habits of the tiers."""
    return asking.stored(lambda root: structure_of(root, part, by=by, as_of=as_of, where=where, run_id=run_id, policy=policy))


@router.get("/forecast", summary="Expected tiers of the next reviews", **answered_by(ForecastResult, is_stored=True))
def forecast(
    asking: Figures, *, reviews: Annotated[int, Query(description="Reviews ahead.", ge=1, le=12)] = 6, run_id: RunId = None
) -> Response:
    """Expected counts with intervals, and how well the model did before."""
    return asking.stored(lambda root: forecast_at(root, reviews=reviews, run_id=run_id))


@router.get(
    "/trends/{measure}",
    summary="A number of the business by month, and what is to be expected of it",
    **answered_by(TrendResult, is_stored=True),
)
def trends(
    asking: Figures,
    *,
    measure: Measure,
    by: Annotated[GroupBy, Query(description="One series for each.")] = GroupBy.ALL,
    months: Annotated[int, Query(description="Months ahead.", ge=1, le=24)] = 12,
    as_of: AsOf = None,
    policy: Policy = None,
) -> Response:
    """Past months, expected months with intervals, and the model that was chosen."""
    return asking.stored(lambda root: trend_at(root, measure=measure, by=by, months=months, as_of=as_of, policy=policy))


@router.get(
    "/value", summary="What customers are worth and may be worth", **answered_by(ValueResult, is_stored=True, is_personal=True)
)
def value(
    asking: Figures,
    *,
    customer_key: AboutKey = None,
    top: Top = 10,
    as_of: AsOf = None,
    where: Where = (),
    policy: Policy = None,
    run_id: RunId = None,
) -> Response:
    """Current value and potential, the models behind them, and how they did before."""
    about = customer_text(customer_key)
    return asking.stored(
        lambda root: value_at(root, as_of=as_of, customer=about, top=top, where=where, policy=policy, run_id=run_id)
    )


@router.get("/priority", summary="Who deserves attention first", **answered_by(PriorityResult, is_stored=True, is_personal=True))
def priority(
    asking: Figures,
    *,
    customer_key: AboutKey = None,
    top: Top = 10,
    as_of: AsOf = None,
    policy: Policy = None,
    run_id: RunId = None,
) -> Response:
    """The ranking, its parts and weights, and the lists that follow from it."""
    about = customer_text(customer_key)
    return asking.stored(lambda root: priority_at(root, as_of=as_of, customer=about, top=top, policy=policy, run_id=run_id))


@router.get("/segments", summary="Groups found in the data", **answered_by(SegmentsResult, is_stored=True, is_personal=True))
def segments(
    asking: Figures, *, customer_key: AboutKey = None, as_of: AsOf = None, policy: Policy = None, run_id: RunId = None
) -> Response:
    """RFM cells, clusters, trees, and the cuts behind them."""
    about = customer_text(customer_key)
    return asking.stored(lambda root: segments_at(root, as_of=as_of, customer=about, policy=policy, run_id=run_id))


@router.get(
    "/churn", summary="Who is about to leave, and for what reason", **answered_by(ChurnResult, is_stored=True, is_personal=True)
)
def churn(
    asking: Figures,
    *,
    customer_key: AboutKey = None,
    top: Top = 20,
    as_of: AsOf = None,
    policy: Policy = None,
    run_id: RunId = None,
) -> Response:
    """Risk by tier, drivers, the model's record, and those at risk."""
    about = customer_text(customer_key)
    return asking.stored(lambda root: churn_at(root, as_of=as_of, customer=about, top=top, policy=policy, run_id=run_id))


@router.get(
    "/propensity", summary="Who is likely to buy again soon", **answered_by(PropensityResult, is_stored=True, is_personal=True)
)
def propensity(
    asking: Figures,
    *,
    customer_key: AboutKey = None,
    top: Top = 20,
    as_of: AsOf = None,
    policy: Policy = None,
    run_id: RunId = None,
) -> Response:
    """The probability of an order in the next period, and the model's record."""
    about = customer_text(customer_key)
    return asking.stored(lambda root: propensity_at(root, as_of=as_of, customer=about, top=top, policy=policy, run_id=run_id))


@router.get("/rules", summary="What is bought together", **answered_by(RulesResult, is_stored=True))
def rules(
    asking: Figures,
    *,
    item_kind: Annotated[ItemKind | None, Query(description="Products or categories.")] = None,
    tier: Tier = None,
    product: Product = None,
    order: Annotated[RuleOrder | None, Query(description="What comes first.")] = None,
    top: Top = 20,
    as_of: AsOf = None,
    policy: Policy = None,
    run_id: RunId = None,
) -> Response:
    """Rules with support, confidence and lift."""
    return asking.stored(
        lambda root: rules_at(
            root, as_of=as_of, policy=policy, run_id=run_id, item_kind=item_kind, tier=tier, product=product, order=order, top=top
        )
    )


@router.get("/recommendations", summary="What to offer next", **answered_by(RecommendResult, is_stored=True, is_personal=True))
def recommendations(
    asking: Figures,
    *,
    customer_key: AboutKey = None,
    product: Product = None,
    tier: Tier = None,
    top: Top = 20,
    as_of: AsOf = None,
    policy: Policy = None,
) -> Response:
    """Offers for a customer, a product's audience, or the whole base, and how well they would have done."""
    about = customer_text(customer_key)
    return asking.stored(
        lambda root: recommend_at(root, as_of=as_of, policy=policy, customer=about, product=product, tier=tier, top=top)
    )


@router.get("/quality", summary="What became of every row that came in", **answered_by(QualityResult, is_stored=True))
def quality(asking: Figures, *, run_id: RunId = None) -> Response:
    """Rows in = kept + rejected + duplicate, by source and reason."""
    return asking.stored(lambda root: report_quality(root, run_id=run_id))
