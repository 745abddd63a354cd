"""Which other systems hear of what has happened? Added, listed, removed, given another secret; and events are sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fenji.alerts.posting import refusal
from fenji.answers.sending import (
    DeliveriesResult,
    DeliveryView,
    Replayed,
    WebhookChanged,
    WebhookSecret,
    WebhooksResult,
    WebhookView,
)
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.events import Delivery, DeliveryState, EventKind, Webhook, webhook_target
from fenji.domain.principals import Principal
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, NotFound
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.masking import secrets_of
from fenji.state.transaction import Transaction
from fenji.wording.alerts import NAMES
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.sending.choices import reach_of
from fenji.workspace.sending.keys import both_until, check_of, fits, secret_of, webhook_key

MOST_LETTERS = 2_000
"""Of an address."""
MOST_WEBHOOKS = 100
MOST_DELIVERIES = 500
KEPT_DAYS = 30
"""For so long events can be sent again."""


def add_webhook(root: Path, url: str, kinds: Sequence[EventKind], *, principal: Principal | None = None) -> WebhookSecret:
    """Adds an address that hears of events from now on; its secret is answered this once.

    Raises:
        InvalidArgument: not an address that may be reached, or no events.
        Unavailable: the key cannot be kept.
    """
    workspace = open_workspace(root)
    _check_url(workspace, url)
    if not kinds:
        raise InvalidArgument.of(_("a webhook needs at least one kind of event."))
    key = _made_key(workspace)
    with workspace.state.transaction(principal or acting_person()) as t:
        if len(t.sending.webhooks.list_webhooks()) >= MOST_WEBHOOKS:
            raise InvalidArgument.of(_("there are {most} webhooks already; remove one first."), most=MOST_WEBHOOKS)
        added = t.sending.webhooks.add(url, sorted(set(kinds)), lambda webhook_id: check_of(key, webhook_id, 1))
        t.audit.add(Action.WEBHOOK_ADDED, _subject(added.webhook_id), {"kinds": len(added.kinds), "host": urlsplit(url).hostname})
        view = _view(t, added, key)
    return WebhookSecret(view, secret_of(key, added.webhook_id, added.secret_number))


def list_webhooks(root: Path) -> WebhooksResult:
    """Every webhook with what is waiting for it."""
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        return WebhooksResult(())
    key = webhook_key(workspace)
    with workspace.state.reading() as t:
        counts = t.sending.deliveries.counts()
        return WebhooksResult(tuple(_seen(each, key, counts) for each in t.sending.webhooks.list_webhooks()))


def webhook_deliveries(root: Path, webhook_id: str, *, limit: int = 50) -> DeliveriesResult:
    """The newest events for a webhook, and what became of each.

    Raises:
        NotFound: there is none of that id.
        InvalidArgument: a limit out of range.
    """
    if not 1 <= limit <= MOST_DELIVERIES:
        raise InvalidArgument.of(_("ask for 1 to {most} rows."), most=MOST_DELIVERIES)
    workspace = open_workspace(root)
    key = webhook_key(workspace)
    with workspace.state.reading() as t:
        webhook = t.sending.webhooks.find(webhook_id)
        newest = t.sending.deliveries.newest(limit=limit, begins=webhook_target(webhook_id))
        return DeliveriesResult(_seen(webhook, key, t.sending.deliveries.counts()), tuple(map(_delivery, newest)))


def remove_webhook(root: Path, webhook_id: str, *, principal: Principal | None = None) -> WebhookChanged:
    """Removes a webhook; what was still to be sent to it is not.

    Raises:
        NotFound: there is none of that id.
    """
    workspace = open_workspace(root)
    with workspace.state.transaction(principal or acting_person()) as t:
        view = _view(t, t.sending.webhooks.find(webhook_id), webhook_key(workspace))
        t.sending.webhooks.remove(webhook_id)
        t.audit.add(Action.WEBHOOK_REMOVED, _subject(webhook_id))
    return WebhookChanged(view)


def rotate_webhook(root: Path, webhook_id: str, *, principal: Principal | None = None) -> WebhookSecret:
    """Gives a webhook a new secret, answered this once; for a day the one before signs too.

    Raises:
        NotFound: there is none of that id.
    """
    workspace = open_workspace(root)
    key = _made_key(workspace)
    with workspace.state.transaction(principal or acting_person()) as t:
        found = t.sending.webhooks.rotate(webhook_id, lambda number: check_of(key, webhook_id, number))
        t.audit.add(Action.WEBHOOK_ROTATED, _subject(webhook_id))
        view = _view(t, found, key)
    return WebhookSecret(view, secret_of(key, webhook_id, found.secret_number))


def enable_webhook(root: Path, webhook_id: str, *, principal: Principal | None = None) -> WebhookChanged:
    """Sends to a disabled webhook again, what has waited meanwhile first.

    Raises:
        NotFound: there is none of that id.
    """
    workspace = open_workspace(root)
    with workspace.state.transaction(principal or acting_person()) as t:
        found = t.sending.webhooks.enable(webhook_id)
        t.audit.add(Action.WEBHOOK_ENABLED, _subject(webhook_id))
        return WebhookChanged(_view(t, found, webhook_key(workspace)))


def replay_events(
    root: Path, webhook_id: str, *, event_id: str | None = None, since: date | None = None, principal: Principal | None = None
) -> Replayed:
    """Sends events again under their ids: one, or all of a webhook's kinds since a day.

    Args:
        root: the workspace.
        webhook_id: to whom.
        event_id: one event.
        since: a day of the workspace's time zone; events are kept for 30 days.
        principal: who asks; None: the user of the operating system.

    Raises:
        NotFound: no such webhook, or no such event that was meant for it.
        InvalidArgument: neither or both are given, or the day is too long ago.
    """
    workspace = open_workspace(root)
    if (event_id is None) == (since is None):
        raise InvalidArgument.of(_("say either which event is sent again, or since which day."))
    with workspace.state.transaction(principal or acting_person()) as t:
        webhook = t.sending.webhooks.find(webhook_id)
        ids = (event_id,) if event_id is not None else _ids_since(t, webhook, workspace, since)
        found = sum(t.sending.deliveries.replay(webhook_target(webhook_id), ids[at : at + 500]) for at in range(0, len(ids), 500))
        if event_id is not None and not found:
            raise NotFound.of(_("no event {event_id} was meant for this webhook."), event_id=event_id)
        t.audit.add(Action.EVENTS_REPLAYED, _subject(webhook_id), {"events": found})
    return Replayed(webhook_id, found)


def _ids_since(t: Transaction, webhook: Webhook, workspace: Workspace, since: date | None) -> tuple[str, ...]:
    begins = datetime.combine(since or date.max, time(), ZoneInfo(workspace.settings.time_zone))
    if t.clock() - begins > timedelta(days=KEPT_DAYS + 1):
        raise InvalidArgument.of(_("events are kept for {days} days only."), days=KEPT_DAYS)
    return t.sending.outbox.since(begins, webhook.kinds)


def _delivery(each: Delivery) -> DeliveryView:
    return DeliveryView(
        event_id=each.event_id,
        kind=each.kind,
        words=Spoken(partial(_kind_words, each.kind)),
        state=each.state,
        attempts=each.attempts,
        status=each.last_status,
        at=each.created_at,
        next_at=each.next_at if each.state is DeliveryState.WAITING else None,
    )


def _kind_words(kind: EventKind, language: Language) -> str:
    return translate(NAMES[kind], language)


def _made_key(workspace: Workspace) -> str:
    key = webhook_key(workspace, make=True)
    if key is None:
        message = "a key was made and is not there"
        raise AssertionError(message)
    return key


def _check_url(workspace: Workspace, url: str) -> None:
    """The address itself is not repeated in errors: somebody may have written a password into it."""
    try:
        parts = urlsplit(url)
        has_port_only = parts.port is None or parts.port > 0
    except ValueError:
        parts, has_port_only = urlsplit(""), False
    is_usable = parts.scheme in {"https", "http"} and parts.hostname and has_port_only and url.isascii() and url.isprintable()
    if not is_usable or " " in url or parts.fragment or len(url) > MOST_LETTERS:
        raise InvalidArgument.of(_("this is not an address that a webhook can have; write https://host/path."))
    if parts.username is not None or parts.password is not None or secrets_of(url):
        text = _("a webhook's address holds no user, password or token.")
        raise InvalidArgument.of(text, advice=_("The receiver knows us by the signature; see the secret that is answered."))
    refused = refusal(url, reach_of(workspace.settings))
    if refused == "https_only":
        raise InvalidArgument.of(_("a webhook's address begins with https://, except in networks of `private_targets`."))
    if refused is not None:
        text = _("this address lies inside a private network, or nowhere: {status}.")
        raise InvalidArgument.of(text, advice=_("Allow the network in `private_targets` in fenji.toml."), status=refused)


def _subject(webhook_id: str) -> Subject:
    return Subject(SubjectKind.WEBHOOK, webhook_id)


def _view(t: Transaction, webhook: Webhook, key: str | None) -> WebhookView:
    return _seen(webhook, key, t.sending.deliveries.counts())


def _seen(webhook: Webhook, key: str | None, counts: Mapping[tuple[str, DeliveryState], int]) -> WebhookView:
    target = webhook_target(webhook.webhook_id)
    return WebhookView(
        webhook_id=webhook.webhook_id,
        url=webhook.url,
        kinds=webhook.kinds,
        state=webhook.state,
        why_disabled=webhook.why_disabled,
        has_its_key=fits(key, webhook),
        failing_since=webhook.failing_since,
        both_secrets_until=both_until(webhook),
        waiting=counts.get((target, DeliveryState.WAITING), 0),
        delivered=counts.get((target, DeliveryState.DELIVERED), 0),
        given_up=counts.get((target, DeliveryState.GIVEN_UP), 0),
    )
