"""Mails are handed over with TLS or not at all, and sent again they bear the same id."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from fenji.alerts.mail import MailServer, send_mail
from fenji.alerts.outcomes import Outcome, Verdict, failed
from fenji.alerts.robots.texts import Message
from fixtures.receivers import certificate_of

NOW = datetime(2026, 2, 3, 5, 6, 7, tzinfo=UTC)
MESSAGE = Message("fenji：发生了什么", ("3 位客户降级（VIP会员 → 中级会员：3）", "." * 5), "{count}", "m-1")


class Box:
    def __init__(self, answer="250 OK"):
        self.answer, self.mails = answer, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - names of aiosmtpd
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - names of aiosmtpd
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return self.answer


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return certificate_of("localhost", tmp_path_factory.mktemp("tls"))


@pytest.fixture
def served(tls):
    started = []

    def serve(box, *, plain=False, **more):
        safety = {} if plain else {"tls_context": tls[0], "require_starttls": True}
        controller = Controller(box, hostname="127.0.0.1", port=0, **safety, **more)
        # Its own way of seeing whether the server is there would look for the port 0.
        controller._trigger_server = lambda: socket.create_connection(controller.server.sockets[0].getsockname()).close()
        controller.start()
        started.append(controller)
        port = controller.server.sockets[0].getsockname()[1]
        return MailServer("localhost", port, "fenji@example.cn", tls=tls[1])

    yield serve
    for each in started:
        each.stop()


def test_a_mail_arrives_over_starttls_with_its_chinese_letters(served):
    box = Box()
    server = served(box)
    for _ in range(2):
        assert send_mail(MESSAGE, server=server, to=("li@example.cn", "han@example.cn"), at=NOW) == Outcome(
            Verdict.DELIVERED, "smtp_250"
        )
    (to, mail), (_again, repeated) = box.mails
    assert to == ["li@example.cn", "han@example.cn"]
    assert (mail["subject"], mail["message-id"]) == ("fenji：发生了什么", "<m-1@example.cn>")
    assert repeated["message-id"] == mail["message-id"]
    assert mail.get_content().splitlines() == ["fenji：发生了什么", "", *MESSAGE.lines]


def test_a_server_without_tls_is_given_nothing(served):
    box = Box()
    assert send_mail(MESSAGE, server=served(box, plain=True), to=("li@example.cn",), at=NOW) == failed("smtp_no_tls")
    assert box.mails == []


def test_a_certificate_of_somebody_else_is_not_believed(served):
    box = Box()
    server = served(box)
    stranger = MailServer(server.host, server.port, server.sender)
    assert send_mail(MESSAGE, server=stranger, to=("li@example.cn",), at=NOW) == failed("tls")
    assert box.mails == []


def test_a_password_that_is_wrong_is_said_by_its_number_only(served):
    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    box = Box()
    server = served(box, authenticator=check, auth_required=True)
    with_password = MailServer(server.host, server.port, server.sender, user="fenji", password="right", tls=server.tls)
    assert send_mail(MESSAGE, server=with_password, to=("li@example.cn",), at=NOW).is_delivered
    wrong = MailServer(server.host, server.port, server.sender, user="fenji", password="hunter2", tls=server.tls)
    assert send_mail(MESSAGE, server=wrong, to=("li@example.cn",), at=NOW) == failed("smtp_535")


def test_a_busy_server_is_asked_later_and_one_that_refuses_is_not_believed(served):
    busy, full = served(Box("451 try later")), served(Box("552 too large"))
    assert send_mail(MESSAGE, server=busy, to=("li@example.cn",), at=NOW) == Outcome(
        Verdict.SLOW_DOWN, "smtp_451", timedelta(minutes=10)
    )
    assert send_mail(MESSAGE, server=full, to=("li@example.cn",), at=NOW) == failed("smtp_552")


def test_those_who_are_there_get_it_once_where_another_is_unknown(served):
    box = Box()
    server = served(box)
    both = send_mail(MESSAGE, server=server, to=("li@example.cn", "nobody@example.cn"), at=NOW)
    assert both == Outcome(Verdict.DELIVERED, "smtp_250_without_1")
    assert send_mail(MESSAGE, server=server, to=("nobody@example.cn",), at=NOW) == failed("smtp_recipients")
    assert [to for to, _mail in box.mails] == [["li@example.cn"]]


def test_a_title_of_several_lines_is_one_subject(served):
    box = Box()
    evil = Message("a\r\nBcc: x@example.cn", ("b",), "{count}", "m")
    assert send_mail(evil, server=served(box), to=("li@example.cn",), at=NOW).is_delivered
    assert box.mails[0][1]["bcc"] is None
