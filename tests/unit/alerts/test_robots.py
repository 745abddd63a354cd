"""Robots are told in the form, the length and with the signature that they want, and their HTTP 200 is read before it is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from fenji.alerts.outcomes import Outcome, Verdict, failed
from fenji.alerts.posting import Reply
from fenji.alerts.robots import dingtalk, feishu, wecom
from fenji.alerts.robots.texts import Message, cut
from fixtures.receivers import HERE, dingtalk_robot, feishu_robot, receiving, wecom_robot

NOW = datetime.now(UTC)
SHORT = Message("fenji", ("3 位客户降级",), "另有 {count} 条", "m-1")
LONG = Message("fenji：发生了什么", tuple(f'第{each}条 "普通会员" \\ 客户降级' for each in range(600)), "另有 {count} 条", "m-2")


def test_the_vectors_of_the_signatures():
    assert dingtalk.signature("SECtest", 1700000000000) == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g="
    assert quote(dingtalk.signature("SECtest", 1700000000000), safe="").endswith("xh4g%3D")
    assert feishu.signature("testsecret", 1700000000) == "AOc8oJ7//5OlQlfWC3nRL0R+IkuzcD1FKcAyibRK9Q8="


def test_wecom_takes_a_text_and_answers_a_wrong_key_with_http_200():
    with receiving(wecom_robot(key="K1")) as robot:
        assert wecom.send(SHORT, key="K1", reach=HERE, base=robot.url) == Outcome(Verdict.DELIVERED, "wecom_0")
        assert wecom.send(LONG, key="K1", reach=HERE, base=robot.url).is_delivered
        assert wecom.send(SHORT, key="K2&x=1", reach=HERE, base=robot.url) == failed("wecom_93000")
    assert robot.requests[0].json == {"msgtype": "text", "text": {"content": "fenji\n3 位客户降级"}}
    text = robot.requests[1].json["text"]["content"]
    assert 1900 < len(text.encode()) <= 2048
    lines = text.splitlines()
    assert lines[-1] == f"另有 {600 - (len(lines) - 2)} 条"


def test_wecom_says_that_it_is_told_too_often():
    with receiving(wecom_robot(key="K", a_minute=2)) as robot:
        found = [wecom.send(SHORT, key="K", reach=HERE, base=robot.url) for _ in range(3)]
    assert found[2] == Outcome(Verdict.SLOW_DOWN, "wecom_45009", timedelta(minutes=1))


def test_dingtalk_checks_signature_clock_token_and_keyword():
    with receiving(dingtalk_robot(token="T", secret="SEC+/=x", keyword="fenji")) as robot:

        def send(message=SHORT, *, key="T", at=NOW, secret="SEC+/=x", keyword=None):
            return dingtalk.send(message, key=key, at=at, secret=secret, keyword=keyword, reach=HERE, base=robot.url)

        assert send() == Outcome(Verdict.DELIVERED, "dingtalk_0")
        assert send(LONG).is_delivered
        assert send(key="other") == failed("dingtalk_300005")
        assert send(secret="wrong") == failed("dingtalk_310000")
        assert send(at=NOW - timedelta(hours=2)) == failed("dingtalk_310000")
        nothing = Message("订单", ("3 位客户降级",), "{count}", "m")
        assert send(nothing) == failed("dingtalk_310000")
        assert send(nothing, keyword="fenji").is_delivered
    assert all(len(each.body) <= 20_000 for each in robot.requests)
    assert robot.requests[0].json["msgUuid"] == "m-1"


def test_dingtalk_wants_ten_minutes_of_silence():
    answer = Reply(200, {}, b'{"errcode":"410100","errmsg":"send too fast"}')
    assert dingtalk.outcome_of(answer) == Outcome(Verdict.SLOW_DOWN, "dingtalk_410100", timedelta(minutes=10))


def test_feishu_checks_hook_signature_keyword_and_size():
    with receiving(feishu_robot(hook="H", secret="S", keyword="fenji")) as robot:

        def send(message=SHORT, *, key="H", at=NOW, secret="S"):
            return feishu.send(message, key=key, at=at, secret=secret, reach=HERE, base=robot.url)

        assert send() == Outcome(Verdict.DELIVERED, "feishu_0")
        assert send(LONG).is_delivered
        assert send(key="../H") == failed("feishu_19001")
        assert send(secret="wrong") == failed("feishu_19021")
        assert send(at=NOW + timedelta(hours=2)) == failed("feishu_19021")
        assert send(Message("订单", (), "{count}", "m")) == failed("feishu_19024")
    assert feishu.outcome_of(Reply(200, {}, b'{"code":11232}')).wait == timedelta(minutes=1)


def test_what_a_tier_is_called_cannot_call_everybody():
    evil = Message('<at user_id="all">', ('<at user_id="all">所有人</at>',), "{count}", "m")
    assert "<" not in json.dumps(feishu.body_of(evil))


@pytest.mark.parametrize("robot", [wecom, dingtalk, feishu])
@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (200, b"<html>"), (200, b"[]"), (200, b"{}"), (200, b'{"errcode":null,"code":true}'), (502, b'{"errcode":0,"code":0}'),
                         (200, b"[" * 50_000)]
)  # fmt: skip
def test_an_answer_that_is_none_is_no_arrival(robot, status, body):
    assert not robot.outcome_of(Reply(status, {}, body)).is_delivered


@pytest.mark.parametrize("most", range(40))
def test_no_letter_is_cut_in_two_and_the_limit_holds(most):
    message = Message("客户分级😀会员", ("一", "二"), "+{count}", "m")
    assert len(cut("客户😀级", most).encode()) <= most
    assert len(message.within(most).encode()) <= most
    assert len(json.dumps(message.within(max(most, 2) + 20, as_json=True), ensure_ascii=False).encode()) <= max(most, 2) + 20
