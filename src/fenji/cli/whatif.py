"""The command ``fenji whatif``: what would another policy change, for whom, and which line of which rule decides it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.whatif.comparing import CapEffect, LineEffect, PolicySide
from fenji.cli import whatif_replay
from fenji.cli.options import AsJson, Engine, Lang, Policy, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, number, problem_json
from fenji.cli.whatif_tables import affected_json, moves_json, show_affected, show_moves, show_tiers, tier_json
from fenji.language import message as _
from fenji.wording.reasons import tier_name
from fenji.wording.rules import Wording, sentence
from fenji.workflow.replaying import replay_at
from fenji.workflow.whatif import WhatIfResult, whatif_at

EXAMPLES = "fenji whatif new.yaml\nfenji whatif new.yaml --replay 12\nfenji whatif new.yaml --as-of 2011-06-30 --json"

NewPolicy = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The new policy: a file like those in policies/."))]
Day = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar=_("DATE"), help=_("The last day that counts, such as 2026-01-31. Default: that of the last run.")
    ),
]
Replay = Annotated[
    int | None,
    typer.Option(
        "--replay",
        metavar="N",
        help=_(
            "Decides the last N reviews again under the new policy, with keep rules, hold, grace, caps and overrides, beside the current one."
        ),
    ),
]


def command(
    context: typer.Context,
    file: NewPolicy,
    *,
    replay: Replay = None,
    as_of: Day = None,
    policy: Policy = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints a new policy beside the current one."""
    output = Output.chosen(context, lang, is_json=as_json)
    day, chosen = day_of(as_of), engine_of(engine)
    if replay is not None:
        with output.progress() as progress:
            replayed = replay_at(workspace, file, reviews=replay, as_of=day, policy=policy, engine=chosen, progress=progress)
        whatif_replay.render(replayed, output)
        return
    with output.progress() as progress:
        result = whatif_at(workspace, file, as_of=day, policy=policy, engine=chosen, progress=progress)
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
        **moves_json(found),
        "most_affected": affected_json(result.affected),
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
    output.say(_("For the official tiers, with all of these: --replay 12"))
    for title, side in ((_("Current policy"), found.current), (_("New policy"), found.new)):
        output.heading(title)
        show_tiers(side, result.currency, output)
    show_moves(found, wording, output)
    _show_lines(result, wording, output)
    show_affected(found, result.affected, wording, output)


def show_summary(result: WhatIfResult, output: Output) -> None:
    """The new counts and who would move, without the rules line by line."""
    show_tiers(result.comparison.new, result.currency, output)
    show_moves(result.comparison, _wording(result, output), output)


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
                _("  - {rule}: at most {tier} ({why}); binds {customers} {customers:customer|customers}"),
                rule=sentence(cap.when, wording),
                tier=tier_name(side.policy, cap.at_most, wording),
                why=cap.why,
                customers=number(cap.bound),
            )


def _wording(result: WhatIfResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)


def _side(side: PolicySide, wording: Wording) -> dict[str, Any]:
    return {
        "policy": side.policy.slug,
        "version": side.policy.version,
        "tiers": [tier_json(each, wording) for each in side.tiers],
        "lines": [_line(each, wording) for each in side.lines],
        "caps": [_cap(each, wording) for each in side.caps],
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
