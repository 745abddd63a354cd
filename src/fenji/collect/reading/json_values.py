"""Which records does a JSON file hold? One object per line, one array of objects, or an object with such an array inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from fenji.collect.reading.limits import MOST_JSON_RECORD
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

MOST_DEPTH = 100
"""Levels of a record; deeper ones are refused before they exhaust the stack."""

_BLOCK = 1 << 20
_MOST_DIGITS = 4_000
"""Digits of a whole number; Python makes no number of more than 4,300."""
_MOST_DESCENT = 4
_BLANKS = " \t\r\n\ufeff"


def is_lines(path: Path) -> bool:
    """Whether a JSON file holds one value per line, and no array or object that goes over the whole file."""
    with path.open(encoding="utf-8-sig", errors="replace") as handle:
        first = _first_line(handle)
        if is_cut := len(first) > MOST_JSON_RECORD:
            _pass_line(handle)
        others = any(block.strip() for block in iter(lambda: handle.read(_BLOCK), ""))
    start = first.lstrip()[:1]
    if is_cut:
        return others and start == "{"
    if start == "[":
        return others and first.rstrip().endswith("]")
    value = loaded(first)
    if not isinstance(value, dict):
        # A broken first line is a broken record; a line such as { alone begins an object of many lines.
        return first.strip().rstrip(",") not in {"{", "["} and not (
            start == "{" and first.rstrip().endswith(("{", "[", ",", ":"))
        )
    return others or not any(_is_records(each) for each in _inside(value))


def loaded(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a JSON text, whose decimals stay text; None where it is none or nested too deeply."""
    if depth_of(text) > MOST_DEPTH:
        return None
    try:
        value = json.loads(text, parse_float=str, parse_int=_whole)
    except (ValueError, RecursionError):
        return None
    return None if has_halves(value, text) else value


def has_halves(value: object, text: str) -> bool:
    r"""Whether a JSON value holds what is no letter: half of a pair of code units, such as \ud800, or bytes that are no UTF-8."""
    if "\\u" not in text and text.isascii():
        return False
    try:
        dumped(value).encode()
    except UnicodeEncodeError:
        return True
    return False


def dumped(value: object) -> str:
    """The JSON text of a value."""
    return json.dumps(value, ensure_ascii=False)


def depth_of(text: str) -> int:
    """The levels of a JSON text; 0 where there are few brackets at all."""
    if text.count("[") + text.count("{") <= MOST_DEPTH:
        return 0
    depth = deepest = 0
    is_text = is_escaped = False
    for letter in text:
        if is_escaped:
            is_escaped = False
        elif letter == "\\":
            is_escaped = is_text
        elif letter == '"':
            is_text = not is_text
        elif not is_text and letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif not is_text and letter in "]}":
            depth -= 1
    return deepest


def array_records(path: Path, name: str) -> Iterator[tuple[Any, str]]:
    """The records of the array that a JSON file is or holds, one after the other, each with its text.

    Raises:
        InvalidFile: there is no array of objects, or the text is damaged; the records before the damage have been given.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as handle:
        feed = _Feed(handle)
        if not _enter_array(feed, 0):
            raise InvalidFile.of(_("there is no list of records in this JSON file."), place=Place(name))
        number = 0
        while (letter := feed.peek()) != "]":
            if letter == ",":
                feed.position += 1
                continue
            number += 1
            try:
                yield feed.value()
            except (ValueError, RecursionError) as error:
                text = _("the JSON text is damaged in record {record}.")
                raise InvalidFile.of(text, place=Place(name), record=number) from error


def flattened(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the values of its objects as further keys, such as buyer.id.

    >>> flattened({"id": 1, "buyer": {"id": 7}})
    {'id': 1, 'buyer': {'id': 7}, 'buyer.id': 7}
    """
    inner = {f"{key}.{name}": value for key, each in record.items() if isinstance(each, dict) for name, value in each.items()}
    return {**record, **{name: value for name, value in inner.items() if name not in record}}


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _first_line(handle: TextIO) -> str:
    """The first line that holds anything, or the start of it."""
    while line := handle.readline(MOST_JSON_RECORD + 1):
        if line.strip():
            return line
    return ""


def _pass_line(handle: TextIO) -> None:
    while (rest := handle.readline(_BLOCK)) and not rest.endswith("\n"):
        continue


def _inside(value: dict[str, Any]) -> Iterator[Any]:
    for each in value.values():
        yield each
        if isinstance(each, dict):
            yield from each.values()


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value[:20])


def _enter_array(feed: _Feed, depth: int) -> bool:
    """Moves to the first record of the first array of objects; False where there is none."""
    letter = feed.peek()
    if letter == "[":
        feed.position += 1
        return feed.peek() in {"{", "]"}
    if letter != "{" or depth > _MOST_DESCENT:
        return False
    feed.position += 1
    try:
        while feed.peek() not in {"}", ""}:
            if feed.peek() == ",":
                feed.position += 1
            elif _enter_member(feed, depth):
                return True
        feed.position += 1
    except (ValueError, RecursionError):
        return False
    return False


def _enter_member(feed: _Feed, depth: int) -> bool:
    """Moves over one key of an object and its value, or into the array of objects that this is or holds."""
    feed.value()
    if feed.peek() != ":":
        message = "a key without a value"
        raise ValueError(message)
    feed.position += 1
    start = feed.peek()
    if start == "{":
        return _enter_array(feed, depth + 1)
    if start == "[" and feed.begins_with_object():
        return _enter_array(feed, depth)
    feed.value()
    return False


class _Feed:
    """A JSON text that is read block by block."""

    def __init__(self, handle: Any) -> None:  # noqa: ANN401 - a text file
        self._handle = handle
        self._text = ""
        self._is_ended = False
        self.position = 0
        self._decoder = json.JSONDecoder(parse_float=str, parse_int=_whole)

    def peek(self) -> str:
        """The next letter that is no blank; empty at the end."""
        while True:
            while self.position < len(self._text) and self._text[self.position] in _BLANKS:
                self.position += 1
            if self.position < len(self._text) or not self._more():
                return self._text[self.position : self.position + 1]

    def begins_with_object(self) -> bool:
        """Whether the array that begins here holds an object first."""
        while True:
            rest = self._text[self.position + 1 :].lstrip(_BLANKS)
            if rest or not self._more():
                return rest.startswith("{")

    def value(self) -> tuple[Any, str]:
        """The next value and its text.

        Raises:
            ValueError: it is broken, or not complete.
        """
        self.peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self.position)
            except ValueError:
                if len(self._text) - self.position > MOST_JSON_RECORD or not self._more():
                    raise
                continue
            if end == len(self._text) and self._more():
                # A number at the end of a block may go on in the next.
                continue
            text = self._text[self.position : end]
            self.position = end
            return found, text

    def _more(self) -> bool:
        if self._is_ended:
            return False
        block = self._handle.read(max(_BLOCK, len(self._text) - self.position))
        self._is_ended = not block
        self._text = self._text[self.position :] + block
        self.position = 0
        return bool(block)
