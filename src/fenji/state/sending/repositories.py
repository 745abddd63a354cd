"""What can one transaction see and change of what others hear? All repositories of it on one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.state.sending.deliveries import DeliveryRepository
from fenji.state.sending.outbox import Outbox
from fenji.state.sending.webhooks import WebhookRepository


@dataclass(frozen=True)
class SendingRepositories:
    """Events, webhooks and deliveries, inside one transaction."""

    session: Session
    clock: Callable[[], datetime]

    @property
    def outbox(self) -> Outbox:
        """What has happened that others want to hear of."""
        return Outbox(self.session, self.clock)

    @property
    def webhooks(self) -> WebhookRepository:
        """Other systems that hear of it."""
        return WebhookRepository(self.session, self.clock)

    @property
    def deliveries(self) -> DeliveryRepository:
        """What is to be sent to them, and to people."""
        return DeliveryRepository(self.session, self.clock)
