"""Who is told when something happens? Webhooks, the alerts of alerts.yaml, and what became of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from fenji.answers.sending import (
    AlertHistory,
    AlertsAcknowledged,
    AlertsResult,
    AlertsTested,
    Replayed,
    WebhookChanged,
    WebhookSecret,
    WebhooksResult,
)
from fenji.api.asking import ChangingPeople, SeeingPeople
from fenji.api.bodies.sending import Acknowledgement, AcknowledgementBody, NewWebhook, NewWebhookBody, Replay, ReplayBody
from fenji.api.once import done_once, nothing
from fenji.api.routes.describing import answered_by
from fenji.workflow.sending.alerts import acknowledge_alerts, alert_history, list_alerts, try_channels
from fenji.workflow.sending.webhooks import (
    add_webhook,
    enable_webhook,
    list_webhooks,
    remove_webhook,
    replay_events,
    rotate_webhook,
)

router = APIRouter(tags=["webhooks"])

WebhookId = Annotated[str, Path(description="Of the webhook.", max_length=60)]


@router.get("/webhooks", summary="Which addresses are told of what", **answered_by(WebhooksResult))
def webhooks(asking: SeeingPeople) -> Response:
    """With what waits and what was given up; never their secrets."""
    return asking.fresh(list_webhooks)


@router.post("/webhooks", summary="Have an address told", **answered_by(WebhookSecret, status=201, body=NewWebhook, is_once=True))
def add(asking: ChangingPeople, body: NewWebhookBody) -> Response:
    """The secret of its signatures is in the answer and nowhere else."""
    principal = asking.caller.principal
    return done_once(asking, lambda: add_webhook(asking.root, body.url, body.kinds, principal=principal), again=nothing)


@router.delete("/webhooks/{webhook_id}", summary="Tell an address no more", **answered_by(WebhookChanged))
def remove(asking: ChangingPeople, webhook_id: WebhookId) -> Response:
    """What waits for it is dropped."""
    return asking.fresh(lambda root: remove_webhook(root, webhook_id, principal=asking.caller.principal))


@router.post("/webhooks/{webhook_id}/rotate", summary="Give a webhook a new secret", **answered_by(WebhookSecret))
def rotate(asking: ChangingPeople, webhook_id: WebhookId) -> Response:
    """Both secrets sign for a day, so that the receiver can change over."""
    return asking.fresh(lambda root: rotate_webhook(root, webhook_id, principal=asking.caller.principal))


@router.post("/webhooks/{webhook_id}/enable", summary="Tell an address again that had failed", **answered_by(WebhookChanged))
def enable(asking: ChangingPeople, webhook_id: WebhookId) -> Response:
    """After 410, or after five days of failure, it was disabled."""
    return asking.fresh(lambda root: enable_webhook(root, webhook_id, principal=asking.caller.principal))


@router.post("/webhooks/{webhook_id}/replay", summary="Send events once more", **answered_by(Replayed, body=Replay))
def replay(asking: ChangingPeople, webhook_id: WebhookId, body: ReplayBody) -> Response:
    """Under the ids that they had."""
    return asking.fresh(
        lambda root: replay_events(root, webhook_id, event_id=body.event_id, since=body.since, principal=asking.caller.principal)
    )


@router.get("/alerts", summary="What alerts.yaml says", **answered_by(AlertsResult))
def alerts(asking: SeeingPeople) -> Response:
    """Channels, and what each is told."""
    return asking.fresh(list_alerts)


@router.get("/alerts/history", summary="What became of alerts", **answered_by(AlertHistory))
def history(asking: SeeingPeople, *, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """The newest first."""
    return asking.fresh(lambda root: alert_history(root, limit=limit))


@router.post("/alerts/acknowledge", summary="Say that alerts were seen", **answered_by(AlertsAcknowledged, body=Acknowledgement))
def acknowledge(asking: ChangingPeople, body: AcknowledgementBody) -> Response:
    """They count as open no more; the audit log keeps who and when."""
    return asking.fresh(lambda root: acknowledge_alerts(root, body.lines, principal=asking.caller.principal))


@router.post("/alerts/test", summary="Send a trial message to every channel", **answered_by(AlertsTested))
def try_all(asking: ChangingPeople, *, channel: Annotated[str | None, Query(max_length=60)] = None) -> Response:
    """Or to one of them."""
    return asking.fresh(lambda root: try_channels(root, channel, principal=asking.caller.principal))
