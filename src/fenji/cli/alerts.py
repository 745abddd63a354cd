"""The commands ``fenji alerts …``: who is told of what, does each channel work, and what was told?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.sending import AlertHistory, AlertsResult, AlertsTested
from fenji.cli.failures import EXIT_CODES
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output, number
from fenji.domain.alerts import ChannelKind
from fenji.domain.events import DeliveryState
from fenji.errors import Kind
from fenji.language import message as _
from fenji.workflow.sending.alerts import SHOWN, acknowledge_alerts, alert_history, list_alerts, try_channels

EXAMPLES = "fenji alerts list\nfenji alerts test sales\nfenji alerts history\nfenji alerts acknowledge 6f1c2b1e-8f5e-5b5b-9c59-0d8d4e1c2a3b"

Which = Annotated[
    str | None, typer.Argument(metavar=_("[CHANNEL]"), help=_("A channel of alerts.yaml. Default: every one of them."))
]
Lines = Annotated[list[str], typer.Argument(metavar="LINE", help=_("Lines as fenji alerts history shows them."))]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", help=_("How many lines at most. Default: 20."))]

KINDS = {
    ChannelKind.WECOM: _("WeCom robot"),
    ChannelKind.DINGTALK: _("DingTalk robot"),
    ChannelKind.FEISHU: _("Feishu robot"),
    ChannelKind.MAIL: _("mail"),
}
STATES = {
    DeliveryState.WAITING: _("waiting"),
    DeliveryState.DELIVERED: _("told"),
    DeliveryState.GIVEN_UP: _("given up"),
}


def list_all(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints channels and alerts."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_alerts(workspace)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def try_out(
    context: typer.Context,
    channel: Which = None,
    *,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Sends a test message; ends with the code of unavailable where one does not arrive."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = try_channels(workspace, channel)
    if output.is_json:
        output.json(result)
    else:
        show_tested(result, output)
    if not all(each.is_delivered for each in result.channels):
        raise typer.Exit(EXIT_CODES[Kind.UNAVAILABLE])


def history(
    context: typer.Context, *, limit: Limit = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints what was told, or will be."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = alert_history(workspace, limit=SHOWN if limit is None else limit)
    if output.is_json:
        output.json(result)
    else:
        show_history(result, output)


def acknowledge(
    context: typer.Context, lines: Lines, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Says that alerts were seen."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = acknowledge_alerts(workspace, lines)
    if output.is_json:
        output.json(result)
        return
    output.say(
        _("{count} {count:alert|alerts} acknowledged, {before} had been before; {open} still open."),
        count=result.acknowledged,
        before=result.before,
        open=result.open,
    )


COMMANDS: dict[str, Entry] = {
    "list": (
        list_all,
        _("Lists the channels and alerts of alerts.yaml, and what a channel lacks in this process."),
        "fenji alerts list",
    ),
    "test": (
        try_out,
        _("Sends a test message to one channel or to all, at once. Exit code 5: one did not arrive."),
        "fenji alerts test\nfenji alerts test sales",
    ),
    "history": (
        history,
        _("Lists what was told to whom, what waits for quiet hours or a digest, and what could not be told."),
        "fenji alerts history --limit 50",
    ),
    "acknowledge": (
        acknowledge,
        _("Says that you have seen alerts, so that they count as open no more; the audit log keeps who and when."),
        "fenji alerts acknowledge 6f1c2b1e-8f5e-5b5b-9c59-0d8d4e1c2a3b",
    ),
}
"""Word -> function, help and examples."""


def show(result: AlertsResult, output: Output) -> None:
    """The tables for people."""
    if not result.channels:
        output.say(_("There is no channel yet. Write channels and alerts into alerts.yaml."))
        return
    titles = (_("channel"), _("kind"), _("lacks"), _("waiting"), _("given up"))
    columns = [Col(output.text(title), is_number=title in {"waiting", "given up"}) for title in titles]
    rows = [
        (each.channel, output.text(KINDS[each.kind]), ", ".join(each.missing), number(each.waiting), number(each.given_up))
        for each in result.channels
    ]
    output.table(columns, rows)
    if result.alerts:
        output.heading(_("Alerts"))
        columns = [Col(output.text(_("what")), may_wrap=True), Col(output.text(_("to")), may_wrap=True)]
        output.table(columns, [(each.sentence.in_language(output.language), ", ".join(each.to)) for each in result.alerts])


def show_tested(result: AlertsTested, output: Output) -> None:
    """A line for each channel."""
    for each in result.channels:
        text = _("{channel}: arrived ({status}).") if each.is_delivered else _("{channel}: did not arrive ({status}).")
        output.say(text, channel=each.channel, status=each.status)


def show_history(result: AlertHistory, output: Output) -> None:
    """The table for people."""
    if not result.lines:
        output.say(_("Nothing has been told yet."))
        return
    output.say(_("{count} {count:alert is|alerts are} open."), count=result.open)
    titles = (_("at (UTC)"), _("channel"), _("state"), _("status"), _("what"), _("acknowledged"), _("line"))
    columns = [Col(output.text(title), may_wrap=title == "what") for title in titles]
    rows = [
        (
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            each.channel,
            output.text(STATES[each.state]),
            each.status or "",
            each.sentence.in_language(output.language),
            "-" if each.acknowledged_at is None else f"{each.acknowledged_by}, {each.acknowledged_at:%Y-%m-%d %H:%M}",
            each.line,
        )
        for each in result.lines
    ]
    output.table(columns, rows)
