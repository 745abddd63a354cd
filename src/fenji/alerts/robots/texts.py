"""How much of a text does a robot take? Limits count bytes of UTF-8, and no letter is cut in two."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fenji.alerts.outcomes import Outcome, failed
from fenji.alerts.posting import Reply

TOO_LARGE = 500
"""The first status of HTTP that means a failure of the service."""


@dataclass(frozen=True)
class Message:
    """What one message says."""

    title: str
    lines: tuple[str, ...]
    more: str
    """What stands in the place of lines that have no room; ``{count}`` is how many those are."""
    message_id: str
    """The same when it is sent again."""

    def within(self, most_bytes: int, *, keyword: str | None = None, as_json: bool = False) -> str:
        """Title and lines, as many as fit, and how many do not.

        Args:
            most_bytes: of UTF-8.
            keyword: a word that must be in the text.
            as_json: whether the marks count that JSON puts before quotes and ends of lines.
        """
        whole = [self.title, *self.lines]
        tail = [] if keyword is None or any(keyword in each for each in whole) else [keyword]
        for count in range(len(self.lines), -1, -1):
            left = len(self.lines) - count
            note = [self.more.format(count=left)] if left else []
            text = "\n".join([self.title, *self.lines[:count], *note, *tail])
            written = json.dumps(text, ensure_ascii=False) if as_json else text
            if len(written.encode()) <= most_bytes:
                return text
        end = "\n".join(["", *tail]) if tail else ""
        return cut(self.title, (most_bytes // 2 if as_json else most_bytes) - len(end.encode())) + end


def cut(text: str, most_bytes: int) -> str:
    """The beginning of a text within so many bytes of UTF-8.

    >>> cut("客户分级", 7)
    '客户'
    """
    return text.encode()[: max(most_bytes, 0)].decode("utf-8", "ignore")


def answer_of(reply: Reply) -> Mapping[str, object] | Outcome:
    """The JSON object of an answer: robots answer errors with HTTP 200, so the body counts."""
    if reply.status >= TOO_LARGE or not reply.body:
        return failed(str(reply.status))
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return failed(f"{reply.status}_unreadable")
    return found if isinstance(found, dict) else failed(f"{reply.status}_unreadable")


def code_of(answer: Mapping[str, object], names: Sequence[str]) -> str | None:
    """The first code of an answer, as digits: some services write it as a number, some as a text."""
    found = next((answer[each] for each in names if each in answer), None)
    text = str(found).strip()
    return text if text.lstrip("-").isdecimal() and not isinstance(found, bool) else None


ONE_MINUTE = timedelta(minutes=1)
TEN_MINUTES = timedelta(minutes=10)
