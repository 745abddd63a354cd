"""Which parts of a record are told to its readers, and under which names? Marks for the one serializer and for the pages made from records.

A mark stands in ``Annotated[...]`` of a field; ``@told`` stands below ``@property``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


@dataclass(frozen=True)
class Named:
    """Readers know the field by another name, such as one that is a word of Python."""

    name: str


@dataclass(frozen=True)
class Mark:
    """One way in which a field is told."""

    what: str


HIDDEN = Mark("hidden")
"""Readers are not told: what entrances need to word an answer."""
WHERE_KNOWN = Mark("where_known")
"""Left out where it is None: it belongs to one form of the question only."""
SPREAD = Mark("spread")
"""The parts of this record are told as if they stood here; none where it is None."""
PERSONAL = Mark("personal")
"""May hold an id, a phone or an e-mail of a customer, or a name that serves as an id: masked for whoever may not see them."""
PERSON_NAME = Mark("person_name")
"""A customer's name: masked likewise."""
WITHHELD = Mark("withheld")
"""Anything of a person, such as cells of files and whole rows: withheld from whoever may not see personal values."""
AS_IT_IS = Mark("as_it_is")
"""A code or figure that tells of no person, whatever it looks like: never masked."""
BY_COLUMN = Mark("by_column")
"""Rows by the slugs of the columns of the record, each of which says how its cells are masked."""
COUNT = Mark("count")
"""How many people: told only as small where they are few, for whoever sees no small groups, and then the figures beside it are not told."""


@dataclass(frozen=True)
class Told:
    """One field or property of a record as it is told."""

    name: str
    """As readers know it."""
    attribute: str
    type: Any
    """Without marks."""
    marks: frozenset[Mark]


def told(getter: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """Marks what stands below ``@property``: computed from the fields, and told with them."""
    getter.__dict__["is_told"] = True
    return getter


@cache
def told_of(record: type) -> tuple[Told, ...]:
    """What a record tells, its fields first, each in the order of the class."""
    hints = get_type_hints(record, include_extras=True)
    found = [_told(each.name, hints[each.name]) for each in fields(record)]
    getters = {
        name: each.fget
        for class_ in reversed(record.__mro__)
        for name, each in vars(class_).items()
        if isinstance(each, property)
    }
    for name, getter in getters.items():
        if getattr(getter, "is_told", False):
            found.append(_told(name, get_type_hints(getter, include_extras=True)["return"]))
    return tuple(each for each in found if HIDDEN not in each.marks)


def _told(attribute: str, hint: Any) -> Told:  # noqa: ANN401 - any type
    if get_origin(hint) is not Annotated:
        return Told(attribute, attribute, hint, frozenset())
    type_, *marks = get_args(hint)
    names = [each.name for each in marks if isinstance(each, Named)]
    return Told(names[0] if names else attribute, attribute, type_, frozenset(each for each in marks if isinstance(each, Mark)))
