"""Who is told when something happens? Channels with their rules in words, what was told, and other systems that hear of it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.alerts import ChannelKind
from fenji.domain.events import DeliveryState, EventKind, WebhookState
from fenji.errors import FenjiError
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.scope import day_of
from fenji.web.visiting import ChangingPeople, SeeingPeople, Visit
from fenji.wording.alerts import NAMES
from fenji.workflow.sending.alerts import acknowledge_alerts, alert_history, list_alerts, try_channels
from fenji.workflow.sending.webhooks import (
    add_webhook,
    enable_webhook,
    list_webhooks,
    remove_webhook,
    replay_events,
    rotate_webhook,
    webhook_deliveries,
)

ALERTS = Page("/data/alerts", Entry.DATA, _("Alerts"), Right.PEOPLE_READ, place=6, has_scope=False)
WEBHOOK = Page("/data/alerts/webhooks/{webhook_id}", Entry.DATA, _("Webhook"), Right.PEOPLE_READ, is_tab=False, has_scope=False)
PAGES = (ALERTS, WEBHOOK)
_KINDS = {
    ChannelKind.WECOM: _("WeCom"),
    ChannelKind.DINGTALK: _("DingTalk"),
    ChannelKind.FEISHU: _("Feishu"),
    ChannelKind.MAIL: _("e-mail"),
}
_STATES = {
    DeliveryState.WAITING: _("waiting"),
    DeliveryState.DELIVERED: _("arrived"),
    DeliveryState.GIVEN_UP: _("given up"),
    WebhookState.ACTIVE: _("active"),
    WebhookState.DISABLED: _("disabled"),
}
_TOLD = 50

router = APIRouter()


@router.get(ALERTS.address)
def alerts(visit: SeeingPeople) -> Response:
    """Channels, rules, history and webhooks."""
    return _shown(visit)


@router.post("/data/alerts/test")
def try_out(visit: ChangingPeople, sent: Sent) -> Response:
    """Sends a trial message to one channel."""
    channel = sent.text("channel")
    try:
        found = visit.changed(lambda root: try_channels(root, channel, principal=visit.caller.principal))
    except FenjiError as failed:
        return _shown(visit, failed)
    (tested,) = found.channels
    said = _("{channel}: arrived ({status}).") if tested.is_delivered else _("{channel}: did not arrive ({status}).")
    return visit.sent_to(ALERTS.address, said, channel=tested.channel, status=tested.status)


@router.post("/data/alerts/acknowledge")
def acknowledge(visit: ChangingPeople, sent: Sent) -> Response:
    """Says that alerts were seen: those chosen, or all that the page has shown."""
    lines = sent.texts("shown" if sent.text("all") else "line")
    try:
        found = visit.changed(lambda root: acknowledge_alerts(root, lines, principal=visit.caller.principal))
    except FenjiError as failed:
        return _shown(visit, failed)
    said = _("{count} {count:alert|alerts} acknowledged, {open} still open.")
    return visit.sent_to(ALERTS.address, said, count=found.acknowledged, open=found.open)


@router.post("/data/alerts/webhooks")
def add(visit: ChangingPeople, sent: Sent) -> Response:
    """Has an address told from now on; its secret is shown this once."""
    kinds = [each for each in EventKind if each.value in sent.texts("kind")]
    try:
        made = visit.changed(lambda root: add_webhook(root, sent.text("url"), kinds, principal=visit.caller.principal))
    except FenjiError as failed:
        return _shown(visit, failed, sent)
    return _webhook_shown(visit, made.webhook.webhook_id, secret=made.secret)


@router.get(WEBHOOK.address)
def webhook(visit: SeeingPeople, webhook_id: str) -> Response:
    """One webhook with its deliveries."""
    return _webhook_shown(visit, webhook_id)


@router.post("/data/alerts/webhooks/{webhook_id}/{action}")
def change(visit: ChangingPeople, sent: Sent, webhook_id: str, action: str) -> Response:
    """Removes a webhook, gives it another secret, sends to it again, or sends events once more."""
    by, secret, said = visit.caller.principal, None, None
    try:
        if action == "remove":
            visit.changed(lambda root: remove_webhook(root, webhook_id, principal=by))
            return visit.sent_to(ALERTS.address, _("The webhook is removed, with all that waited for it."))
        if action == "rotate":
            secret = visit.changed(lambda root: rotate_webhook(root, webhook_id, principal=by)).secret
        elif action == "enable":
            visit.changed(lambda root: enable_webhook(root, webhook_id, principal=by))
            said = _("It is told again.")
        else:
            event, since = sent.text("event") or None, day_of(sent.text("since"))
            visit.changed(lambda root: replay_events(root, webhook_id, event_id=event, since=since, principal=by))
            said = _("The events are sent again, under the same ids.")
    except FenjiError as failed:
        return _webhook_shown(visit, webhook_id, failed)
    if secret is not None:
        return _webhook_shown(visit, webhook_id, secret=secret)
    return visit.sent_to(f"/data/alerts/webhooks/{webhook_id}", said)


def _shown(visit: Visit, failed: FenjiError | None = None, sent: Form | None = None) -> Response:
    found, history = visit.block(list_alerts), visit.read(lambda root: alert_history(root, limit=_TOLD))
    values = {
        "alerts": found,
        "history": history.lines,
        "open": history.open,
        "webhooks": visit.read(list_webhooks).webhooks,
        "typed": "" if sent is None else sent.text("url"),
        "may_change": visit.may(Right.PEOPLE_CHANGE),
        **_words(visit),
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(ALERTS, "pages/alerts.html", values, status=200 if failed is None else status_of(failed))


def _webhook_shown(visit: Visit, webhook_id: str, failed: FenjiError | None = None, *, secret: str | None = None) -> Response:
    found = visit.read(lambda root: webhook_deliveries(root, webhook_id))
    values = {
        "webhook": found.webhook,
        "deliveries": found.deliveries,
        "secret_text": secret or "",
        "may_change": visit.may(Right.PEOPLE_CHANGE),
        **_words(visit),
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    status = 200 if failed is None else status_of(failed)
    place = visit.link(f"/data/alerts/webhooks/{webhook_id}")
    return visit.shown(WEBHOOK, "pages/webhook.html", values, status=status, opens_at=place)


def _words(visit: Visit) -> dict[str, object]:
    return {
        "kinds": {each.value: visit.say(text) for each, text in _KINDS.items()},
        "states": {each.value: visit.say(text) for each, text in _STATES.items()},
        "events": {each.value: visit.say(NAMES[each]) for each in EventKind},
    }
