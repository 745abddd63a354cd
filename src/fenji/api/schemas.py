"""What does an answer look like, as OpenAPI says it? JSON Schemas made from the records themselves, and what every route says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from fenji.answers.fields import PROBLEM, keys_of, records_in
from fenji.answers.views import SMALL_GROUP
from fenji.collect.remarks import Remark
from fenji.domain.telling import AS_IT_IS, COUNT, SPREAD, WHERE_KNOWN, WITHHELD, Mark, told_of
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Decimal: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Words: {"type": "string"},
    Remark: {"type": "string"},
    Path: {"type": "string"},
    Any: {},
    object: {},
    NoneType: {"type": "null"},
}

PROBLEM_DETAILS = "ProblemDetails"
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}

DETAILS: Schema = {
    "type": "object",
    "description": "What went wrong, all problems at once (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "retryable", "request_id", "problems"],
    "properties": {
        "type": {"type": "string", "description": "urn:fenji:error: and the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Every problem in words, in the language of the request."},
        "code": {"type": "string", "description": "Stable; see the page of errors."},
        "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
        "request_id": {**_TEXT_OR_NULL, "description": "To be given where somebody is asked for help; stands in the log."},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {**_TEXT_OR_NULL, "description": "Where in the body (/name/0), or which parameter (?name)."},
                    "what": {"type": "string"},
                    "what_to_do": _TEXT_OR_NULL,
                    "code": _TEXT_OR_NULL,
                    "file": _TEXT_OR_NULL,
                    "row": {"type": ["integer", "null"]},
                    "column": _TEXT_OR_NULL,
                },
            },
        },
        "job": {
            "type": "object",
            "description": "Only of not_stored: the job that computes the answer, as POST /jobs takes it.",
            "properties": {"kind": {"type": "string"}, "as_of": _TEXT_OR_NULL},
        },
    },
}

_PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        name: {
            "type": ["integer", "null"] if name == "row" else "string" if name == "text" else ["string", "null"],
            "description": said,
        }
        for name, said in PROBLEM.items()
    },
}


def ref(record: type) -> Schema:
    """Points to the schema of a record."""
    return {"$ref": f"#/components/schemas/{record.__name__}"}


def schemas_of(records: Iterable[type]) -> dict[str, Schema]:
    """The schemas of some records and of all that they hold, by name."""
    found: dict[str, Schema] = {"Problem": _PROBLEM_SCHEMA, PROBLEM_DETAILS: DETAILS}
    waiting = list(records)
    while waiting:
        record = waiting.pop()
        if record.__name__ in found or record is Problem:
            continue
        found[record.__name__] = _record(record)
        for each in told_of(record):
            for inner in records_in(each.type):
                waiting += [inner, *_forms(inner)]
    return found


def _forms(record: type) -> list[type]:
    """The forms of a record stand beside it in its file."""
    below: list[type] = record.__subclasses__()
    return [each for each in below if each.__module__ == record.__module__]


def _record(record: type) -> Schema:
    meanings = {each.name: each.meaning for each in keys_of(record)}
    properties, required = _properties(record, meanings)
    return {
        "type": "object",
        "description": (record.__doc__ or "").splitlines()[0],
        "properties": properties,
        "required": required,
    }


def _properties(record: type, meanings: Mapping[str, str]) -> tuple[dict[str, Schema], list[str]]:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    has_counts = any(COUNT in each.marks for each in told_of(record))
    for each in told_of(record):
        if SPREAD in each.marks:
            held = records_in(each.type)
            is_optional = NoneType in get_args(each.type)
            for inner in held:
                inner_properties, inner_required = _properties(inner, meanings)
                properties |= inner_properties
                required += [] if is_optional or len(held) > 1 else inner_required
            continue
        said = meanings.get(each.name)
        schema = _as_seen(schema_of(each.type), each.marks, has_counts=has_counts)
        properties[each.name] = {**schema, "description": said} if said and "$ref" not in schema else schema
        if WHERE_KNOWN not in each.marks:
            required.append(each.name)
    return properties, sorted(set(required))


def _as_seen(schema: Schema, marks: frozenset[Mark], *, has_counts: bool) -> Schema:
    """What the value may be for whoever sees no small groups and no personal values."""
    if COUNT in marks:
        return _counted(schema)
    if WITHHELD in marks or (has_counts and AS_IT_IS not in marks):
        return _or_null(schema)
    return schema


def _counted(schema: Schema) -> Schema:
    if "additionalProperties" in schema:
        return {**schema, "additionalProperties": _counted(schema["additionalProperties"])}
    return {
        "anyOf": [
            schema,
            {"const": f"<{SMALL_GROUP}", "description": "A group so small is not counted for whoever may only look."},
        ]
    }


def _or_null(schema: Schema) -> Schema:
    """Numbers may be null, however deep they stand."""
    if schema.get("type") in ("integer", "number"):
        return {**schema, "type": [schema["type"], "null"]}
    if "additionalProperties" in schema:
        return {**schema, "additionalProperties": _or_null(schema["additionalProperties"])}
    if "items" in schema:
        return {**schema, "items": _or_null(schema["items"])}
    return schema


def schema_of(type_: Any) -> Schema:  # noqa: ANN401 - any type
    """The schema of the JSON that a value of a type becomes."""
    if type_ in _PLAIN:
        return dict(_PLAIN[type_])
    if get_origin(type_) is not None:
        return _composed(get_origin(type_), get_args(type_))
    if isinstance(type_, type) and issubclass(type_, Enum):
        return {"type": "string", "enum": [str(each.value) for each in type_]}
    if is_dataclass(type_) and isinstance(type_, type):
        forms = _forms(type_)
        return {"anyOf": [ref(each) for each in (type_, *forms)]} if forms else ref(type_)
    return {}


def _composed(origin: Any, arguments: tuple[Any, ...]) -> Schema:  # noqa: ANN401 - any type
    if origin in (Union, UnionType):
        branches = [schema_of(each) for each in arguments]
        if all(set(each) == {"type"} and isinstance(each["type"], str) for each in branches):
            return {"type": list(dict.fromkeys(each["type"] for each in branches))}
        return {"anyOf": branches}
    if origin is Spoken:
        return schema_of(arguments[0])
    if origin is Literal:
        return {"enum": list(arguments)}
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    return {"type": "array", "items": schema_of(arguments[0])}
