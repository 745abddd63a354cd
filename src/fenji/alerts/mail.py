"""How is something told by mail? Over SMTP with TLS, as plain text."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from fenji.alerts.outcomes import Outcome, Verdict, delivered, failed
from fenji.alerts.posting import SECONDS
from fenji.alerts.robots.texts import TEN_MINUTES, Message

_SUBJECT_LETTERS = 150
_TRY_LATER = range(400, 500)


@dataclass(frozen=True)
class MailServer:
    """Who takes our mail."""

    host: str
    port: int
    sender: str
    """The address that mails come from."""
    has_tls_at_once: bool = False
    """TLS from the first byte (port 465); otherwise STARTTLS is demanded."""
    user: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None
    """Whom to trust; None: the authorities that the system trusts."""
    is_plain: bool = False
    """Without TLS, which only a server on this machine is given."""


def mail_of(message: Message, *, sender: str, to: tuple[str, ...], at: datetime) -> EmailMessage:
    """The mail; sent again it has the same Message-ID, by which mail programs see a repeat."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(to)
    mail["Subject"] = " ".join(message.title.split())[:_SUBJECT_LETTERS]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        "\n".join([message.title, "", *message.lines]) + "\n", cte="base64" if _has_other_letters(message) else "7bit"
    )
    return mail


def send_mail(message: Message, *, server: MailServer, to: tuple[str, ...], at: datetime) -> Outcome:
    """Sends a mail once. A server without TLS is not given anything, least of all a password."""
    tls = server.tls or ssl.create_default_context()
    mail = mail_of(message, sender=server.sender, to=to, at=at)
    try:
        with _opened(server, tls) as smtp:
            if not server.has_tls_at_once and not server.is_plain:
                smtp.starttls(context=tls)
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            refused = smtp.send_message(mail, from_addr=server.sender, to_addrs=list(to))
    except (OSError, smtplib.SMTPException) as error:
        return _outcome_of(error)
    # Whoever took it has it: to send it again to all would reach those twice.
    return delivered("smtp_250" if not refused else f"smtp_250_without_{len(refused)}")


def _outcome_of(error: Exception) -> Outcome:
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code in _TRY_LATER:
        return Outcome(Verdict.SLOW_DOWN, f"smtp_{error.smtp_code}", TEN_MINUTES)
    if isinstance(error, smtplib.SMTPResponseException):
        return failed(f"smtp_{error.smtp_code}")
    words = {
        smtplib.SMTPRecipientsRefused: "smtp_recipients",
        smtplib.SMTPNotSupportedError: "smtp_no_tls",
        ssl.SSLError: "tls",
        TimeoutError: "timeout",
    }
    return failed(next((word for kind, word in words.items() if isinstance(error, kind)), "no_connection"))


def _opened(server: MailServer, tls: ssl.SSLContext) -> smtplib.SMTP:
    if server.has_tls_at_once:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=tls)
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)


def _has_other_letters(message: Message) -> bool:
    return not "".join([message.title, *message.lines]).isascii()
