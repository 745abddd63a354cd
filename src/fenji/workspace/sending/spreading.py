"""Who is to hear of an event? Its deliveries are made by one transaction, which also says that they are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from fenji.domain.alerts import AlertKind, AlertRule, Alerts, TierChange, Waiting
from fenji.domain.events import (
    OF_CUSTOMERS,
    Event,
    EventKind,
    channel_target,
    event_id_of,
    run_subject,
    webhook_target,
)
from fenji.domain.principals import Principal, PrincipalKind
from fenji.settings import Settings
from fenji.state.run_life import Access
from fenji.state.sending.deliveries import NewDelivery
from fenji.state.transaction import Transaction
from fenji.workspace.sending.news import UNREADABLE, RunNews, news_of
from fenji.workspace.session import Session

SENDER = Principal(PrincipalKind.SYSTEM, "sender")
"""Who makes and sends deliveries."""

Opened = Callable[[], AbstractContextManager[Session]]
"""Opens a session that reads published runs."""


@dataclass(frozen=True)
class Spreader:
    """What makes deliveries of events."""

    database: Access
    opened: Opened
    alerts: Alerts
    settings: Settings

    def spread(self, *, limit: int) -> int:
        """Makes the deliveries of events that have none yet, the oldest first; says of how many."""
        with self.database.reading() as t:
            events = t.sending.outbox.not_spread(limit=limit)
        return sum(self._spread(each) for each in events)

    def _spread(self, event: Event) -> bool:
        news = self._news(event) if is_whole_run(event) else None
        with self.database.transaction(SENDER) as t:
            if not t.sending.outbox.take(event.event_id):
                return False
            wanted = list(_to_webhooks(t, event))
            wanted += self._to_channels(event, news, now=t.clock())
            t.sending.deliveries.add(wanted)
            if news is not None:
                self._begin(t, event, news)
        return True

    def _news(self, event: Event) -> RunNews | None:
        with self.database.reading() as t:
            base = t.sending.outbox.run_before(event.run_id)
        try:
            with self.opened() as session:
                return news_of(session, event.run_id, base, self.settings)
        except UNREADABLE:
            return None

    @staticmethod
    def _begin(t: Transaction, event: Event, news: RunNews) -> None:
        """What the run itself has shown becomes events too."""
        if news.faults:
            subject, kind = run_subject(event.run_id), EventKind.QUALITY_BELOW_LIMITS
            data = {"as_of": news.as_of, "faults": list(news.faults), "version": event.data.get("version")}
            t.sending.outbox.add([Event(event_id_of(event.run_id, subject, kind), kind, event.run_id, subject, t.clock(), data)])
        heard = {kind for each in t.sending.webhooks.list_webhooks() for kind in each.kinds}
        if news.base_run_id is not None and any(each.kind in heard for each in news.changes):
            t.sending.outbox.begin_derivation(event.run_id, news.base_run_id)

    def _to_channels(self, event: Event, news: RunNews | None, *, now: datetime) -> Iterator[NewDelivery]:
        moment = now.astimezone(ZoneInfo(self.settings.time_zone))
        for rule in self.alerts.rules:
            for kind, line in _lines(rule, event, news):
                for name in rule.to:
                    channel = self.alerts.channel(name)
                    if channel is not None:
                        due = Waiting(channel, rule.is_urgent).earliest(moment)
                        data = {**line, "urgent": rule.is_urgent}
                        yield NewDelivery(channel_target(name), event.event_id, kind, due, _fingerprint(line), data)


def is_whole_run(event: Event) -> bool:
    """Whether an event is the publication of a run that decided tiers."""
    return event.kind is EventKind.RUN_PUBLISHED and event.data.get("command") == "run"


def _to_webhooks(t: Transaction, event: Event) -> Iterator[NewDelivery]:
    """Also to those that are disabled: it waits until they are enabled, or is forgotten."""
    for each in t.sending.webhooks.list_webhooks():
        if event.kind in each.kinds:
            yield NewDelivery(webhook_target(each.webhook_id), event.event_id, event.kind, t.clock())


def _lines(rule: AlertRule, event: Event, news: RunNews | None) -> Iterator[tuple[EventKind, dict[str, object]]]:
    """What a rule says of an event, as it is written down."""
    if event.kind in rule.on and (event.kind is not EventKind.RUN_PUBLISHED or is_whole_run(event)):
        data = {**event.data, "line": str(AlertKind.EVENT), "kind": str(event.kind), "run_id": event.run_id}
        yield event.kind, data
    if news is None:
        return
    for kind in OF_CUSTOMERS:
        found = [each for each in news.changes if each.kind is kind and _concerns(rule.tiers, each)] if kind in rule.on else []
        if sum(each.customers for each in found) >= rule.at_least and found:
            changes = [asdict(replace(each, kind=kind)) for each in found]
            yield kind, {"line": str(AlertKind.COUNTS), "kind": str(kind), **_of_run(event, news), "changes": changes}
    for each in news.tier_counts:
        concerned = not rule.tiers or each.tier in rule.tiers
        if rule.count_changes_by is not None and concerned and each.share >= rule.count_changes_by:
            line = {"line": str(AlertKind.TIER_COUNT), "kind": str(event.kind), **_of_run(event, news)}
            yield event.kind, {**line, "tier": each.tier, "before": each.before, "now": each.now}


def _of_run(event: Event, news: RunNews) -> dict[str, object]:
    return {"run_id": event.run_id, "as_of": news.as_of, "names": news.names}


def _concerns(tiers: Sequence[str], change: TierChange) -> bool:
    return not tiers or change.from_tier in tiers or change.to_tier in tiers


def _fingerprint(line: dict[str, object]) -> str:
    """Tells lines about one event apart; two rules that say the same to one channel say it once."""
    return hashlib.sha256(json.dumps(line, sort_keys=True, default=str).encode()).hexdigest()[:16]
