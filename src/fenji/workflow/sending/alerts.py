"""Who is told of what, does each channel work, and what was told? Reads alerts.yaml and what was written down; a test is sent at once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from fenji.alerts.robots.texts import Message
from fenji.answers.sending import (
    AlertHistory,
    AlertsAcknowledged,
    AlertsResult,
    AlertsTested,
    ChannelTested,
    ChannelView,
    RuleView,
    ToldLine,
)
from fenji.domain.alerts import AlertKind, Channel
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.events import Delivery, DeliveryState, channel_target
from fenji.domain.principals import Principal
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, NotFound, Problem, unknown_name
from fenji.language import message as _
from fenji.wording.alerts import alert_sentence, alert_title, more_lines, rule_sentence
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.sending.choices import Told, alerts_of, missing_of

SHOWN = 20
"""Lines listed where nobody says how many."""
MOST_LINES = 10_000
MOST_ACKNOWLEDGED = 500


def list_alerts(root: Path) -> AlertsResult:
    """Every channel and every alert of alerts.yaml.

    Raises:
        NotFound: no workspace.
        InvalidDocument: alerts.yaml cannot be used; all problems at once.
    """
    workspace = open_workspace(root)
    alerts = alerts_of(workspace)
    counts: dict[tuple[str, DeliveryState], int] = {}
    if workspace.state.is_there:
        with workspace.state.reading() as t:
            counts = t.sending.deliveries.counts()
    channels = tuple(
        ChannelView(
            each.name,
            each.kind,
            missing_of(each, workspace.settings),
            counts.get((channel_target(each.name), DeliveryState.WAITING), 0),
            counts.get((channel_target(each.name), DeliveryState.GIVEN_UP), 0),
            quiet_from=None if each.quiet is None else f"{each.quiet.begins:%H:%M}",
            quiet_until=None if each.quiet is None else f"{each.quiet.ends:%H:%M}",
            digest_at=None if each.digest_at is None else f"{each.digest_at:%H:%M}",
            at_most=each.at_most,
        )
        for each in alerts.channels
    )
    return AlertsResult(channels, tuple(RuleView(Spoken(partial(rule_sentence, each)), each.to) for each in alerts.rules))


def try_channels(root: Path, channel: str | None = None, *, principal: Principal | None = None) -> AlertsTested:
    """Sends a test message to one channel, or to each, at once: neither quiet hours nor limits hold it back.

    Raises:
        NotFound: no workspace, no such channel, or none at all.
        InvalidDocument: alerts.yaml cannot be used.
    """
    workspace = open_workspace(root)
    channels = alerts_of(workspace).channels
    if channel is not None and channel not in [each.name for each in channels]:
        raise NotFound(unknown_name(_("channel"), channel, [each.name for each in channels]))
    if not channels:
        raise NotFound.of(_("there is no channel yet."), advice=_("Write channels into alerts.yaml."))
    chosen = [each for each in channels if channel in {None, each.name}]
    return AlertsTested(tuple(_tested(workspace, each, principal or acting_person()) for each in chosen))


def alert_history(root: Path, *, limit: int = SHOWN) -> AlertHistory:
    """The newest lines that were told, or will be.

    Raises:
        NotFound: no workspace.
        InvalidArgument: a limit out of range.
    """
    if not 1 <= limit <= MOST_LINES:
        text, advice = _("{count} entries cannot be listed at once."), _("Ask for 1 to {most}.")
        raise InvalidArgument.of(text, advice=advice, count=limit, most=MOST_LINES)
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        return AlertHistory(())
    with workspace.state.reading() as t:
        deliveries = t.sending.deliveries
        return AlertHistory(
            tuple(map(_line, deliveries.newest(limit=limit, begins=channel_target("")))), deliveries.open_alerts()
        )


def open_alerts(root: Path) -> int:
    """How many alerts nobody has acknowledged.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        return 0
    with workspace.state.reading() as t:
        return t.sending.deliveries.open_alerts()


def acknowledge_alerts(root: Path, lines: Sequence[str], *, principal: Principal | None = None) -> AlertsAcknowledged:
    """Says that somebody has seen alerts, on whichever channels they were told; each is written into the audit log.

    Args:
        root: the workspace.
        lines: ids of lines of the history; several lines of one alert acknowledge it once.
        principal: who has seen them; None: the user of the operating system.

    Raises:
        NotFound: no workspace, or lines that are none; all at once, and then nothing is acknowledged.
        InvalidArgument: no line at all, or too many.
    """
    if not 1 <= len(lines) <= MOST_ACKNOWLEDGED:
        text = _("name 1 to {most} lines of the history that you have seen.")
        raise InvalidArgument.of(text, most=MOST_ACKNOWLEDGED)
    workspace, who = open_workspace(root), principal or acting_person()
    with workspace.state.transaction(who) as t:
        said = {each: t.sending.deliveries.acknowledge(each, who.name) for each in dict.fromkeys(lines)}
        unknown = [each for each, was_open in said.items() if was_open is None]
        NotFound.raise_if(Problem(_("no alert has the line {line}."), {"line": each[:40]}) for each in unknown)
        for each in (line for line, was_open in said.items() if was_open):
            t.audit.add(Action.ALERT_ACKNOWLEDGED, Subject(SubjectKind.ALERT, each), {})
        found = list(said.values())
        return AlertsAcknowledged(found.count(True), found.count(False), t.sending.deliveries.open_alerts())


def _tested(workspace: Workspace, channel: Channel, principal: Principal) -> ChannelTested:
    language = workspace.settings.language
    line = alert_sentence({"line": str(AlertKind.TEST), "channel": channel.name}, language)
    message = Message(alert_title(language), (line,), more_lines(language), secrets.token_hex(16))
    with workspace.state.transaction(principal) as t:
        at = t.clock()
    outcome = Told(workspace.settings, os.environ)(channel, message, at=at)
    with workspace.state.transaction(principal) as t:
        t.audit.add(Action.ALERT_TESTED, Subject(SubjectKind.CHANNEL, channel.name), {"status": outcome.status})
    return ChannelTested(channel.name, outcome.is_delivered, outcome.status)


def _line(delivery: Delivery) -> ToldLine:
    return ToldLine(
        line=delivery.delivery_id,
        channel=delivery.target.removeprefix(channel_target("")),
        at=delivery.created_at,
        state=delivery.state,
        attempts=delivery.attempts,
        status=delivery.last_status,
        next_at=delivery.next_at if delivery.state is DeliveryState.WAITING else None,
        sentence=Spoken(partial(alert_sentence, delivery.data or {})),
        acknowledged_at=delivery.acknowledged_at,
        acknowledged_by=delivery.acknowledged_by,
    )
