"""The command ``fenji whatif``: what would another policy change, for whom, and which line of which rule decides it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.answers.whatif import WhatIfResult
from fenji.cli import whatif_replay
from fenji.cli.options import AsJson, Engine, Lang, Policy, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, number
from fenji.cli.whatif_tables import show_affected, show_moves, show_tiers
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.wording.reasons import tier_name
from fenji.wording.rules import Wording
from fenji.workflow.replaying import replay_at, replay_of_draft
from fenji.workflow.whatif import whatif_at, whatif_of_draft

EXAMPLES = "fenji whatif new.yaml\nfenji whatif new.yaml --replay 12\nfenji whatif --draft 7 --replay 12\nfenji whatif new.yaml --as-of 2011-06-30 --json"

NewPolicy = Annotated[Path | None, typer.Argument(metavar=_("FILE"), help=_("The new policy: a file like those in policies/."))]
Draft = Annotated[
    int | None,
    typer.Option(
        "--draft", min=1, metavar=_("NUMBER"), help=_("A draft in place of a file: its number, as fenji policy drafts shows it.")
    ),
]
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
    file: NewPolicy = None,
    *,
    draft: Draft = None,
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
    new = _given(file, draft)
    asked: dict[str, Any] = {"as_of": day, "policy": policy, "engine": chosen}
    if replay is not None:
        with output.progress() as progress:
            asked |= {"reviews": replay, "progress": progress}
            replayed = replay_of_draft(workspace, new, **asked) if isinstance(new, int) else replay_at(workspace, new, **asked)
        whatif_replay.render(replayed, output)
        return
    with output.progress() as progress:
        asked["progress"] = progress
        result = whatif_of_draft(workspace, new, **asked) if isinstance(new, int) else whatif_at(workspace, new, **asked)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def _given(file: Path | None, draft: int | None) -> Path | int:
    """The file of the new policy, or the number of its draft."""
    given: list[Path | int] = [each for each in (file, draft) if each is not None]
    if len(given) != 1:
        raise InvalidArgument.of(_("give the new policy either as a file or as --draft."))
    return given[0]


def show(result: WhatIfResult, output: Output) -> None:
    """The comparison for people."""
    output.warn(result.warnings)
    wording, old, new = _wording(result, output), result.old_policy, result.new_policy
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
    for title, side in ((_("Current policy"), result.current), (_("New policy"), result.new)):
        output.heading(title)
        show_tiers(side.tiers, result.currency, output)
    show_moves(result, wording, output)
    _show_lines(result, wording, output)
    show_affected(result, wording, output)


def show_summary(result: WhatIfResult, output: Output) -> None:
    """The new counts and who would move, without the rules line by line."""
    show_tiers(result.new.tiers, result.currency, output)
    show_moves(result, _wording(result, output), output)


def _show_lines(result: WhatIfResult, wording: Wording, output: Output) -> None:
    for title, side, policy, decides in (
        (_("Current rules, line by line"), result.current, result.old_policy, _("would gain the tier, kept out by it today")),
        (_("New rules, line by line"), result.new, result.new_policy, _("would lose the tier, not met by them")),
    ):
        output.heading(title)
        titles = [_("met by"), _("alone turns away"), decides]
        columns = [Col(output.text(_("tier"))), Col(output.text(_("rule")), may_wrap=True)]
        columns += [Col(output.text(each), is_number=True) for each in titles]
        rows = [
            (
                tier_name(policy, each.tier, wording),
                each.sentence.in_language(output.language),
                *(number(count) for count in (each.met, each.turned_away, each.decides)),
            )
            for each in reversed(side.lines)
        ]
        output.table(columns, rows)
        for cap in side.caps:
            output.say(
                _("  - {rule}: at most {tier} ({why}); binds {customers} {customers:customer|customers}"),
                rule=cap.sentence.in_language(output.language),
                tier=tier_name(policy, cap.at_most, wording),
                why=cap.why,
                customers=number(cap.bound),
            )


def _wording(result: WhatIfResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)
