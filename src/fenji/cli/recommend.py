"""The command ``fenji recommend``: what should each customer be offered next, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.recommend import Candidate, Offer, OfferedProduct, RecommendResult
from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, AsOf, Details, Engine, Lang, Policy, Workspace, asked_of
from fenji.cli.output import Col, Output, number, percent
from fenji.domain.jobs import JobKind
from fenji.domain.recommendations import Reason
from fenji.language import message as _
from fenji.wording.recommendations import METHOD_NAMES, product_label
from fenji.workflow.recommend import recommend_at
from fenji.workflow.taking import StoredList

EXAMPLES = "fenji recommend\nfenji recommend --customer 12347\nfenji recommend --product 22423 --tier vip --json"

Customer = Annotated[
    str | None, typer.Option("--customer", metavar="ID", help=_("What this customer is recommended; ID or SPACE:ID."))
]
Product = Annotated[
    str | None, typer.Option("--product", metavar=_("PRODUCT"), help=_("To whom this product is recommended, the surest first."))
]
Tier = Annotated[str | None, typer.Option("--tier", metavar=_("TIER"), help=_("Only customers who stand in this tier now."))]
Top = Annotated[int, typer.Option("--top", metavar="N", min=1, help=_("How many rows to show."))]

REASON_TITLES = {
    Reason.BOUGHT: _("because of another product"),
    Reason.AGAIN: _("again"),
    Reason.POPULAR_IN_TIER: _("popular in the tier"),
    Reason.POPULAR: _("popular"),
}


def command(
    context: typer.Context,
    *,
    customer: Customer = None,
    product: Product = None,
    tier: Tier = None,
    top: Top = 20,
    details: Details = False,
    as_of: AsOf = None,
    policy: Policy = None,
    out: Out = None,
    force: Force = False,
    engine: Engine = None,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the recommendations."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    asked = asked_of(as_of, policy, engine)
    if job:
        done_as_job(workspace, JobKind.RECOMMEND, asked, output)
    with output.progress() as progress:
        result = recommend_at(
            workspace,
            **asked,
            customer=customer,
            product=product,
            tier=tier,
            top=top,
            progress=progress,
        )
    if out is not None:
        take_stored(workspace, StoredList.RECOMMEND, out, output, run_id=result.run_id, as_of=result.as_of, force=force)
        return
    if output.is_json:
        output.json(result)
    else:
        show(result, output, details=details)


def show(result: RecommendResult, output: Output, *, details: bool = False) -> None:
    """The tables for people; with the back-test of all methods where details are asked for."""
    output.warn(result.warnings)
    if not result.quality:
        output.say(
            _("No order up to {day} tells which product was bought: there is nothing to recommend from."), day=result.as_of
        )
        return
    if result.offers is not None:
        _show_customer(result.offers, result, output)
    elif result.candidates is not None:
        _show_product(result.candidates, result, output)
    elif result.products is not None:
        _show_most(result.products, result, output)
        _show_quality(result, output, details=details)


def _show_customer(offers: Sequence[Offer], result: RecommendResult, output: Output) -> None:
    output.heading(
        _("What to offer customer {customer} next, as of {day} (run {run_id})"),
        customer=result.customer,
        day=result.as_of,
        run_id=result.run_id,
    )
    if not offers:
        output.say(_("Nothing may be recommended: no product is offered to this customer's tier, or all are owned already."))
        return
    rows = [
        (
            number(each.position),
            product_label(each.product_id, each.product_name, output.language),
            each.sentence.in_language(output.language),
        )
        for each in offers
    ]
    titles = (_("product"), _("why"))
    output.table([Col("#", is_number=True), *(Col(output.text(title), may_wrap=True) for title in titles)], rows)


def _show_product(candidates: Sequence[Candidate], result: RecommendResult, output: Output) -> None:
    output.heading(
        _("To whom to offer {product}, as of {day} (run {run_id})"),
        product=product_label(result.product or "", result.product_name, output.language),
        day=result.as_of,
        run_id=result.run_id,
    )
    if not candidates:
        output.say(
            _("This product is recommended to nobody: it is unknown, too rarely bought, not offered, or others fit better.")
        )
        return
    tiers = {tier: name.in_language(output.language) for tier, name in result.tier_names.items()}
    rows = [
        (
            str(each.customer_id),
            tiers.get(each.tier or "", "-"),
            number(each.position),
            each.sentence.in_language(output.language),
        )
        for each in candidates
    ]
    head = [Col(output.text(_("customer"))), Col(output.text(_("tier"))), Col(output.text(_("place")), is_number=True)]
    output.table([*head, Col(output.text(_("why")), may_wrap=True)], rows)


def _show_most(products: Sequence[OfferedProduct], result: RecommendResult, output: Output) -> None:
    output.heading(_("What is recommended most, as of {day} (run {run_id})"), day=result.as_of, run_id=result.run_id)
    output.say(
        _("{customers} of {known} customers have recommendations; fenji recommend --customer ID shows those of one."),
        customers=number(result.customers),
        known=number(result.known),
    )
    if not products:
        return
    rows = [
        (
            product_label(each.product_id, each.product_name, output.language),
            number(each.customers),
            percent(each.customers / result.known),
            *(number(each.of(reason)) for reason in REASON_TITLES),
        )
        for each in products
    ]
    titles = (_("customers"), _("share"), *REASON_TITLES.values())
    head = [Col(output.text(_("product")), may_wrap=True), *(Col(output.text(title), is_number=True) for title in titles)]
    output.table(head, rows)


def _show_quality(result: RecommendResult, output: Output, *, details: bool) -> None:
    """The back-test of the method in use; with details, of every method."""
    chosen = next(each for each in result.quality if each.is_chosen)
    name = output.text(METHOD_NAMES[chosen.method])
    if chosen.trained_until is None:
        output.say(
            _(
                "Method: {method}. No earlier customer bought a recommendable product in the last {days} days, so no back-test is possible."
            ),
            method=name,
            days=chosen.horizon_days,
        )
        return
    if not details:
        output.say(
            _(
                "Method: {method}. Back-test over {days} days: {recall} of what a customer then bought was among the {count} recommendations. All methods: --details."
            ),
            method=name,
            days=chosen.horizon_days,
            recall=percent(chosen.recall),
            count=chosen.positions,
        )
        return
    output.heading(
        _("Back-test: learned up to {day}, compared with the {days} days after"),
        day=chosen.trained_until,
        days=chosen.horizon_days,
    )
    rows = [
        (
            output.text(METHOD_NAMES[each.method]) + (" *" if each.is_chosen else ""),
            percent(each.recall),
            percent(each.recall_new),
            percent(each.precision),
            number(each.ndcg, 3),
            percent(each.coverage),
        )
        for each in result.quality
    ]
    titles = (_("recall@{count}"), _("of new products"), _("precision@{count}"), _("NDCG@{count}"), _("coverage"))
    head = [Col(output.text(title, count=chosen.positions), is_number=True) for title in titles]
    output.table([Col(output.text(_("method"))), *head], rows)
    output.say(
        _(
            "{customers} customers, {relevant} products that they bought then. Recall: share of these that were recommended, a mean over customers."
        ),
        customers=number(chosen.customers),
        relevant=number(chosen.relevant),
    )
    output.say(_("* declared in analyses/recommend.yaml.") if chosen.is_declared else _("* chosen, because it found most."))
