"""Which customers does a published run concern? Derived from its stored tables, batch after batch, where somebody hears of them.

A batch is one transaction: the events, their deliveries, and the customer up to whom everything is done. Whatever is killed in
the middle has done nothing, and the next one derives the same events under the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fenji.analyze.movements.changes import batch_of
from fenji.domain.events import OF_CUSTOMERS, Derivation, Event, EventKind, customer_subject, event_id_of, webhook_target
from fenji.domain.runs import Run
from fenji.state.run_life import Access
from fenji.state.sending.deliveries import NewDelivery
from fenji.state.transaction import Transaction
from fenji.workspace.sending.news import UNREADABLE, Changes
from fenji.workspace.sending.spreading import SENDER, Opened
from fenji.workspace.session import Session

BATCH = 5_000
"""Events of one transaction: a second on SQLite."""

DONE, NOBODY, RUN_GONE = "done", "nobody", "run_gone"


@dataclass(frozen=True)
class Deriver:
    """What derives events of single customers."""

    database: Access
    opened: Opened
    batch: int = BATCH

    def derive(self, *, limit: int) -> int:
        """Derives at least one batch of every run that is not done, and goes on up to ``limit`` events; says how many there were."""
        with self.database.reading() as t:
            runs = [each.run_id for each in t.sending.outbox.open_derivations()]
        found = 0
        for run_id in runs:
            with self.opened() as session:
                while (added := self._step(session, run_id)) is not None:
                    found += added
                    if found >= limit:
                        return found
        return found

    def _step(self, session: Session, run_id: str) -> int | None:
        """One batch of one run; None where nothing is left."""
        with self.database.reading() as t:
            begun = next((each for each in t.sending.outbox.open_derivations() if each.run_id == run_id), None)
            heard = _heard(t)
        if begun is None:
            return None
        if not heard:
            self._end(begun, NOBODY)
            return None
        try:
            changes = Changes.between(session, run_id, begun.base_run_id)
            if changes is None:
                self._end(begun, RUN_GONE)
                return None
            wanted = batch_of(changes.table, heard, after_key=begun.after_key, limit=self.batch)
            rows = session.engine.fetch(wanted).to_pylist()
        except UNREADABLE:
            self._end(begun, RUN_GONE)
            return None
        if len(rows) == self.batch:  # the last customer may have one more event, which the limit has cut off
            rows = [each for each in rows if each["customer_key"] != rows[-1]["customer_key"]]
        if not rows:
            self._end(begun, DONE)
            return None
        return self._keep(begun, changes.run, rows)

    def _keep(self, begun: Derivation, run: Run, rows: Sequence[Mapping[str, Any]]) -> int:
        with self.database.transaction(SENDER) as t:
            if not t.sending.outbox.move_derivation(begun, after_key=rows[-1]["customer_key"]):
                return 0  # somebody else has just done it
            events = t.sending.outbox.add([_event(each, run, t) for each in rows], are_spread=True)
            hearing = t.sending.webhooks.list_webhooks()
            t.sending.deliveries.add(
                NewDelivery(webhook_target(webhook.webhook_id), each.event_id, each.kind, each.at)
                for each in events
                for webhook in hearing
                if each.kind in webhook.kinds
            )
        return len(events)

    def _end(self, begun: Derivation, outcome: str) -> None:
        with self.database.transaction(SENDER) as t:
            t.sending.outbox.end_derivation(begun, outcome)


def _heard(t: Transaction) -> tuple[EventKind, ...]:
    heard = {kind for each in t.sending.webhooks.list_webhooks() for kind in each.kinds}
    return tuple(each for each in OF_CUSTOMERS if each in heard)


def _event(row: Mapping[str, Any], run: Run, t: Transaction) -> Event:
    kind, subject = EventKind(row["kind"]), customer_subject(row["customer_key"])
    policy = run.new.policy
    data = {
        "customer_key": row["customer_key"],
        "from_tier": row["from_tier"],
        "to_tier": row["to_tier"],
        "cause": row["cause"],
        "as_of": str(run.new.as_of),
        "policy": None if policy is None else policy.slug,
        "policy_version": None if policy is None else policy.version,
        "version": run.published_number,
    }
    return Event(event_id_of(run.run_id, subject, kind), kind, run.run_id, subject, t.clock(), data)
