"""How does a group robot of DingTalk (钉钉) want to be told? Source: its open platform, custom robots."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

from fenji.alerts.outcomes import Outcome, Verdict, delivered, failed
from fenji.alerts.posting import Reach, Reply, post, robot_url
from fenji.alerts.robots.texts import TEN_MINUTES, Message, answer_of, code_of

BASE = "https://oapi.dingtalk.com"
MOST_BYTES = 18_000
"""Of a text: the service takes bodies of 20,000 bytes."""
A_MINUTE = 20
"""Messages that a robot takes; above that it is shut for ten minutes."""
_TOO_OFTEN = ("410100",)


def signature(secret: str, timestamp_ms: int) -> str:
    """HMAC-SHA256 of timestamp and secret under the secret, as base64."""
    text = f"{timestamp_ms}\n{secret}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def body_of(message: Message, *, keyword: str | None = None) -> dict[str, object]:
    """The request: plain text; ``msgUuid`` lets the service see a repeat."""
    text = message.within(MOST_BYTES, keyword=keyword, as_json=True)
    return {"msgtype": "text", "text": {"content": text}, "msgUuid": message.message_id}


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
    """Sends a message once, signed where the robot has a secret."""
    query = {"access_token": key}
    if secret is not None:
        timestamp = int(at.timestamp() * 1000)
        query |= {"timestamp": str(timestamp), "sign": signature(secret, timestamp)}
    body = json.dumps(body_of(message, keyword=keyword), ensure_ascii=False).encode()
    url = robot_url(base or BASE, "/robot/send", query)
    reply = post(url, body, {"content-type": "application/json; charset=utf-8"}, reach)
    return reply if isinstance(reply, Outcome) else outcome_of(reply)


def outcome_of(reply: Reply) -> Outcome:
    """What an answer means; errors come with HTTP 200, and codes as numbers or as texts."""
    answer = answer_of(reply)
    if isinstance(answer, Outcome):
        return answer
    code = code_of(answer, ("errcode",))
    if code == "0":
        return delivered("dingtalk_0")
    if code in _TOO_OFTEN:
        return Outcome(Verdict.SLOW_DOWN, f"dingtalk_{code}", TEN_MINUTES)
    return failed(f"dingtalk_{code or reply.status}")
