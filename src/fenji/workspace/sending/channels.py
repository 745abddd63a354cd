"""What is due is told to people: everything that waits for a channel in one message, and no more messages than the channel takes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fenji.alerts.outcomes import Outcome, failed
from fenji.alerts.robots.texts import Message
from fenji.domain.alerts import Alerts, Channel
from fenji.domain.events import NAMESPACE, Delivery, channel_target
from fenji.language import Language
from fenji.state.run_life import Access
from fenji.wording.alerts import alert_sentence, alert_title, more_lines
from fenji.workspace.sending.choices import A_MINUTE
from fenji.workspace.sending.spreading import SENDER
from fenji.workspace.sending.webhooks import Sent

LINES = 100
"""Lines of one message."""
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_SOON = timedelta(minutes=10)


class Teller(Protocol):
    """What tells a message to a channel."""

    def __call__(self, channel: Channel, message: Message, *, at: datetime) -> Outcome:
        """Sends a message once."""
        ...


@dataclass(frozen=True)
class ChannelSender:
    """What tells people."""

    database: Access
    alerts: Alerts
    language: Language
    tell: Teller

    def send(self, *, limit: int) -> Sent:
        """Tells what is due, one message for each channel, up to ``limit`` messages."""
        with self.database.reading() as t:
            due = [each for each in t.sending.deliveries.targets_due() if each.startswith(channel_target(""))]
        done = Sent()
        for target in due[:limit]:
            done = done.and_(self._one(target))
        return done

    def _one(self, target: str) -> Sent:
        channel = self.alerts.channel(target.removeprefix(channel_target("")))
        with self.database.transaction(SENDER) as t:
            now = t.clock()
            later = (
                None
                if channel is None
                else _later(channel, lambda span: t.sending.deliveries.messages_since(target, now - span), now)
            )
            lease, lines = t.sending.deliveries.claim(target, limit=LINES)
            if not lines:
                return Sent()
            is_urgent = any(each.data is not None and each.data.get("urgent") for each in lines)
            if later is not None and (later.is_strict or not is_urgent):
                t.sending.deliveries.put_off(lease, later.until)
                return Sent()
        ids = [each.delivery_id for each in lines]
        outcome = failed("no_channel") if channel is None else self.tell(channel, self.message_of(lines), at=now)
        with self.database.transaction(SENDER) as t:
            if outcome.is_delivered:
                t.sending.deliveries.note_delivered(lease, ids, outcome.status)
                return Sent(sent=len(ids))
            t.sending.deliveries.note_failed(lease, ids, outcome.status, wait=outcome.wait)
        return Sent(failed=len(ids))

    def message_of(self, lines: Sequence[Delivery]) -> Message:
        """The message of some lines; the same lines are the same message, by its id too."""
        said = tuple(alert_sentence(each.data or {}, self.language) for each in lines)
        message_id = uuid.uuid5(NAMESPACE, "\n".join(sorted(each.delivery_id for each in lines)))
        return Message(alert_title(self.language), said, more_lines(self.language), str(message_id))


@dataclass(frozen=True)
class _Later:
    until: datetime
    is_strict: bool
    """Whether it holds for urgent lines too: the service would refuse them."""


def _later(channel: Channel, messages: Callable[[timedelta], int], now: datetime) -> _Later | None:
    """When a channel takes the next message; None: now."""
    if messages(_MINUTE) >= A_MINUTE[channel.kind]:
        return _Later(now + _MINUTE, is_strict=True)
    if channel.at_most is not None and messages(_HOUR) >= channel.at_most:
        return _Later(now + _SOON, is_strict=False)
    return None
