"""What does each key of an answer hold? Read from the records themselves, for the reference page and for the description of the API."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from fenji.collect.remarks import Remark
from fenji.domain.telling import SPREAD, told_of
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem

COMMON: Mapping[str, str] = {
    "run_id": "The run that the answer comes from; null where no run is needed.",
    "as_of": "The last day that counts.",
    "is_as_of_defaulted": "Whether no day was given, so that it is that of the last run, or yesterday for a run.",
    "policy": "The policy that was followed.",
    "program": "The loyalty program.",
    "version": "Its version.",
    "customers": "Number of customers.",
    "currency": "ISO 4217 code of all amounts.",
    "warnings": "What should be known before the figures are read.",
    "tier": "A tier, by its name for scripts.",
    "name": "What it is called, in the language of the answer.",
    "customer_id": "As the company knows the customer.",
    "customer_key": "As fenji knows the customer; the key of stored tables.",
    "share": "0 to 1.",
    "net_revenue_12m": "Net revenue of twelve months.",
    "sentence": "The same in words, in the language of the answer.",
    "text": "In words, in the language of the answer.",
    "source": "A source of `sources.yaml`.",
    "feed": "What kind of rows it holds.",
    "field": "A field, under our name.",
    "file": "A file, as the sources name it.",
    "row_number": "Row of the file, from 1.",
    "rows": "Number of rows.",
    "rows_in": "Rows that came in.",
    "kept": "Of them, those in the clean base.",
    "left_out": "Of them, those that are left out for a reason.",
    "copies": "Of them, those that stand elsewhere too and count once.",
    "rejected": "Of them, those that are left out for a reason.",
    "across_files": "Rows that stand in another file too and count once.",
    "repeats_within_file": "Rows that repeat another row of their file.",
    "repeats_dropped": "Of them, those that are dropped, because `sources.yaml` says so.",
    "orders": "Number of orders.",
    "net_revenue": "Net revenue: what was paid, less discounts and returns.",
    "first_on": "The first day of it.",
    "last_on": "The last day of it.",
    "begins_on": "The first day that counts.",
    "ends_on": "The last day that counts.",
    "lower_limit": "Values below it are unusual; null: none is.",
    "upper_limit": "Values above it are unusual; null: none is.",
    "lowest": "The lowest value; null where there is none.",
    "highest": "The highest value; null where there is none.",
    "outlying": "Values outside the limits.",
    "rule": "As policies write it.",
    "met": "Whether it is met.",
    "metric": "A metric, by its name for scripts.",
    "value": "Its value; null where there is none.",
    "threshold": "What it is compared with, after variants.",
    "since_on": "Since when the customer stands in the tier.",
    "cause": "Why it was decided so.",
    "qualified_tier": "The highest tier whose rule is met.",
    "kept_tier": "The highest tier that something keeps.",
    "hold_left": "Reviews for which the tier is still held whatever happens.",
    "grace_left": "Reviews of grace that are left.",
    "at_most": "The highest tier that it allows.",
    "why": "The reason that its author gave.",
    "person": "Who decided.",
    "reason": "Why, in that person's words.",
    "lost_after_days": "Days without an order or event after which a customer counts as lost; null: not set.",
    "lost_after_intervals": "The same as a multiple of the customer's own mean days between orders; null: not set.",
    "seconds": "How long it took.",
    "table": "Shelf and name of a stored table.",
    "opening": "Customers at the earlier review.",
    "closing": "Customers at the later review.",
    "new": "Customers who came for the first time.",
    "returned": "Customers who were lost and came back.",
    "lost": "Customers who were lost.",
    "revenue_share": "Of the revenue of all customers, 0 to 1; null where there is none.",
}
"""Keys that mean the same in every answer, said once."""

PROBLEM: Mapping[str, str] = {
    "code": "Stable name; null where only the words tell it.",
    "text": "What is wrong, in the language of the answer.",
    "advice": "What to do about it; null where nothing is advised.",
    "file": "Where it stands; null where it is no matter of a file.",
    "row": "Row of the file, from 1.",
    "column": "Column of the file.",
}

_NAMES: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Decimal: "exact number",
    date: "date",
    datetime: "moment (UTC)",
    Words: "text",
    Remark: "text",
    Problem: "[problem](#problem)",
    Any: "anything",
    object: "anything",
}


@dataclass(frozen=True)
class Key:
    """One key of a JSON object."""

    name: str
    type: str
    meaning: str
    """Empty where nobody has said it."""


def keys_of(record: type) -> tuple[Key, ...]:
    """The keys of a record's JSON object, in their order; one that is told twice is the later one, as in the object."""
    return tuple({each.name: each for each in _keys(record)}.values())


