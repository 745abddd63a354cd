"""The command ``fenji rules``: what is bought together, overall and in each tier?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.baskets import BasketSummary, RuleItem, RulesResult
from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.options import AsJson, AsOf, Engine, Lang, Policy, Workspace, asked_of, one_of
from fenji.cli.output import Col, Output, number, percent
from fenji.domain.basket_rules import ItemKind
from fenji.domain.jobs import JobKind
from fenji.language import message as _
from fenji.workflow.baskets import RuleOrder, rules_at

EXAMPLES = "fenji rules\nfenji rules --tier vip --items category\nfenji rules --product 22423 --json"

Items = Annotated[
    str | None,
    typer.Option("--items", metavar="product|category|mixed", help=_("What the items of a rule are. Default: products.")),
]
Tier = Annotated[
    str | None,
    typer.Option(
        "--tier", metavar=_("TIER"), help=_("Only the orders of customers who stand in this tier now. Default: all orders.")
    ),
]
Product = Annotated[
    str | None, typer.Option("--product", metavar=_("PRODUCT"), help=_("Only rules with this product or category."))
]
Sort = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="evidence|lift|confidence|support|difference",
        help=_("Which rules come first. Default: the surest; with --tier those that differ most from other tiers."),
    ),
]
Top = Annotated[int, typer.Option("--top", metavar="N", min=1, help=_("How many rules to show."))]

CUT_NAME = 40
"""Characters of a product's name in a table; JSON has all of them."""


def command(
    context: typer.Context,
    *,
    items: Items = None,
    tier: Tier = None,
    product: Product = None,
    sort: Sort = None,
    top: Top = 20,
    as_of: AsOf = None,
    policy: Policy = None,
    engine: Engine = None,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the rules."""
    output = Output.chosen(context, lang, is_json=as_json)
    asked = asked_of(as_of, policy, engine)
    if job:
        done_as_job(workspace, JobKind.RULES, asked, output)
    with output.progress() as progress:
        result = rules_at(
            workspace,
            **asked,
            item_kind=one_of(ItemKind, items, _("kind of items")),
            tier=tier,
            product=product,
            order=one_of(RuleOrder, sort, _("sort order")),
            top=top,
            progress=progress,
        )
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: RulesResult, output: Output) -> None:
    """The table for people."""
    output.warn(result.warnings)
    counted = result.summary
    if counted is None or not counted.orders:
        output.say(_("No order up to {day} tells which items it holds: there is nothing to find rules in."), day=result.as_of)
        return
    _show_counted(counted, result, output)
    _say_narrow(counted, output)
    if not result.rules:
        _say_why_there_are_none(counted, output)
        return
    _show_rules(result, output)
    _say_first(result, output)


def _show_counted(counted: BasketSummary, result: RulesResult, output: Output) -> None:
    if result.tier is None:
        output.heading(_("What is bought together, up to {day} (run {run_id})"), day=result.as_of, run_id=result.run_id)
    else:
        output.heading(
            _("What customers of the tier {tier} buy together, up to {day} (run {run_id})"),
            tier=result.tier_names[result.tier].in_language(output.language),
            day=result.as_of,
            run_id=result.run_id,
        )
    if counted.opens_after is None:
        output.say(
            _("{orders} orders, {multi} of them with two different items or more."),
            orders=number(counted.orders),
            multi=number(counted.multi_orders),
        )
    else:
        output.say(
            _("{orders} orders since {start}, {multi} of them with two different items or more."),
            orders=number(counted.orders),
            start=counted.opens_after + timedelta(days=1),
            multi=number(counted.multi_orders),
        )
    if counted.cut_orders:
        output.say(
            _("{count} orders hold more than {most} different items; of these only the {most} most frequent ones count."),
            count=number(counted.cut_orders),
            most=number(counted.most_items),
        )
    output.say(
        _(
            "A rule holds in at least {count} orders ({share}); {redundant} of {strong} rules say no more than a shorter one and are left out."
        ),
        count=number(counted.min_count),
        share=percent(counted.min_support, 2),
        redundant=number(counted.redundant_rules),
        strong=number(counted.strong_rules),
    )


def _say_narrow(counted: BasketSummary, output: Output) -> None:
    if counted.narrow_rules:
        output.say(
            _("{count} more rules are left out because their orders come from fewer than {least} customers."),
            count=number(counted.narrow_rules),
            least=number(counted.least_customers),
        )


def _say_why_there_are_none(counted: BasketSummary, output: Output) -> None:
    if not counted.multi_orders:
        output.say(_("No order holds two different items, so nothing is bought together."))
    elif counted.orders < counted.min_count:
        output.say(
            _("There are {orders} orders, and a rule must hold in {count}: too few to tell a habit from chance."),
            orders=number(counted.orders),
            count=number(counted.min_count),
        )
    else:
        output.say(
            _("No rule holds in {count} orders with a confidence of {confidence} and a lift of {lift}."),
            count=number(counted.min_count),
            confidence=percent(counted.min_confidence, 0),
            lift=number(counted.min_lift, 1),
        )


def _show_rules(result: RulesResult, output: Output) -> None:
    in_tier = result.tier is not None
    head = [
        Col(output.text(_("who buys")), may_wrap=True),
        Col(output.text(_("also buys")), may_wrap=True),
        *(
            Col(output.text(title), is_number=True)
            for title in (
                _("orders"),
                _("customers"),
                _("support"),
                _("confidence"),
                _("lift"),
                _("95% of lift"),
                _("leverage"),
                _("conviction"),
            )
        ),
        *(
            [Col(output.text(_("lift elsewhere")), is_number=True), Col(output.text(_("difference")), is_number=True)]
            if in_tier
            else []
        ),
    ]
    rows = []
    for each in result.rules:
        cells = [
            _words(each.antecedent, output),
            _word(each.consequent, output),
            number(each.both_orders),
            number(each.both_customers),
            percent(each.support, 2),
            percent(each.confidence),
            number(each.lift, 1),
            f"{number(each.lift_lower, 1)} - {number(each.lift_upper, 1)}",
            number(each.leverage, 4),
            output.text(_("never without")) if each.confidence == 1 else number(each.conviction, 2),
        ]
        if in_tier:
            mark = "*" if each.is_difference_clear else ""
            cells += [number(each.lift_elsewhere, 1), _signed(each.lift_difference) + mark]
        rows.append(cells)
    output.table(head, rows)
    output.say(_("{shown} of {found} rules."), shown=number(len(rows)), found=number(result.found))
    if in_tier:
        output.say(_("* chance gives such a difference less than once in a thousand rules."))


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+,.1f}"


def _words(items: Sequence[RuleItem], output: Output) -> str:
    return output.text(_(" + ")).join(_word(each, output) for each in items)


def _word(item: RuleItem, output: Output) -> str:
    if item.kind is ItemKind.CATEGORY:
        return output.text(_("anything of {category}"), category=item.id)
    name = item.name
    if name is None:
        return item.id
    return f"{name if len(name) <= CUT_NAME else name[: CUT_NAME - 1] + '…'} ({item.id})"


def _say_first(result: RulesResult, output: Output) -> None:
    """The first rule in words, so that the table can be read."""
    first = result.rules[0]
    output.say(
        _(
            "To be read so: of the orders with {left}, {confidence} also hold {right}; that is {lift} times the share among all these orders."
        ),
        left=_words(first.antecedent, output),
        right=_word(first.consequent, output),
        confidence=percent(first.confidence),
        lift=number(first.lift, 1),
    )
