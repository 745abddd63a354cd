"""Which other systems hear of events, and does anything reach them?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fenji.domain.events import DisabledReason, EventKind, Webhook, WebhookState, webhook_target
from fenji.errors import NotFound, unknown_name
from fenji.language import message as _
from fenji.state.sending.rows import DeliveryRow, WebhookRow

PATIENCE = timedelta(days=5)
"""For so long nothing may reach a webhook."""
FEWEST_FAILURES = 5
"""Attempts that must have failed before that counts: a clock that jumps ahead by a week has seen no failures."""


class WebhookRepository:
    """The webhooks of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The webhooks in the state database of a session."""
        self._session = session
        self._clock = clock

    def add(self, url: str, kinds: Iterable[EventKind], check: Callable[[str], str]) -> Webhook:
        """Adds a webhook.

        Args:
            url: where.
            kinds: of which events it hears.
            check: gives the check of the first secret of a webhook by its id.
        """
        webhook_id = f"wh_{secrets.token_hex(6)}"
        row = WebhookRow(
            webhook_id=webhook_id,
            url=url,
            kinds=[str(each) for each in kinds],
            state=WebhookState.ACTIVE,
            secret_number=1,
            secret_check=check(webhook_id),
            created_at=self._clock(),
            failures=0,
        )
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def list_webhooks(self) -> tuple[Webhook, ...]:
        """Every webhook, the oldest first."""
        wanted = select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.webhook_id)
        return tuple(map(_record, self._session.scalars(wanted)))

    def active(self) -> tuple[Webhook, ...]:
        """Those to which something is sent."""
        return tuple(each for each in self.list_webhooks() if each.state is WebhookState.ACTIVE)

    def find(self, webhook_id: str) -> Webhook:
        """One webhook.

        Raises:
            NotFound: there is none of that id.
        """
        return _record(self._row(webhook_id))

    def remove(self, webhook_id: str) -> Webhook:
        """Removes a webhook with all that was to be sent to it."""
        row = self._row(webhook_id)
        found = _record(row)
        self._session.execute(delete(DeliveryRow).where(DeliveryRow.target == webhook_target(webhook_id)))
        self._session.delete(row)
        self._session.flush()
        return found

    def rotate(self, webhook_id: str, check: Callable[[int], str]) -> Webhook:
        """Gives a webhook its next secret; ``check`` gives the check of a secret by its number."""
        row = self._row(webhook_id)
        row.secret_number += 1
        row.secret_check, row.rotated_at = check(row.secret_number), self._clock()
        self._session.flush()
        return _record(row)

    def enable(self, webhook_id: str) -> Webhook:
        """Sends to a webhook again."""
        row = self._row(webhook_id)
        row.state, row.why_disabled, row.failing_since, row.failures = WebhookState.ACTIVE, None, None, 0
        self._session.flush()
        return _record(row)

    def note_success(self, webhook_id: str) -> None:
        """Says that a delivery has reached it."""
        row = self._session.get(WebhookRow, webhook_id)
        if row is not None and row.failing_since is not None:
            row.failing_since, row.failures = None, 0

    def note_failure(self, webhook_id: str, *, is_gone: bool) -> DisabledReason | None:
        """Says that a delivery has not reached it; why it is disabled by that, or None."""
        row = self._session.get(WebhookRow, webhook_id, with_for_update=True)
        if row is None or row.state != WebhookState.ACTIVE:
            return None
        now = self._clock()
        row.failing_since, row.failures = row.failing_since or now, row.failures + 1
        row.failing_since = min(row.failing_since, now)  # where the clock was set back, the days are counted from now on
        has_failed_long = now - row.failing_since >= PATIENCE and row.failures >= FEWEST_FAILURES
        why = DisabledReason.GONE if is_gone else DisabledReason.FAILING if has_failed_long else None
        if why is not None:
            row.state, row.why_disabled = WebhookState.DISABLED, why
        return why

    def _row(self, webhook_id: str) -> WebhookRow:
        row = self._session.get(WebhookRow, webhook_id, with_for_update=True)
        if row is None:
            known = self._session.scalars(select(WebhookRow.webhook_id))
            raise NotFound(unknown_name(_("webhook"), webhook_id, known))
        return row


def _record(row: WebhookRow) -> Webhook:
    return Webhook(
        row.webhook_id,
        row.url,
        tuple(map(EventKind, row.kinds)),
        WebhookState(row.state),
        row.secret_number,
        row.secret_check,
        row.rotated_at,
        row.created_at,
        row.failing_since,
        row.failures,
        None if row.why_disabled is None else DisabledReason(row.why_disabled),
    )