def _keys(record: type) -> Iterator[Key]:
    said = meanings_of(record)
    for each in told_of(record):
        held = records_in(each.type)
        if SPREAD in each.marks:
            if each.type is Problem:
                yield from problem_keys()
            for inner in held:
                yield from _keys(inner)
        else:
            meaning = said.get(each.attribute) or (_first_line(held[0]) if held else COMMON.get(each.name, ""))
            yield Key(each.name, type_name(each.type), meaning)


def problem_keys() -> Iterator[Key]:
    """The keys of a problem's JSON object."""
    for name, said in PROBLEM.items():
        yield Key(name, "whole number or null" if name == "row" else "text" if name == "text" else "text or null", said)


def _first_line(record: type) -> str:
    return (inspect.getdoc(record) or "").splitlines()[0]


def records_in(type_: Any) -> tuple[type, ...]:  # noqa: ANN401 - any type
    """The records that a type holds, however deep in lists and options."""
    if is_dataclass(type_) and type_ not in _NAMES:
        return (type_,) if isinstance(type_, type) else ()
    if get_origin(type_) is Spoken:
        return ()
    return tuple(dict.fromkeys(found for each in get_args(type_) for found in records_in(each)))


def records_below(record: type) -> tuple[type, ...]:
    """Every record that an answer holds, in the order in which a reader meets them; the forms of a record stand beside it in its file."""
    found: dict[type, None] = {}
    waiting = [record]
    while waiting:
        held = [inner for each in told_of(waiting.pop(0)) for inner in records_in(each.type)]
        for inner in [each for one in held for each in (one, *_forms(one))]:
            if inner not in found and inner is not record:
                found[inner] = None
                waiting.append(inner)
    return tuple(found)


def _forms(record: type) -> list[type]:
    below: list[type] = record.__subclasses__()
    return [each for each in below if each.__module__ == record.__module__]


def type_name(type_: Any) -> str:  # noqa: ANN401, PLR0911 - any type, one line for each
    """The type in words of JSON, records as links to their own section."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin in (Union, UnionType):
        inner = [type_name(each) for each in arguments if each is not NoneType]
        return " or ".join([*dict.fromkeys(inner), "null"] if NoneType in arguments else dict.fromkeys(inner))
    if origin is Spoken:
        return type_name(arguments[0])
    if origin is Literal:
        return " or ".join(map(str, arguments))
    if origin is tuple:
        return f"list of {type_name(arguments[0])}"
    if origin is not None and issubclass(origin, Mapping):
        return f"object: {type_name(arguments[0])} to {type_name(arguments[1])}"
    if isinstance(type_, type) and issubclass(type_, Enum):
        return "one of " + ", ".join(str(each.value) for each in type_)
    if type_ is NoneType:
        return "null"
    if is_dataclass(type_) and isinstance(type_, type) and type_ not in _NAMES:
        return f"[{type_.__name__}](#{type_.__name__.lower()})"
    return _NAMES.get(type_, getattr(type_, "__name__", str(type_)))


@cache
def meanings_of(record: type) -> Mapping[str, str]:
    """What the text below each field, and the docstring of each property, say; by attribute."""
    found: dict[str, str] = {}
    for class_ in reversed(record.__mro__):
        if is_dataclass(class_):
            found |= _said_in(class_)
    return found


def _said_in(class_: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(class_))).body[0]
    found = {}
    parts = body.body if isinstance(body, ast.ClassDef) else []
    for field, after in zip(parts, [*parts[1:], None], strict=True):
        if isinstance(field, ast.FunctionDef):
            found[field.name] = ast.get_docstring(field) or ""
        elif isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            found[field.target.id] = inspect.cleandoc(str(getattr(after.value, "value", "")))
    return found
