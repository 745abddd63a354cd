"""Has the answer changed since the caller saw it? An entity tag over everything that an answer depends on, and answers kept in memory under it."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

MOST_BYTES = 64_000_000
"""Of answers that one process keeps; the one that was longest not asked for goes first."""


def tag_of(parts: Iterable[object]) -> str:
    """A strong entity tag: the same for the same parts in every process, telling nothing of them."""
    text = "\x1f".join(str(each) for each in parts)
    return f'"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether a caller has said that the answer of this tag is known already.

    >>> is_known('"a"', 'W/"a", "b"'), is_known('"a"', "*"), is_known('"a"', None)
    (True, True, False)
    """
    if not if_none_match:
        return False
    given = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in given or tag in given


class Kept:
    """Answers of this process as they were sent, by tag; safe for use by several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Nothing yet."""
        self._most = most_bytes
        self._lock = threading.Lock()
        self._found: OrderedDict[str, bytes] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}
        self._version = ""
        self.bytes = self.hits = self.misses = 0

    def recall(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """The answer of a tag, made once however many ask for it at the same time."""
        with self._lock:
            found = self._remembered(tag)
            if found is not None:
                return found
            turn = self._making.setdefault(tag, threading.Lock())
        with turn:
            with self._lock:
                found = self._remembered(tag)
            if found is not None:
                return found
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(tag, None)
            self._keep(tag, made)
            return made

    def only_of(self, version: str) -> None:
        """Lets go of all answers of before, once readers see something else: nobody asks for their tags again."""
        with self._lock:
            if version != self._version:
                self._version, self.bytes = version, 0
                self._found.clear()

    def _remembered(self, tag: str) -> bytes | None:
        found = self._found.get(tag)
        if found is not None:
            self._found.move_to_end(tag)
            self.hits += 1
        return found

    def _keep(self, tag: str, body: bytes) -> None:
        with self._lock:
            self.misses += 1
            if len(body) > self._most // 4 or tag in self._found:
                return
            self._found[tag] = body
            self.bytes += len(body)
            while self.bytes > self._most:
                _tag, gone = self._found.popitem(last=False)
                self.bytes -= len(gone)
