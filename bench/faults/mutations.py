"""How is a file broken? As disks, networks, editors and enemies do it, each way repeatable by its number."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]

_HARD = (
    b"\x00",
    b"\xff\xfe",
    b'"',
    b"\n",
    b"\r",
    b",",
    b"<",
    b"&",
    b"]]>",
    b"{",
    b"[",
    b"\xf0\x9f\x98\x80",
    b"\xed\xa0\x80",
    b"99999999999999999999",
)
_NUMBERS = (
    b"0",
    b"-1",
    b"1048576",
    b"4294967295",
    b"99999999999999999999",
    b"1e999",
    b"NaN",
    b"",
    b"A",
    b"XFD1048576",
    b"GR1048576",
)
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')


def broken(content: bytes, name: str, random: Random) -> tuple[bytes, str]:
    """The content with one to four faults, and what they were."""
    told = []
    for _time in range(random.choice((1, 1, 1, 2, 4))):
        inside = name.endswith((".xlsx", ".ods", ".zip", ".gz")) and random.random() < 0.7  # noqa: PLR2004 - most faults of interest are inside
        mutation = random.choice(_INSIDE if inside and not name.endswith(".gz") else [_in_gzip] if inside else _OUTSIDE)
        told.append(mutation.__name__.strip("_"))
        content = mutation(content, random)
    return content, "+".join(told)


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _cut_start(content: bytes, random: Random) -> bytes:
    return content[random.randrange(min(len(content), 4096) + 1) :]


def _flip(content: bytes, random: Random) -> bytes:
    found = bytearray(content)
    for _time in range(random.choice((1, 3, 30))):
        if found:
            found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)


def _swap(content: bytes, random: Random) -> bytes:
    found = bytearray(content)
    for _time in range(random.choice((1, 5, 50))):
        if found:
            one, other = random.randrange(len(found)), random.randrange(len(found))
            found[one], found[other] = found[other], found[one]
    return bytes(found)


def _double(content: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(content) + 1) for _time in range(2))
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


def _blank(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    size = random.choice((1, 16, 512, 4096))
    return content[:start] + b"\x00" * len(content[start : start + size]) + content[start + size :]


def _insert(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + random.choice(_HARD) * random.choice((1, 2, 1000, 200_000)) + content[start:]


def _nest(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + random.choice((b"[", b'{"a":', b"<a>", b'"')) * 50_000 + content[start:]


def _number(content: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb"\d+", content))
    if not found:
        return content
    one = random.choice(found)
    return content[: one.start()] + random.choice(_NUMBERS) + content[one.end() :]


def _in_gzip(content: bytes, random: Random) -> bytes:
    try:
        inner = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return _flip(content, random)
    return gzip.compress(random.choice(_OUTSIDE)(inner, random))


def _members(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return {}


def _zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def _in_member(content: bytes, random: Random) -> bytes:
    members = _members(content)
    if not members:
        return _flip(content, random)
    name = random.choice(sorted(members))
    return _zipped({**members, name: random.choice(_OUTSIDE)(members[name], random)})


def _attribute(content: bytes, random: Random) -> bytes:
    """Another value of an attribute of the XML: of cells, sizes, indexes, relations."""
    members = _members(content)
    names = [name for name in sorted(members) if _ATTRIBUTE.search(members[name])]
    if not names:
        return _flip(content, random)
    name = random.choice(names)
    inner = members[name]
    for _time in range(random.choice((1, 1, 5))):
        one = random.choice(list(_ATTRIBUTE.finditer(inner)))
        value = random.choice((*_NUMBERS, b"#SPILL!", b"s", b"e", b"d", b"inlineStr", b"rId9", b"&x;"))
        inner = inner[: one.start(2)] + value + inner[one.end(2) :]
    return _zipped({**members, name: inner})


def _without_member(content: bytes, random: Random) -> bytes:
    members = _members(content)
    if not members:
        return _flip(content, random)
    members.pop(random.choice(sorted(members)))
    return _zipped(members)


def _doctype(content: bytes, random: Random) -> bytes:
    members = _members(content)
    if not members:
        return _flip(content, random)
    name = random.choice(sorted(members))
    kinds = (
        b'<!DOCTYPE l [<!ENTITY x "y">]>',
        b'<!DOCTYPE l SYSTEM "file:///etc/passwd">',
        b'<?xml version="1.0" encoding="utf-16"?>',
    )
    return _zipped({**members, name: random.choice(kinds) + members[name]})


_OUTSIDE: list[Mutation] = [_cut, _cut_start, _flip, _flip, _swap, _double, _blank, _insert, _nest, _number]
_INSIDE: list[Mutation] = [_in_member, _in_member, _attribute, _attribute, _attribute, _without_member, _doctype]
