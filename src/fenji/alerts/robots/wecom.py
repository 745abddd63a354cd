"""How does a group robot of WeCom (企业微信) want to be told? Source: its developer documentation, group robots."""

from __future__ import annotations

import json

from fenji.alerts.outcomes import Outcome, Verdict, delivered, failed
from fenji.alerts.posting import Reach, Reply, post, robot_url
from fenji.alerts.robots.texts import ONE_MINUTE, Message, answer_of, code_of

BASE = "https://qyapi.weixin.qq.com"
MOST_BYTES = 2048
"""Of a text."""
A_MINUTE = 20
"""Messages that a robot takes."""
_TOO_OFTEN = "45009"


def body_of(message: Message, *, keyword: str | None = None) -> dict[str, object]:
    """The request: plain text, in which nothing that a customer's tier is called can act as markup."""
    return {"msgtype": "text", "text": {"content": message.within(MOST_BYTES, keyword=keyword)}}


def send(message: Message, *, key: str, reach: Reach, base: str | None = None, keyword: str | None = None) -> Outcome:
    """Sends a message once. A robot of WeCom asks for no signature: its key is all."""
    url = robot_url(base or BASE, "/cgi-bin/webhook/send", {"key": key})
    body = json.dumps(body_of(message, keyword=keyword), ensure_ascii=False).encode()
    reply = post(url, body, {"content-type": "application/json; charset=utf-8"}, reach)
    return reply if isinstance(reply, Outcome) else outcome_of(reply)


def outcome_of(reply: Reply) -> Outcome:
    """What an answer means; errors come with HTTP 200."""
    answer = answer_of(reply)
    if isinstance(answer, Outcome):
        return answer
    code = code_of(answer, ("errcode",))
    if code == "0":
        return delivered("wecom_0")
    if code == _TOO_OFTEN:
        return Outcome(Verdict.SLOW_DOWN, f"wecom_{code}", ONE_MINUTE)
    return failed(f"wecom_{code or reply.status}")
