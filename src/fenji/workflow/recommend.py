"""What should each customer be offered next, and why? Recommendations for everybody, with how well they would have done before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.recommend.backtest import beside_simple
from fenji.answers.recommend import Candidate, MethodQuality, Offer, OfferedProduct, RecommendResult
from fenji.answers.rows import record_of
from fenji.choices import EngineName
from fenji.domain.recommendations import LEARNED, Method, Reason
from fenji.domain.runs import Run
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, Problem, unknown_name
from fenji.language import message as _
from fenji.language import translate
from fenji.tables.insight_baskets import RECOMMENDATION, RECOMMENDATION_QUALITY
from fenji.wording.contests import not_better
from fenji.wording.recommendations import METHOD_NAMES, because, contestants
from fenji.workflow.recommend_run import RECOMMEND_FILE, RECOMMENDATIONS
from fenji.workspace.customers import customer_key_of
from fenji.workspace.products import product_names
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import Standing, analyze, open_standing

Row = Mapping[str, Any]


def recommend_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    product: str | None = None,
    tier: str | None = None,
    top: int = 20,
    progress: Progress = silent,
) -> RecommendResult:
    """The recommendations; made first where none have been, or where something has changed.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last run.
        policy: None: the one of the settings, or the only one.
        engine: None: the one of the settings.
        customer: what this customer (an id, or SPACE:ID) is recommended.
        product: to whom this product is recommended.
        tier: only customers of this tier.
        top: how many rows.
        progress: told about each step.

    Raises:
        InvalidArgument: an unknown tier, or a customer and a product at once.
        NotFound: no workspace, no such customer, or nothing has been run yet.
        InvalidDocument: analyses/recommend.yaml cannot be used; all problems at once.
    """
    if customer is not None and product is not None:
        raise InvalidArgument.of(_("a customer and a product cannot be asked for at once."), advice=_("Leave one of them out."))
    is_of_customer = customer is not None
    with open_standing(
        root, as_of=as_of, policy=policy, engine=engine, progress=progress, by_customer=is_of_customer
    ) as standing:
        tiers = [each.slug for each in standing.policy.tiers]
        if tier is not None and tier not in tiers:
            raise InvalidArgument(unknown_name(_("tier"), tier, tiers))
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        run = analyze(RECOMMENDATIONS, standing, progress=progress).run
        found, people = _asked(standing, run, key=key, tier=tier)
        rows = _rows(standing, found, customer=key, product=product, top=max(top, 0))
        quality = tuple(_quality(standing, run))
        names = product_names(standing.session, standing.run, _products_in(rows, product))
        is_of_one = key is not None or product is not None
        return RecommendResult(
            run_id=run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            customer=customer,
            product=product,
            tier=tier,
            customers=_count(standing, found.select("customer_key").distinct()),
            known=_count(standing, people),
            offers=None if key is None else tuple(_offer(each, names) for each in rows),
            candidates=None if product is None else tuple(_candidate(each, names) for each in rows),
            products=None if is_of_one else tuple(_offered(each, names) for each in rows),
            quality=quality,
            product_name=None if product is None else names.get(product),
            tier_names={each.slug: each.name for each in standing.policy.tiers},
            warnings=(*standing.warnings, *_lost(quality)),
        )


def _offer(row: Row, names: Mapping[str, str]) -> Offer:
    return record_of(Offer, row, product_name=names.get(row["product_id"]), sentence=_sentence(row, names))


def _candidate(row: Row, names: Mapping[str, str]) -> Candidate:
    return record_of(Candidate, row, sentence=_sentence(row, names))


def _offered(row: Row, names: Mapping[str, str]) -> OfferedProduct:
    return record_of(OfferedProduct, row, product_name=names.get(row["product_id"]))


def _sentence(row: Row, names: Mapping[str, str]) -> Spoken[str]:
    product_id = row["because_product_id"]
    return Spoken(partial(because, Reason(row["reason"]), product_id, names.get(product_id)))


def _asked(standing: Standing, run: Run, *, key: int | None, tier: str | None) -> tuple[ir.Table, ir.Table]:
    """The recommendations of those who are asked about, with their tier; and all who are asked about."""
    people = standing.assignment.select("customer_key", "tier")
    if key is not None:
        people = people.filter(people.customer_key == key)
    if tier is not None:
        people = people.filter(people.tier == tier)
    stored = standing.session.read(run.run_id, RECOMMENDATION, as_of=standing.as_of)
    return stored.join(people, "customer_key"), people


def _rows(standing: Standing, found: ir.Table, *, customer: int | None, product: str | None, top: int) -> list[dict[str, Any]]:
    if customer is not None:
        shown = found.select("position", "product_id", "score", "reason", "because_product_id").order_by("position")
    elif product is not None:
        people = standing.base.customer.select("customer_key", "customer_id")
        own = found.filter(found.product_id == product).join(people, "customer_key")
        ordered = own.order_by("position", own.score.desc(), "customer_key")
        shown = ordered.select("customer_id", "tier", "position", "score", "reason", "because_product_id")
    else:
        reasons = {str(reason): (found.reason == str(reason)).cast("int64").sum().cast("int64") for reason in Reason}
        counted = found.group_by("product_id").aggregate(customers=found.count().cast("int64"), **reasons)
        shown = counted.order_by(counted.customers.desc(), "product_id")
    rows: list[dict[str, Any]] = standing.session.engine.fetch(shown.limit(top)).to_pylist()
    return rows


def _quality(standing: Standing, run: Run) -> list[MethodQuality]:
    if standing.session.limits:  # how well all customers would have been recommended
        return []
    table = standing.session.read(run.run_id, RECOMMENDATION_QUALITY, as_of=standing.as_of)
    rows = [record_of(MethodQuality, each) for each in standing.session.engine.fetch(table).to_pylist()]
    return sorted(rows, key=lambda each: (-(each.recall or 0.0), each.method))


def _lost(quality: Sequence[MethodQuality]) -> list[Problem]:
    """The sentence where no learned method is better than a simple one; a method that the company has declared stays in use."""
    used = next((each for each in quality if each.is_chosen), None)
    if used is None:
        return []
    recalls = {each.method: each.recall for each in quality}
    if not used.is_declared:
        told = not_better(beside_simple(recalls, customers=used.customers), contestants)
        return [] if told is None else [told]
    contest = beside_simple(recalls, customers=used.customers, method=used.method)
    if used.method not in LEARNED or not contest.is_lost:
        return []
    text = _(
        "'{model}' is declared in {file} and stays in use, although '{baseline}' found more of what customers bought later (recall {recall} against {used})."
    )
    recall = {
        name: f"{(recalls[each] or 0) * 100:.1f} %" for name, each in (("used", used.method), ("recall", Method(contest.winner)))
    }
    words = {
        name: Spoken(partial(translate, METHOD_NAMES[Method(each)]))
        for name, each in (("model", contest.model), ("baseline", contest.winner))
    }
    return [Problem(text, {**words, **recall, "file": RECOMMEND_FILE})]


def _count(standing: Standing, table: ir.Table) -> int:
    return int(standing.session.engine.fetch(table.aggregate(rows=table.count()))["rows"][0].as_py())


def _products_in(rows: list[dict[str, Any]], product: str | None) -> list[str]:
    named = [each.get(name) for each in rows for name in ("product_id", "because_product_id")]
    return [each for each in (*named, product) if each is not None]
