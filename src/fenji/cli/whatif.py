"""The command ``fenji whatif``: what would another policy change, for whom, and which line of which rule decides it?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.comparing import CapEffect, LineEffect, Move, PolicySide, TierSide
from fenji.analyze.explaining_words import tier_name
from fenji.analyze.rule_words import Wording, sentence
from fenji.cli.options import AsJson, Engine, Lang, Policy, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, money, number, percent, problem_json
from fenji.language import message as _
from fenji.workflow.whatif import AffectedCustomer, WhatIfResult, whatif_at

HELP = _(
    "Tries another policy on the customers as they are: who would stand where, whom it would hurt, and which rule decides it."
)
EXAMPLES = "fenji whatif new.yaml\nfenji whatif new.yaml --as-of 2011-06-30 --json"

NewPolicy = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The new policy: a file like those in policies/."))]
Day = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar=_("DATE"), help=_("The last day that counts, such as 2026-01-31. Default: that of the last run.")
    ),
]


def command(
    context: typer.Context,
    file: NewPolicy,
    *,
    as_of: Day = None,
    policy: Policy = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints a new policy beside the current one."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as progress:
        result = whatif_at(workspace, file, as_of=day_of(as_of), policy=policy, engine=engine_of(engine), progress=progress)
    if output.is_json:
        output.json(answer(result, output))
    else:
        show(result, output)


def answer(result: WhatIfResult, output: Output) -> dict[str, Any]:
    """The JSON object; ``policy`` and ``version`` are those in force, the new one stands under ``new``."""
    found, wording = result.comparison, _wording(result, output)
    return {
        "run_id": result.run_id,
        "as_of": result.as_of,
        "policy": found.current.policy.slug,
        "version": found.current.policy.version,
        "customers": found.customers,
        "net_revenue_12m": found.net_revenue_12m,
        "currency": result.currency,
        "decided_as": "first_review",
        "current": _side(found.current, wording),
        "new": _side(found.new, wording),
        "moves": [_move(each) for each in found.moves],
        "up": _moved(found.moved(1)),
        "down": _moved(found.moved(-1)),
        "stay": _moved(found.moved(0)),
        "most_affected": [_affected(each) for each in result.affected],
        "lost_after_days": result.lost.after_days,
        "lost_after_intervals": result.lost.after_intervals,
        "warnings": [problem_json(each, output.language) for each in result.warnings],
    }


def show(result: WhatIfResult, output: Output) -> None:
    """The comparison for people."""
    output.warn(result.warnings)
    found, wording = result.comparison, _wording(result, output)
    old, new = found.current.policy, found.new.policy
    output.heading(
        _("As of {as_of}: policy {policy} version {version} beside {new_policy} version {new_version}"),
        as_of=result.as_of,
        policy=old.slug,
        version=old.version,
        new_policy=new.slug,
        new_version=new.version,
    )
    output.say(
        _("Both as at a first review: what qualifies, bounded by caps. Keep rules, hold, grace and overrides play no part.")
    )
    for title, side in ((_("Current policy"), found.current), (_("New policy"), found.new)):
        output.heading(title)
        _show_tiers(side, result, output)
    _show_moves(result, wording, output)
    _show_lines(result, wording, output)
    _show_affected(result, wording, output)


def show_summary(result: WhatIfResult, output: Output) -> None:
    """The new counts and who would move, without the rules line by line."""
    _show_tiers(result.comparison.new, result, output)
    _show_moves(result, _wording(result, output), output)


def _show_tiers(side: PolicySide, result: WhatIfResult, output: Output) -> None:
    titles = [_("customers"), _("share"), _("revenue of 12 months ({currency})")]
    columns = [Col(output.text(title, currency=result.currency), is_number=True) for title in titles]
    rows = [
        (each.tier.name.in_language(output.language), number(each.customers), percent(each.share), money(each.net_revenue_12m))
        for each in reversed(side.tiers)
    ]
    output.table([Col(output.text(_("tier"))), *columns], rows)


def _show_moves(result: WhatIfResult, wording: Wording, output: Output) -> None:
    found = result.comparison
    output.heading(_("Customers by current tier (down) and new tier (across)"))
    old, new = found.current.policy, found.new.policy
    counts = {(each.from_tier, each.to_tier): each.customers for each in found.moves}
    across = [tier.slug for tier in reversed(new.tiers)]
    columns = [Col(output.text(_("tier"))), *(Col(tier_name(new, slug, wording), is_number=True) for slug in across)]
    rows = [
        (tier_name(old, tier.slug, wording), *(number(counts.get((tier.slug, slug), 0)) for slug in across))
        for tier in reversed(old.tiers)
    ]
    output.table(columns, rows)
    for text, direction in (
        (_("Up: {customers} customers with {revenue} {currency}."), 1),
        (_("Down: {customers} customers with {revenue} {currency}."), -1),
        (_("Stay: {customers} customers with {revenue} {currency}."), 0),
    ):
        customers, revenue = found.moved(direction)
        output.say(text, customers=number(customers), revenue=money(revenue), currency=result.currency)


def _show_lines(result: WhatIfResult, wording: Wording, output: Output) -> None:
    found = result.comparison
    for title, side, decides in (
        (_("Current rules, line by line"), found.current, _("would gain the tier, kept out by it today")),
        (_("New rules, line by line"), found.new, _("would lose the tier, not met by them")),
    ):
        output.heading(title)
        titles = [_("met by"), _("alone turns away"), decides]
        columns = [Col(output.text(_("tier"))), Col(output.text(_("rule")), may_wrap=True)]
        columns += [Col(output.text(each), is_number=True) for each in titles]
        rows = [
            (
                tier_name(side.policy, each.tier, wording),
                sentence(each.condition, wording),
                *(number(count) for count in (each.met, each.turned_away, each.decides)),
            )
            for each in reversed(side.lines)
        ]
        output.table(columns, rows)
        for cap in side.caps:
            output.say(
                _("  - {rule}: at most {tier} ({why}); binds {customers} customers"),
                rule=sentence(cap.when, wording),
                tier=tier_name(side.policy, cap.at_most, wording),
                why=cap.why,
                customers=number(cap.bound),
            )


def _show_affected(result: WhatIfResult, wording: Wording, output: Output) -> None:
    if not result.affected:
        return
    found = result.comparison
    output.heading(_("The largest customers who would stand lower"))
    columns = [Col(output.text(title)) for title in (_("customer"), _("current tier"), _("new tier"))]
    columns.append(Col(output.text(_("revenue of 12 months ({currency})"), currency=result.currency), is_number=True))
    rows = [
        (
            each.customer_id or "-",
            tier_name(found.current.policy, each.from_tier, wording),
            tier_name(found.new.policy, each.to_tier, wording),
            money(each.net_revenue_12m),
        )
        for each in result.affected
    ]
    output.table(columns, rows)


def _wording(result: WhatIfResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)


def _side(side: PolicySide, wording: Wording) -> dict[str, Any]:
    return {
        "policy": side.policy.slug,
        "version": side.policy.version,
        "tiers": [_tier(each, wording) for each in side.tiers],
        "lines": [_line(each, wording) for each in side.lines],
        "caps": [_cap(each, wording) for each in side.caps],
    }


def _tier(each: TierSide, wording: Wording) -> dict[str, Any]:
    return {
        "tier": each.tier.slug,
        "name": each.tier.name.in_language(wording.language),
        "customers": each.customers,
        "share": each.share,
        "net_revenue_12m": each.net_revenue_12m,
    }


def _line(each: LineEffect, wording: Wording) -> dict[str, Any]:
    return {
        "tier": each.tier,
        "rule": str(each.condition),
        "sentence": sentence(each.condition, wording),
        "met": each.met,
        "turned_away": each.turned_away,
        "decides": each.decides,
    }


def _cap(each: CapEffect, wording: Wording) -> dict[str, Any]:
    return {
        "rule": str(each.when),
        "sentence": sentence(each.when, wording),
        "at_most": each.at_most,
        "why": each.why,
        "bound": each.bound,
    }


def _move(each: Move) -> dict[str, Any]:
    return {
        "from_tier": each.from_tier,
        "to_tier": each.to_tier,
        "direction": {1: "up", -1: "down", 0: "stay"}[each.direction],
        "customers": each.customers,
        "net_revenue_12m": each.net_revenue_12m,
    }


def _moved(found: Sequence[Any]) -> dict[str, Any]:
    customers, revenue = found
    return {"customers": customers, "net_revenue_12m": revenue}


def _affected(each: AffectedCustomer) -> dict[str, Any]:
    return {
        "customer_id": each.customer_id,
        "from_tier": each.from_tier,
        "to_tier": each.to_tier,
        "net_revenue_12m": each.net_revenue_12m,
    }
