"""What is wrong with the data that a person wrote? pydantic's findings as our problems: all of them, in our words, with the nearest known name."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic_core import ErrorDetails

from fenji.errors import Place, Problem, unknown_name
from fenji.language import message as _

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a document down to a value."""

_WANTED = {
    "string": _("'{name}' must be text."),
    "int": _("'{name}' must be a whole number."),
    "float": _("'{name}' must be a number."),
    "decimal": _("'{name}' must be a number."),
    "bool": _("'{name}' must be true or false."),
    "date": _("'{name}' must be a date such as 2026-01-31."),
    "datetime": _("'{name}' must be a date and time."),
    "list": _("'{name}' must be a list."),
    "tuple": _("'{name}' must be a list."),
    "set": _("'{name}' must be a list."),
    "dict": _("'{name}' must be a group of names and values."),
    "mapping": _("'{name}' must be a group of names and values."),
    "model": _("'{name}' must be a group of names and values."),
}
"""What a field takes, by the first word of pydantic's error type. The text that came is not shown: it may be a password."""

_LIMITS = {
    "greater_than": _("'{name}' must be more than {limit}."),
    "greater_than_equal": _("'{name}' must be at least {limit}."),
    "less_than": _("'{name}' must be less than {limit}."),
    "less_than_equal": _("'{name}' must be at most {limit}."),
}


class Objection(ValueError):
    """Raised inside a pydantic validator to say in our own words what is wrong; becomes a Problem at the value's place."""

    def __init__(self, text: str, *, advice: str | None = None, at: Path = (), **values: object) -> None:
        """An English catalog message with ``{named}`` places; ``at`` leads from the validated value to the part at fault."""
        super().__init__(text)
        self.text, self.advice, self.at, self.values = text, advice, at, values

    @classmethod
    def of(cls, problem: Problem, *, at: Path = ()) -> Objection:
        """The objection that says what a problem says."""
        return cls(problem.text, advice=problem.advice, at=at, **problem.values)


def problems_of(
    error: pydantic.ValidationError, model: type[pydantic.BaseModel], *, place: Callable[[Path], Place] | None = None
) -> list[Problem]:
    """Every finding of pydantic as one of our problems.

    Args:
        error: what ``model.model_validate`` raised.
        model: the model that was asked for; tells which names are known where a name is not.
        place: where a path of the data stands; by default only its dotted path.
    """
    find = place or (lambda path: Place(column=dotted(path)))
    found: list[Problem] = []
    for details in error.errors(include_url=False):
        path, known = _walk(model, details["loc"])
        problem = _problem(details, path, known, find)
        if problem not in found:
            found.append(problem)
    return found


def problem_of(details: ErrorDetails, name: str, place: Place) -> Problem:
    """One finding about a single named value, such as a parameter of an address."""
    return _problem(details, (name,), set(), lambda _path: place)


def dotted(path: Path) -> str | None:
    """A path as people write it, list positions counted from 1: ``tiers[2].qualify``; None for the whole document.

    >>> dotted(("tiers", 1, "qualify"))
    'tiers[2].qualify'
    """
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or None


def pointed(path: Path) -> str:
    """A path as RFC 6901 writes it; empty for the whole document.

    >>> pointed(("tiers", 1, "qualify"))
    '/tiers/1/qualify'
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _problem(details: ErrorDetails, path: Path, known: set[str], find: Callable[[Path], Place]) -> Problem:
    kind, context = details["type"], details.get("ctx", {})
    name = next((part for part in reversed(path) if isinstance(part, str)), "yaml")
    place = find(path)
    objection = context.get("error")
    if isinstance(objection, Objection):
        return Problem(objection.text, objection.values, find((*path, *objection.at)), objection.advice)
    if kind == "extra_forbidden":
        return unknown_name(_("name"), name, known, place=place)
    if kind in {"enum", "literal_error"}:
        return _not_one_of(name, details, place)
    return Problem(_sentence(kind), {"name": name, "limit": next(iter(context.values()), ""), "detail": details["msg"]}, place)


def _sentence(kind: str) -> str:
    """The message for one of pydantic's error types."""
    if kind == "missing":
        return _("'{name}' is missing.")
    if kind == "too_short":
        return _("'{name}' is empty; it needs an entry.")
    if kind in _LIMITS:
        return _LIMITS[kind]
    wanted = _WANTED.get(kind.split("_", maxsplit=1)[0])
    if wanted and (kind.endswith(("_type", "_parsing", "_from_float")) or "_from_date" in kind):
        return wanted
    return _("'{name}' cannot be used: {detail}.")


def _not_one_of(name: str, details: ErrorDetails, place: Place) -> Problem:
    expected = str(details.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    allowed = [word.strip().strip("'\"") for word in expected.split(",")]
    return unknown_name(name, str(details["input"])[:60], allowed, place=place)


def _walk(model: type[pydantic.BaseModel], location: Path) -> tuple[Path, set[str]]:
    """The location without pydantic's own marks for branches of a union, and the names known at its parent."""
    candidates: list[Any] = [model]
    path: list[str | int] = []
    known: set[str] = set()
    for part in location:
        models = [kind for kind in candidates if _is_model(kind)]
        branch = [kind for kind in candidates if getattr(kind, "__name__", None) == part]
        children = [child for kind in candidates for child in _children(kind, part)]
        if not children and branch and len(candidates) > 1:
            candidates = branch
            continue
        if not children and len(candidates) > 1 and not models:
            continue
        known = {name for kind in models for name in _names(kind)}
        path.append(part)
        candidates = children
    return tuple(path), known


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)


def _names(kind: type[pydantic.BaseModel]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items()]


def _children(kind: object, part: str | int) -> list[Any]:
    """The types that may stand under a key or position of a value of this type."""
    if _is_model(kind):
        fields = kind.model_fields.items()  # type: ignore[attr-defined]
        return [one for name, field in fields if part in {name, field.alias} for one in _branches(field.annotation)]
    origin = get_origin(kind)
    inner = [one for one in get_args(kind) if one is not Ellipsis]
    if not isinstance(origin, type) or not inner:
        return []
    if issubclass(origin, Mapping):
        return _branches(inner[-1])
    if not isinstance(part, int):
        return []
    return _branches(inner[min(part, len(inner) - 1)])


def _branches(annotation: Any) -> list[Any]:  # noqa: ANN401 - annotations have no narrower type
    origin = get_origin(annotation)
    if origin is Annotated:
        return _branches(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return [one for branch in get_args(annotation) for one in _branches(branch) if one is not type(None)]
    return [annotation]
