"""What is answered about webhooks, alerts, and what was sent?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.alerts import ChannelKind
from fenji.domain.events import DeliveryState, DisabledReason, EventKind, WebhookState
from fenji.domain.telling import AS_IT_IS, Named
from fenji.domain.words import Spoken


@dataclass(frozen=True)
class SendResult:
    """What one pass over everything that is due has done."""

    events: int
    """Events for which deliveries were made."""
    derived: int
    """Events of single customers that were derived."""
    sent: int
    """Deliveries that arrived."""
    failed: int
    """Deliveries that did not arrive; most are tried again."""
    disabled: tuple[str, ...]
    """Webhooks that are disabled since."""
    next_at: datetime | None
    """When the next delivery is due, UTC; null: nothing waits. A moment that is over: more is due now."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class WebhookView:
    """One webhook."""

    webhook_id: Annotated[str, AS_IT_IS]
    """Of the webhook."""
    url: Annotated[str, AS_IT_IS]
    """Where its messages go."""
    kinds: tuple[EventKind, ...]
    """Events that it hears of."""
    state: WebhookState
    """Whether it is told."""
    why_disabled: DisabledReason | None
    """Null where it is active."""
    has_its_key: bool
    """Whether the key file is the one that its secret was made with; without it nothing is sent: rotate."""
    failing_since: datetime | None
    """Since when nothing has reached it; null: the last delivery did."""
    both_secrets_until: datetime | None
    """Until when the secret before signs too; null: one secret."""
    waiting: int
    """Deliveries that are still to be sent."""
    delivered: Annotated[int, Named("delivered_count")]
    """Deliveries of the last 30 days that arrived."""
    given_up: Annotated[int, Named("given_up_count")]
    """Deliveries of the last 30 days that never arrived."""


@dataclass(frozen=True)
class WebhooksResult(Answer):
    """Every webhook."""

    webhooks: tuple[WebhookView, ...]
    """The oldest first."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.webhooks


@dataclass(frozen=True)
class WebhookSecret:
    """A webhook with a new secret, which is shown this once."""

    webhook: WebhookView
    secret: Annotated[str, AS_IT_IS]
    """For the receiver, which checks the signature with it: whsec_ and base64, as Standard Webhooks writes it."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class WebhookChanged:
    """A webhook as it is now, or was before it was removed."""

    webhook: WebhookView
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class Replayed:
    """Deliveries that will be sent again."""

    webhook_id: Annotated[str, AS_IT_IS]
    """Of the webhook."""
    events: int
    """How many."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class DeliveryView:
    """One event for a webhook."""

    event_id: Annotated[str, AS_IT_IS]
    """Of the event; by it the event can be sent again."""
    kind: EventKind
    """What has happened."""
    words: Spoken[str]
    state: DeliveryState
    """What became of it."""
    attempts: int
    """How often it was tried."""
    status: str | None
    """What came of the last attempt; null: there was none."""
    at: datetime
    """When it came up, UTC."""
    next_at: datetime | None
    """When it is sent, or tried again; null where that is over."""


@dataclass(frozen=True)
class DeliveriesResult:
    """The newest deliveries of a webhook."""

    webhook: WebhookView
    """The webhook."""
    deliveries: tuple[DeliveryView, ...]
    """The newest first."""


@dataclass(frozen=True)
class ChannelView:
    """One channel of alerts.yaml."""

    channel: str
    """As alerts.yaml calls it."""
    kind: ChannelKind
    """What sort of channel it is."""
    missing: tuple[str, ...]
    """Environment variables and settings that it needs and that are not there for this process."""
    waiting: int
    """Lines that are still to be sent."""
    given_up: int
    """Lines of the last 30 days that never arrived."""
    quiet_from: Annotated[str | None, AS_IT_IS] = None
    """When its quiet hours begin, as 22:00 in the time zone of the workspace; null: it has none."""
    quiet_until: Annotated[str | None, AS_IT_IS] = None
    """When they end."""
    digest_at: Annotated[str | None, AS_IT_IS] = None
    """When everything that is not urgent comes together, once a day; null: at once."""
    at_most: int | None = None
    """Messages an hour; null: as many as there are."""


@dataclass(frozen=True)
class RuleView:
    """One alert of alerts.yaml."""

    sentence: Spoken[str]
    to: tuple[str, ...]
    """Channels."""


@dataclass(frozen=True)
class AlertsResult(Answer):
    """Who is told of what."""

    channels: tuple[ChannelView, ...]
    alerts: tuple[RuleView, ...]
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.channels


@dataclass(frozen=True)
class ChannelTested:
    """What came of a test message to one channel."""

    channel: str
    """As alerts.yaml calls it."""
    is_delivered: bool
    """Whether the message was taken."""
    status: str
    """A number of HTTP, or a word such as dingtalk_310000 or timeout."""


@dataclass(frozen=True)
class AlertsTested(Answer):
    """What came of test messages."""

    channels: tuple[ChannelTested, ...]
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.channels


@dataclass(frozen=True)
class ToldLine:
    """One line for one channel."""

    line: Annotated[str, AS_IT_IS]
    """Its id, by which the alert is acknowledged."""
    channel: str
    """As alerts.yaml calls it."""
    at: datetime
    """When it came up, UTC."""
    state: DeliveryState
    """What became of it."""
    attempts: int
    """How often it was tried."""
    status: str | None
    """What came of the last attempt; null: there was none."""
    next_at: datetime | None
    """When it is sent, or tried again; null where that is over."""
    sentence: Spoken[str]
    """What it says."""
    acknowledged_at: datetime | None
    """When somebody has said that they have seen the alert, UTC; null: it is open."""
    acknowledged_by: str | None
    """Who has."""


@dataclass(frozen=True)
class AlertsAcknowledged:
    """Alerts that somebody has acknowledged."""

    acknowledged: int
    """Alerts that were open until now."""
    before: int
    """Of those asked for, alerts that somebody had acknowledged already."""
    open: int
    """Alerts that are still open."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class AlertHistory(Answer):
    """What was told, or will be."""

    lines: tuple[ToldLine, ...]
    """The newest first."""
    open: int = 0
    """Alerts that nobody has acknowledged; one that several channels were told of counts once."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.lines
