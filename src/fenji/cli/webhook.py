"""The commands ``fenji webhook …``: which other systems hear of what has happened?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.sending import WebhookSecret, WebhooksResult, WebhookView
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace, day_of
from fenji.cli.output import Col, Output, number
from fenji.domain.events import DisabledReason, EventKind, WebhookState
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.workflow.sending.webhooks import (
    add_webhook,
    enable_webhook,
    list_webhooks,
    remove_webhook,
    replay_events,
    rotate_webhook,
)

EXAMPLES = "fenji webhook add https://crm.example.cn/fenji --on customer.lost,tier.downgraded\nfenji webhook list"

ALL = "all"

Url = Annotated[str, typer.Argument(metavar="URL", help=_("Where events are posted, beginning with https://."))]
On = Annotated[
    str,
    typer.Option(
        "--on", metavar=_("EVENTS"), help=_("Which events: all, or names with commas such as customer.lost,run.failed.")
    ),
]
Which = Annotated[str, typer.Argument(metavar=_("WEBHOOK"), help=_("The id of a webhook; see fenji webhook list."))]
OneEvent = Annotated[str | None, typer.Option("--event", metavar="ID", help=_("One event by its id."))]
Since = Annotated[
    str | None, typer.Option("--since", metavar=_("DATE"), help=_("All its events from this day on, up to 30 days ago."))
]
STATES = {
    DisabledReason.GONE: _("disabled: the receiver answered 410 Gone"),
    DisabledReason.FAILING: _("disabled: nothing reached it for five days"),
}


def add(
    context: typer.Context,
    url: Url,
    *,
    on: On = ALL,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Adds a webhook and shows its secret."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_secret(add_webhook(workspace, url, _kinds(on)), output)


def list_all(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints every webhook."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_webhooks(workspace)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def remove(
    context: typer.Context, webhook: Which, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Removes a webhook."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = remove_webhook(workspace, webhook)
    if output.is_json:
        output.json(result)
    else:
        text = _("Removed {webhook}; {count} {count:event|events} that waited will not be sent.")
        output.say(text, webhook=webhook, count=result.webhook.waiting)


def rotate(
    context: typer.Context, webhook: Which, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Gives a webhook a new secret and shows it."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_secret(rotate_webhook(workspace, webhook), output)


def enable(
    context: typer.Context, webhook: Which, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Sends to a disabled webhook again."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = enable_webhook(workspace, webhook)
    if output.is_json:
        output.json(result)
    else:
        text = _("{webhook} is active again; {count} {count:event waits|events wait} for it.")
        output.say(text, webhook=webhook, count=result.webhook.waiting)


def replay(
    context: typer.Context,
    webhook: Which,
    *,
    event: OneEvent = None,
    since: Since = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Has events sent again."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = replay_events(workspace, webhook, event_id=event, since=day_of(since))
    if output.is_json:
        output.json(result)
    else:
        output.say(_("{count} {count:event|events} will be sent again, under the same ids."), count=result.events)


COMMANDS: dict[str, Entry] = {
    "add": (
        add,
        _("Adds an address that hears of events from now on, and shows the secret that signs them, this once."),
        "fenji webhook add https://crm.example.cn/fenji --on customer.lost,tier.downgraded",
    ),
    "list": (list_all, _("Lists every webhook: what it hears of, whether it works, and what waits."), "fenji webhook list"),
    "remove": (remove, _("Removes a webhook with all that waits for it."), "fenji webhook remove wh_0123456789ab"),
    "rotate": (
        rotate,
        _("Gives a webhook a new secret, shown this once; for a day the old one signs too."),
        "fenji webhook rotate wh_0123456789ab",
    ),
    "enable": (enable, _("Sends to a disabled webhook again, what has waited first."), "fenji webhook enable wh_0123456789ab"),
    "replay": (
        replay,
        _("Sends events again, under the ids that they had."),
        "fenji webhook replay wh_0123456789ab --since 2026-01-31",
    ),
}
"""Word -> function, help and examples."""


def _kinds(text: str) -> tuple[EventKind, ...]:
    if text.strip() == ALL:
        return tuple(EventKind)
    names = [each.strip() for each in text.split(",") if each.strip()]
    known = tuple(EventKind)
    InvalidArgument.raise_if(unknown_name(_("event"), each, [*known, ALL]) for each in names if each not in known)
    return tuple(map(EventKind, names))


def _show_secret(result: WebhookSecret, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    output.say(
        _("Webhook {webhook} hears of: {kinds}."), webhook=result.webhook.webhook_id, kinds=", ".join(result.webhook.kinds)
    )
    output.say(_("Its secret, which is not shown again: {secret}"), secret=result.secret)


def show(result: WebhooksResult, output: Output) -> None:
    """The table for people."""
    if not result.webhooks:
        output.say(_("There is no webhook yet."))
        return
    titles = (_("webhook"), _("address"), _("events"), _("state"), _("waiting"), _("given up"))
    columns = [
        Col(output.text(title), is_number=title in {"waiting", "given up"}, may_wrap=title in {"address", "events"})
        for title in titles
    ]
    rows = [
        (each.webhook_id, each.url, _events(each, output), _state(each, output), number(each.waiting), number(each.given_up))
        for each in result.webhooks
    ]
    output.table(columns, rows)


def _events(webhook: WebhookView, output: Output) -> str:
    return output.text(_("all")) if set(webhook.kinds) == set(EventKind) else ", ".join(webhook.kinds)


def _state(webhook: WebhookView, output: Output) -> str:
    if webhook.state is WebhookState.DISABLED and webhook.why_disabled is not None:
        return output.text(STATES[webhook.why_disabled])
    if not webhook.has_its_key:
        return output.text(_("its key is missing here; rotate it"))
    return output.text(_("active") if webhook.failing_since is None else _("not reached"))
