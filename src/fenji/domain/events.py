"""What has happened that others want to hear of? Runs that were published or have failed, customers whose tier has changed, points that moved."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

NAMESPACE = uuid.UUID("5b0e9c5e-6f0d-5d1c-9f0b-2a6f5f1c7e11")
"""Under it ids of events are made; never changed, because receivers know an event by its id."""


class EventKind(StrEnum):
    """What has happened. CloudEvents calls it by ``fenji.`` and this name."""

    RUN_PUBLISHED = "run.published"
    RUN_FAILED = "run.failed"
    QUALITY_BELOW_LIMITS = "quality.below_limits"
    CUSTOMER_NEW = "customer.new"
    CUSTOMER_RETURNED = "customer.returned"
    CUSTOMER_LOST = "customer.lost"
    TIER_UPGRADED = "tier.upgraded"
    TIER_DOWNGRADED = "tier.downgraded"
    TIER_WILL_FALL = "tier.will_fall"
    WEBHOOK_DISABLED = "webhook.disabled"
    REPORT_READY = "report.ready"
    POINTS_EARNED = "points.earned"
    POINTS_RELEASED = "points.released"
    POINTS_REDEEMED = "points.redeemed"
    POINTS_REFUNDED = "points.refunded"
    POINTS_EXPIRED = "points.expired"
    POINTS_ADJUSTED = "points.adjusted"
    POINTS_MOVED = "points.moved"
    VOUCHER_ISSUED = "voucher.issued"
    VOUCHER_REDEEMED = "voucher.redeemed"
    VOUCHER_RELEASED = "voucher.released"
    REFERRAL_QUALIFIED = "referral.qualified"
    REFERRAL_REJECTED = "referral.rejected"


OF_CUSTOMERS = (
    EventKind.CUSTOMER_NEW,
    EventKind.CUSTOMER_RETURNED,
    EventKind.CUSTOMER_LOST,
    EventKind.TIER_UPGRADED,
    EventKind.TIER_DOWNGRADED,
    EventKind.TIER_WILL_FALL,
)
"""Events of single customers: there may be millions of one run."""


@dataclass(frozen=True)
class Event:
    """One thing that happened, once."""

    event_id: str
    """The same for the same thing, however often it is found: a UUID of its run, subject and kind."""
    kind: EventKind
    run_id: str
    """The run in which it happened, or was found; empty where it has to do with none."""
    subject: str
    """What it happened to, such as ``runs/<run_id>`` or ``customers/<customer_key>``."""
    at: datetime
    """When it was found, UTC."""
    data: Mapping[str, object] = field(default_factory=dict)
    """Small and plain; no names, phones, e-mails, and no ids of the company's own systems."""


def event_id_of(run_id: str, subject: str, kind: EventKind) -> str:
    """The id of an event.

    >>> event_id_of("r1", "customers/7", EventKind.CUSTOMER_LOST)
    'c967f03a-d92a-5651-b2a0-44b25e2cb648'
    """
    return str(uuid.uuid5(NAMESPACE, f"{run_id}\n{subject}\n{kind}"))


def run_subject(run_id: str) -> str:
    """A run as the subject of an event."""
    return f"runs/{run_id}"


def report_subject(name: str) -> str:
    """A monthly report, by the name of its files, as the subject of an event."""
    return f"reports/{name}"


def customer_subject(customer_key: int) -> str:
    """A customer as the subject of an event."""
    return f"customers/{customer_key}"


@dataclass(frozen=True)
class Derivation:
    """How far the events of single customers have been derived from a run."""

    run_id: str
    base_run_id: str | None
    """The run that was published before; what has changed since then are the events. None: there is none to compare with."""
    after_key: int
    """All customers up to this key are done."""


class WebhookState(StrEnum):
    """Whether anything is sent to a webhook."""

    ACTIVE = "active"
    DISABLED = "disabled"


class DisabledReason(StrEnum):
    """Why nothing is sent to a webhook any more."""

    GONE = "gone"
    """The receiver answered 410 Gone."""
    FAILING = "failing"
    """Nothing reached the receiver for five days."""


@dataclass(frozen=True)
class Webhook:
    """One address of another system that hears of events."""

    webhook_id: str
    url: str
    kinds: tuple[EventKind, ...]
    """Which events it hears of."""
    state: WebhookState
    secret_number: int
    """Which of its secrets is the newest; the secrets themselves stand in no database."""
    secret_check: str
    """The beginning of a SHA-256 of the newest secret: shows that the key of the secrets is the one that it was made with."""
    rotated_at: datetime | None
    """For a day from then on the secret before signs too."""
    created_at: datetime
    failing_since: datetime | None = None
    """Since when nothing has reached it; None: the last delivery did."""
    failures: int = 0
    """Attempts since then."""
    why_disabled: DisabledReason | None = None


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """Every retry failed; a replay begins again."""


@dataclass(frozen=True)
class Delivery:
    """One event for one webhook, or one line for one channel of alerts."""

    delivery_id: str
    target: str
    """``webhook:<id>`` or ``channel:<name>``."""
    event_id: str
    kind: EventKind
    state: DeliveryState
    attempts: int
    next_at: datetime
    created_at: datetime
    last_at: datetime | None = None
    last_status: str | None = None
    """A number of HTTP or a word; never what the receiver wrote."""
    data: Mapping[str, object] | None = None
    """Of a channel: what is told."""
    acknowledged_at: datetime | None = None
    """Of a channel: when somebody has said that they have seen it; None: nobody has."""
    acknowledged_by: str | None = None


def webhook_target(webhook_id: str) -> str:
    """A webhook as the target of deliveries."""
    return f"webhook:{webhook_id}"


def channel_target(name: str) -> str:
    """A channel of alerts as the target of deliveries."""
    return f"channel:{name}"
