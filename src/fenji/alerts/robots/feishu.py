"""How does a group robot of Feishu (飞书) or Lark want to be told? Source: its open platform, custom robots."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from fenji.alerts.outcomes import Outcome, Verdict, delivered, failed
from fenji.alerts.posting import Reach, Reply, post, robot_url
from fenji.alerts.robots.texts import ONE_MINUTE, Message, answer_of, code_of

BASE = "https://open.feishu.cn"
MOST_BYTES = 18_000
"""Of a text: the service takes bodies of 20 KB."""
A_MINUTE = 100
"""Messages that a robot takes."""
_TOO_OFTEN = ("11232",)


def signature(secret: str, timestamp: int) -> str:
    """HMAC-SHA256 of nothing under timestamp and secret, as base64: here the text is the key."""
    return base64.b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def body_of(
    message: Message, *, at: datetime | None = None, secret: str | None = None, keyword: str | None = None
) -> dict[str, object]:
    """The request: plain text, signed where the robot has a secret."""
    # An at-sign in angle brackets is the only markup of a text, and nobody is to be called by what a tier is called.
    plain = replace(message, title=_plain(message.title), lines=tuple(map(_plain, message.lines)))
    text = plain.within(MOST_BYTES, keyword=keyword, as_json=True)
    body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
    if secret is not None and at is not None:
        timestamp = int(at.timestamp())
        body |= {"timestamp": str(timestamp), "sign": signature(secret, timestamp)}
    return body


def _plain(text: str) -> str:
    return text.replace("<", "〈").replace(">", "〉")


def send(
    message: Message,
    *,
    key: str,
    at: datetime,
    reach: Reach,
    secret: str | None = None,
    base: str | None = None,
    keyword: str | None = None,
) -> Outcome:
    """Sends a message once; ``key`` is the id at the end of the robot's address."""
    url = robot_url(base or BASE, f"/open-apis/bot/v2/hook/{quote(key, safe='')}", {})
    body = json.dumps(body_of(message, at=at, secret=secret, keyword=keyword), ensure_ascii=False).encode()
    reply = post(url, body, {"content-type": "application/json; charset=utf-8"}, reach)
    return reply if isinstance(reply, Outcome) else outcome_of(reply)


def outcome_of(reply: Reply) -> Outcome:
    """What an answer means; errors come with HTTP 200."""
    answer = answer_of(reply)
    if isinstance(answer, Outcome):
        return answer
    code = code_of(answer, ("code", "StatusCode"))
    if code == "0":
        return delivered("feishu_0")
    if code in _TOO_OFTEN:
        return Outcome(Verdict.SLOW_DOWN, f"feishu_{code}", ONE_MINUTE)
    return failed(f"feishu_{code or reply.status}")
