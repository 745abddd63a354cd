"""Who is told of what here, and what may be reached? alerts.yaml and the settings, with the secrets that the environment holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from fenji.alerts.addresses import AddressRefused, checked_address
from fenji.alerts.mail import MailServer, send_mail
from fenji.alerts.outcomes import Outcome, failed
from fenji.alerts.posting import Reach
from fenji.alerts.robots import dingtalk, feishu, wecom
from fenji.alerts.robots.texts import Message
from fenji.documents.alerts import ALERTS_FILE, read_alerts
from fenji.domain.alerts import Alerts, Channel, ChannelKind
from fenji.settings import Settings
from fenji.workspace.folder import Workspace

A_MINUTE: Mapping[ChannelKind, int] = {
    ChannelKind.WECOM: wecom.A_MINUTE,
    ChannelKind.DINGTALK: dingtalk.A_MINUTE,
    ChannelKind.FEISHU: feishu.A_MINUTE,
    ChannelKind.MAIL: 60,
}
"""Messages that each kind of channel takes in a minute."""
_STARTTLS, _TLS = 587, 465


def alerts_of(workspace: Workspace) -> Alerts:
    """What alerts.yaml says; nothing where there is none.

    Raises:
        InvalidDocument: it cannot be used; all problems at once.
    """
    path = workspace.root / ALERTS_FILE
    return read_alerts(path) if path.is_file() else Alerts()


def reach_of(settings: Settings) -> Reach:
    """What webhooks and robots may reach."""
    return Reach(settings.private_targets)


def missing_of(channel: Channel, settings: Settings, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The environment variables and settings that a channel needs and that are not there."""
    given = os.environ if environment is None else environment
    variables = [each for each in (channel.key, channel.secret) if each is not None and not given.get(each)]
    if channel.kind is ChannelKind.MAIL:
        variables += [name for name in ("smtp_server", "mail_from") if not getattr(settings, name)]
    return tuple(variables)


@dataclass(frozen=True)
class Told:
    """What tells a message to a channel."""

    settings: Settings
    environment: Mapping[str, str]

    def __call__(self, channel: Channel, message: Message, *, at: datetime) -> Outcome:
        """Sends a message once."""
        if missing_of(channel, self.settings, self.environment):
            return failed("not_set_up")
        if channel.kind is ChannelKind.MAIL:
            return self._mail(channel, message, at)
        key, reach = self.environment[channel.key or ""], reach_of(self.settings)
        if channel.kind is ChannelKind.WECOM:
            return wecom.send(message, key=key, reach=reach, base=channel.url, keyword=channel.keyword)
        send = partial(dingtalk.send if channel.kind is ChannelKind.DINGTALK else feishu.send, message, key=key, at=at)
        secret = None if channel.secret is None else self.environment[channel.secret]
        return send(reach=reach, secret=secret, base=channel.url, keyword=channel.keyword)

    def _mail(self, channel: Channel, message: Message, at: datetime) -> Outcome:
        server = mail_server(self.settings)
        return failed("not_set_up") if server is None else send_mail(message, server=server, to=channel.to, at=at)


def mail_server(settings: Settings) -> MailServer | None:
    """Who takes our mails; None where nobody is named. Only a server in an allowed private network may do without TLS."""
    if settings.smtp_server is None or settings.mail_from is None:
        return None
    parts = urlsplit(settings.smtp_server)
    at_once = parts.scheme == "smtps"
    port = parts.port or (_TLS if at_once else _STARTTLS)
    try:
        is_inside = checked_address(parts.hostname or "", port, settings.private_targets)[1]
    except AddressRefused:
        is_inside = False  # the company's own setting: a server inside is reached, but with TLS
    return MailServer(
        host=parts.hostname or "",
        port=port,
        sender=settings.mail_from,
        has_tls_at_once=at_once,
        user=settings.smtp_user,
        password=settings.smtp_password,
        is_plain=is_inside and not at_once,
    )
