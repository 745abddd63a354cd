"""What is due is sent to other systems: several at once, each for 15 seconds at most, and what comes of it is written down at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from fenji.alerts.outcomes import Outcome, Verdict
from fenji.alerts.posting import Reach
from fenji.alerts.webhooks import send_event
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.events import Delivery, DisabledReason, Event, EventKind, Webhook, event_id_of, webhook_target
from fenji.state.run_life import Access
from fenji.state.transaction import Transaction
from fenji.workspace.sending.keys import fits, signing_secrets
from fenji.workspace.sending.spreading import SENDER

AT_ONCE = 8
"""Requests that are under way at the same time."""
TAKEN = 32
"""Deliveries that are taken at once: at 15 seconds each they are through within half a lease."""


@dataclass(frozen=True)
class Sent:
    """What came of some deliveries."""

    sent: int = 0
    failed: int = 0
    disabled: tuple[str, ...] = ()

    def and_(self, other: Sent) -> Sent:
        """Both together."""
        return Sent(self.sent + other.sent, self.failed + other.failed, self.disabled + other.disabled)


@dataclass(frozen=True)
class _Task:
    webhook: Webhook
    lease: str
    delivery: Delivery
    event: Event


@dataclass(frozen=True)
class WebhookSender:
    """What sends to webhooks."""

    database: Access
    key: str | None
    reach: Reach

    def send(self, *, limit: int) -> Sent:
        """Sends what is due, up to ``limit`` deliveries."""
        done = Sent()
        while (left := limit - done.sent - done.failed) > 0:
            tasks = self._take(min(left, TAKEN))
            if not tasks:
                break
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fenji-webhook") as pool:
                running = {pool.submit(self._send, each): each for each in tasks}
                for each in as_completed(running):
                    done = done.and_(self._note(running[each], each.result()))
        return done

    def _take(self, limit: int) -> list[_Task]:
        tasks: list[_Task] = []
        with self.database.reading() as t:
            webhooks = [each for each in t.sending.webhooks.active() if fits(self.key, each)]
            due = set(t.sending.deliveries.targets_due())
        hearing = [each for each in webhooks if webhook_target(each.webhook_id) in due]
        for number, webhook in enumerate(hearing):
            # Each gets its share, and one that does not answer holds up nobody: it is tried with one delivery.
            share = 1 if webhook.failing_since is not None else max(1, (limit - len(tasks)) // (len(hearing) - number))
            if len(tasks) < limit:
                with self.database.transaction(SENDER) as t:
                    tasks += _taken(t, webhook, share)
        return tasks

    def _send(self, task: _Task) -> Outcome:
        with self.database.reading() as t:
            at = t.clock()
        secrets = signing_secrets(self.key or "", task.webhook, at=at)
        return send_event(task.webhook.url, task.event, secrets, at=at, reach=self.reach)

    def _note(self, task: _Task, outcome: Outcome) -> Sent:
        webhook_id, ids = task.webhook.webhook_id, [task.delivery.delivery_id]
        with self.database.transaction(SENDER) as t:
            if outcome.is_delivered:
                t.sending.deliveries.note_delivered(task.lease, ids, outcome.status)
                t.sending.webhooks.note_success(webhook_id)
                return Sent(sent=1)
            t.sending.deliveries.note_failed(task.lease, ids, outcome.status, wait=outcome.wait)
            if outcome.verdict is Verdict.SLOW_DOWN:
                return Sent(failed=1)
            why = t.sending.webhooks.note_failure(webhook_id, is_gone=outcome.verdict is Verdict.GONE)
            if why is None:
                return Sent(failed=1)
            _tell_disabled(t, webhook_id, why)
            return Sent(failed=1, disabled=(webhook_id,))


def _taken(t: Transaction, webhook: Webhook, limit: int) -> Iterator[_Task]:
    lease, deliveries = t.sending.deliveries.claim(webhook_target(webhook.webhook_id), limit=limit)
    events = t.sending.outbox.find([each.event_id for each in deliveries])
    return (_Task(webhook, lease, each, events[each.event_id]) for each in deliveries)


def _tell_disabled(t: Transaction, webhook_id: str, why: DisabledReason) -> None:
    subject, now = f"webhooks/{webhook_id}", t.clock()
    event_id = event_id_of(now.isoformat(), subject, EventKind.WEBHOOK_DISABLED)
    data: dict[str, object] = {"webhook_id": webhook_id, "why": str(why)}
    t.sending.outbox.add([Event(event_id, EventKind.WEBHOOK_DISABLED, "", subject, now, data)])
    t.audit.add(Action.WEBHOOK_DISABLED, Subject(SubjectKind.WEBHOOK, webhook_id), {"why": str(why)})
