"""How is an event told to another system? As CloudEvents 1.0 in JSON, with the headers and the signature of Standard Webhooks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks.webhooks import Webhook

from fenji.alerts.outcomes import Outcome, Verdict, delivered, failed
from fenji.alerts.posting import Reach, Reply, post
from fenji.domain.events import Event

GONE = 410
TOO_MANY = 429
LONGEST_WAIT = timedelta(hours=24)


def cloud_event(event: Event) -> bytes:
    """The body: the same bytes for the same event, whenever it is sent."""
    body = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": f"urn:fenji:run:{event.run_id}" if event.run_id else "urn:fenji:webhooks",
        "type": f"fenji.{event.kind}",
        "subject": event.subject,
        "time": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(event.data),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(body: bytes, message_id: str, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks.

    Args:
        body: what is sent.
        message_id: of the event: by it a receiver knows what it has had already.
        secrets: ``whsec_...``, the newest first; each signs, so that either is enough while they change.
        at: the moment of this attempt.
    """
    moment = at.astimezone(UTC)
    signatures = [Webhook(each).sign(message_id, moment, body.decode()) for each in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def send_event(url: str, event: Event, secrets: Sequence[str], *, at: datetime, reach: Reach) -> Outcome:
    """Sends an event once."""
    body = cloud_event(event)
    headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "fenji-webhooks/1",
        **signed_headers(body, event.event_id, secrets, at=at),
    }
    reply = post(url, body, headers, reach)
    return reply if isinstance(reply, Outcome) else _outcome(reply)


def _outcome(reply: Reply) -> Outcome:
    """Only 2xx is arrival; a redirect is a failure, because where it leads nobody has entered or checked."""
    status = str(reply.status)
    if 200 <= reply.status < 300:  # noqa: PLR2004 - the numbers of HTTP
        return delivered(status)
    if reply.status == GONE:
        return Outcome(Verdict.GONE, status)
    if reply.status == TOO_MANY and (asked := reply.headers.get("retry-after", "")).isdecimal():
        return Outcome(Verdict.SLOW_DOWN, status, min(timedelta(seconds=int(asked[:6])), LONGEST_WAIT))
    return failed(status)
