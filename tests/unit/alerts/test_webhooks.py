"""Events reach other systems as two standards say, and nothing but 2xx counts as arrival."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from fenji.alerts.outcomes import Outcome, Verdict
from fenji.alerts.webhooks import cloud_event, send_event, signed_headers
from fenji.domain.events import Event, EventKind
from fixtures.receivers import HERE, receiving

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + "QUJD" * 8
EVENT = Event(
    "c967f03a-d92a-5651-b2a0-44b25e2cb648",
    EventKind.CUSTOMER_LOST,
    "20260203T050607-1a2b",
    "customers/7",
    datetime(2026, 2, 3, 5, 6, 7, tzinfo=UTC),
    {"customer_key": 7, "from_tier": "高级", "version": 9},
)


def test_the_vector_of_standard_webhooks_is_signed_as_printed():
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers(b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", [OLD], at=at)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_moment_of_another_zone_is_signed_as_the_same_moment():
    at = datetime.fromtimestamp(1614265330, UTC)
    elsewhere = at.astimezone(datetime.now().astimezone().tzinfo).astimezone(tz=__import__("zoneinfo").ZoneInfo("Asia/Shanghai"))
    assert signed_headers(b"{}", "m", [OLD], at=elsewhere) == signed_headers(b"{}", "m", [OLD], at=at)


def test_the_body_is_a_cloud_event_and_the_same_bytes_whenever_it_is_sent():
    assert json.loads(cloud_event(EVENT)) == {
        "specversion": "1.0",
        "id": EVENT.event_id,
        "source": "urn:fenji:run:20260203T050607-1a2b",
        "type": "fenji.customer.lost",
        "subject": "customers/7",
        "time": "2026-02-03T05:06:07Z",
        "datacontenttype": "application/json",
        "data": {"customer_key": 7, "from_tier": "高级", "version": 9},
    }
    assert cloud_event(EVENT) == cloud_event(EVENT)


def test_while_secrets_change_a_receiver_with_either_one_is_convinced():
    now = datetime.now(UTC)
    with receiving() as receiver:
        outcome = send_event(f"{receiver.url}/hook", EVENT, [NEW, OLD], at=now, reach=HERE)
    assert outcome == Outcome(Verdict.DELIVERED, "204")
    (request,) = receiver.requests
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(request.body, request.headers)["id"] == EVENT.event_id
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "WFla" * 8).verify(request.body, request.headers)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Outcome(Verdict.DELIVERED, "200")),
        (301, {"location": "/elsewhere"}, Outcome(Verdict.FAILED, "301")),
        (307, {"location": "http://127.0.0.1:1/"}, Outcome(Verdict.FAILED, "307")),
        (400, {}, Outcome(Verdict.FAILED, "400")),
        (410, {}, Outcome(Verdict.GONE, "410")),
        (429, {"retry-after": "90"}, Outcome(Verdict.SLOW_DOWN, "429", timedelta(seconds=90))),
        (429, {"retry-after": "999999999"}, Outcome(Verdict.SLOW_DOWN, "429", timedelta(seconds=86400))),
        (429, {"retry-after": "soon"}, Outcome(Verdict.FAILED, "429")),
        (503, {}, Outcome(Verdict.FAILED, "503")),
    ],
)
def test_what_an_answer_means(status, headers, expected):
    with receiving(lambda _request: (status, headers, b"")) as receiver:
        assert send_event(f"{receiver.url}/hook", EVENT, [OLD], at=datetime.now(UTC), reach=HERE) == expected
    assert len(receiver.requests) == 1
