"""What is due? Makes deliveries of what has happened and sends them; may be killed anywhere, and several may work side by side."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

from fenji.answers.sending import SendResult
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.sending.channels import ChannelSender
from fenji.workspace.sending.choices import Told, alerts_of, reach_of
from fenji.workspace.sending.deriving import Deriver
from fenji.workspace.sending.keys import webhook_key
from fenji.workspace.sending.spreading import SENDER, Spreader
from fenji.workspace.sending.webhooks import WebhookSender

KEPT = timedelta(days=30)
"""How long events and what became of them are kept."""


def send_due(root: Path, *, limit: int = 1000) -> SendResult:
    """One pass: deliveries of new events are made, events of single customers derived, and what is due is sent.

    Args:
        root: the workspace.
        limit: deliveries that are sent at most, and about as many events that are derived.

    Raises:
        NotFound: no workspace.
        InvalidDocument: alerts.yaml cannot be used.
        Unavailable: the state database or the key of the webhooks is out of reach.
    """
    workspace = open_workspace(root)
    state, settings, alerts = workspace.state, workspace.settings, alerts_of(workspace)
    if not state.is_there:
        return SendResult(0, 0, 0, 0, (), None)
    opened = partial(open_question, workspace)
    spreader, deriver = Spreader(state, opened, alerts, settings), Deriver(state, opened)
    events, derived = spreader.spread(limit=limit), deriver.derive(limit=limit)
    # What a run has shown of its data is an event of its own by now.
    events += spreader.spread(limit=limit)
    webhooks = WebhookSender(state, webhook_key(workspace), reach_of(settings)).send(limit=limit)
    channels = ChannelSender(state, alerts, settings.language, Told(settings, os.environ)).send(limit=limit)
    done = webhooks.and_(channels)
    with state.transaction(SENDER) as t:
        t.sending.outbox.forget(older_than=KEPT)
        next_at = t.sending.deliveries.next_at()
    return SendResult(events, derived, done.sent, done.failed, done.disabled, next_at)
