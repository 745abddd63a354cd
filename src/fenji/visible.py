r"""What does a text look like where a terminal would obey it? Control, bidi and zero-width characters are written as ``\x1b`` or ``\u202e``."""

from __future__ import annotations

import re
import unicodedata

_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that move the cursor, change colours or the direction of writing, part lines, or take no room."""

_BLANK = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)))
"""Letters and marks that nobody sees."""

_SPECIAL = re.compile(r"[^ -~\n]")


def visible(text: str, *, keep: str = "") -> str:
    r"""The text with everything escaped that acts instead of being seen; ``keep`` names characters that stay.

    >>> visible("Ann\x1b[2J\u202e李"), visible("a\tb\n", keep="\n")
    ('Ann\\x1b[2J\\u202e李', 'a\\tb\n')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each in keep or not _acts(each) else _escaped(each) for each in text)


def _acts(character: str) -> bool:
    return unicodedata.category(character) in _ACTING or character in _BLANK


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def visible_json(text: str) -> str:
    """JSON that says the same to programs, with everything escaped that acts on a terminal; its own lines stay."""
    return _SPECIAL.sub(lambda found: _json_escape(found[0]) if _acts(found[0]) else found[0], text)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
