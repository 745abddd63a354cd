"""What does the form of the editor send? The text, the fields of each line as they were and as they are, and which button was pressed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from fenji.errors import InvalidArgument, Place, Problem
from fenji.language import message as _
from fenji.web.forms import Form
from fenji.workflow.editing import Edits

_TEXTLESS = {"null": "is null", "not null": "is not null"}
_CUT = re.compile(r"(?P<key>[^:]{1,90}):(?P<number>-?[0-9]{1,16}(\.[0-9]{1,8})?)")
_MOST_CUTS = 200


def text_of(form: Form) -> str:
    """The text as it was before a browser sent it with other ends of lines."""
    return form.secret("text").replace("\r\n", "\n").replace("\r", "\n")


def edits_of(form: Form) -> Edits:
    """What has become of the lines, and what the button asks for."""
    what, _blank, key = form.text("do").partition(" ")
    fields = dict(form.fields)
    return Edits(
        lines=dict(_changed(fields)),
        junctions={name.removeprefix("junction:"): value for name, value in fields.items() if name.startswith("junction:")},
        added=key if what == "add" else None,
        nested=key if what == "nest" else None,
        removed=key if what == "remove" else None,
    )


def numbers_of(form: Form) -> Edits:
    """The same without what buttons and groups ask for: for a trial while something moves."""
    return Edits(lines=dict(_changed(dict(form.fields))))


def cuts_of(texts: tuple[str, ...]) -> dict[str, Decimal]:
    """The numbers that an address carries.

    Raises:
        InvalidArgument: one that cannot be read, or too many of them.

    >>> cuts_of(("vip.0:8000",))
    {'vip.0': Decimal('8000')}
    """
    found: dict[str, Decimal] = {}
    for each in texts[:_MOST_CUTS]:
        read = _CUT.fullmatch(each)
        if read is None:
            text = _("'{value}' is no threshold, such as vip.0:8000.")
            raise InvalidArgument(Problem(text, {"value": each[:60]}, Place(column="?cut")))
        found[read["key"]] = Decimal(read["number"])
    return found


def folded(cuts: Mapping[str, Decimal] | None) -> str:
    """What the text on the page has beyond the kept one, for the form to bring back; ``-`` where no address can say it."""
    return "-" if cuts is None else " ".join(f"{key}:{number:f}" for key, number in sorted(cuts.items()))


def unfolded(form: Form) -> dict[str, Decimal] | None:
    """What the form brought back of it."""
    text = form.text("folded", "-")
    return None if text == "-" else cuts_of(tuple(text.split()))


def _changed(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, before in fields.items():
        if name.startswith("was:"):
            key = name.removeprefix("was:")
            now = _line(fields, key)
            if now is not None and now != before:
                yield key, now


def _line(fields: Mapping[str, str], key: str) -> str | None:
    """A line as policy files write it; None where the form does not show it."""
    metric, operator = fields.get(f"metric:{key}"), fields.get(f"op:{key}")
    if metric is None or operator is None:
        return None
    if operator in _TEXTLESS:
        return f"{metric} {_TEXTLESS[operator]}"
    number = _number(fields.get(f"cut:{key}", ""))
    return f"{metric} in top {number}%" if operator == "top" else f"{metric} {operator} {number}"


def _number(typed: str) -> str:
    """A number as people type it, also with full-width digits and commas; anything else as it is.

    >>> _number("８,000"), _number("8000.50"), _number("many")
    ('8000', '8000.5', 'many')
    """
    plain = unicodedata.normalize("NFKC", typed).strip().replace(",", "").replace("_", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return plain
    if not found.is_finite() or abs(found.adjusted()) > 40:  # noqa: PLR2004 - nobody compares with such a number
        return plain
    short = found.normalize()
    return f"{short:f}"
