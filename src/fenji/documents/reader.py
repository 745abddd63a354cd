"""What does a YAML document say, and in which line? Read safely, duplicate keys refused, every problem placed.

Plain words stay words: as in YAML 1.2 only ``true`` and ``false`` are yes/no values and only plain decimal numbers are
numbers, so that ``NO``, ``on``, ``007`` and ``12:30`` reach us as they were written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from fenji.errors import InvalidDocument, NotFound, Place, Problem
from fenji.language import message as _
from fenji.validation import Path as Keys
from fenji.validation import dotted, pointed, problems_of

Model = TypeVar("Model", bound=pydantic.BaseModel)

MOST_VALUES = 200_000
"""Values of one document, aliases written out: far above any policy, and an end to documents built to swell."""
MOST_LETTERS = 4_000_000
"""Letters of one document: a thousand pages, read in a few seconds."""
DEEPEST = 40
"""Levels of nesting that a document may have."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the plain scalars of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
    ("merge", r"^(?:<<)$", "<"),
):
    # An empty plain scalar is looked up under the empty string.
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), ["" if c == "\0" else c for c in _first])


@dataclass(frozen=True)
class Document:
    """A YAML document: its values, and the line of each."""

    file: str
    data: Any
    """Dictionaries, lists, texts, numbers, dates, True, False and None."""
    lines: Mapping[Keys, int]

    def place(self, path: Keys = ()) -> Place:
        """Where a value stands: its line, or that of the nearest group around it; the column is its dotted path."""
        known = next((path[:depth] for depth in range(len(path), -1, -1) if path[:depth] in self.lines), ())
        return Place(self.file, self.lines.get(known, 1), dotted(path), pointed(path))


def read_document(path: Path) -> Document:
    """The document in a file.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: not UTF-8, not YAML (with line and column), or a key that stands twice.
    """
    return parse_document(text_of(path), str(path))


def parse_document(text: str, file: str) -> Document:
    """The document in a text; ``file`` is the name that problems carry."""
    if len(text) > MOST_LETTERS:
        words = _("the document is longer than {most} letters.")
        raise InvalidDocument.of(words, place=Place(file), most=MOST_LETTERS)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        reading = _Reading(loader, file)
        data = reading.value(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        raise InvalidDocument(_syntax_problem(error, file)) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise InvalidDocument.of(
            _("the character U+{code:04X} is not allowed in YAML."), place=Place(file, line), code=ord(text[error.position])
        ) from error
    except RecursionError as error:
        raise too_deep(file) from error
    except (OverflowError, ValueError) as error:
        # An escape such as \\UFFFFFFFF is no character.
        raise InvalidDocument.of(_("this value cannot be read."), place=Place(file), advice=_("Put it in quotes.")) from error
    InvalidDocument.raise_if(reading.problems)
    return Document(file, data, reading.lines)


def too_deep(file: str, line: int | None = None) -> InvalidDocument:
    """The error of a document that is built to swell or to exhaust the stack."""
    text = _("the document is nested too deeply or too large (at most {values} values, {depth} levels).")
    return InvalidDocument.of(text, place=Place(file, line), values=MOST_VALUES, depth=DEEPEST)


def validated(model: type[Model], document: Document) -> Model:
    """The document as a pydantic model.

    Raises:
        InvalidDocument: with every problem at its line, and the nearest known name for an unknown one.
    """
    try:
        return model.model_validate({} if document.data is None else document.data)
    except pydantic.ValidationError as error:
        raise InvalidDocument(*problems_of(error, model, place=document.place)) from error


class _Reading:
    """One walk over a composed document."""

    def __init__(self, loader: _Loader, file: str) -> None:
        self.loader, self.file = loader, file
        self.lines: dict[Keys, int] = {}
        self.problems: list[Problem] = []
        self._values = 0

    def value(self, node: yaml.Node, path: Keys) -> Any:  # noqa: ANN401 - whatever the document holds
        self._values += 1
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if self._values > MOST_VALUES or len(path) > DEEPEST:
            raise too_deep(self.file, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, position)) for position, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Keys) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                found = self.value(value_node, path)
                for one in found if isinstance(found, list) else [found]:
                    merged = {**(one if isinstance(one, dict) else {}), **merged}
                continue
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else dotted(path) or "?"
            line = key_node.start_mark.line + 1
            if key in own:
                place = Place(self.file, line, dotted((*path, key)), pointed((*path, key)))
                first = self.lines[(*path, key)]
                self.problems.append(
                    Problem(
                        _("'{name}' stands here a second time; the first is in line {first}."),
                        {"name": key, "first": first},
                        place,
                    )
                )
                continue
            self.lines[(*path, key)] = line
            own[key] = self.value(value_node, (*path, key))
        return {**merged, **own}

    def _scalar(self, node: yaml.Node, path: Keys) -> Any:  # noqa: ANN401 - whatever the document holds
        try:
            value = self.loader.construct_object(node, deep=True)
        except (yaml.MarkedYAMLError, ValueError, LookupError, AttributeError, TypeError, OverflowError):
            # PyYAML lets what its constructors meet in a wrong tag such as !!timestamp x through as it is.
            value = _NOTHING
        if value is _NOTHING or _is_unwritable(value):
            place = Place(self.file, node.start_mark.line + 1, dotted(path), pointed(path))
            self.problems.append(Problem(_("this value cannot be read."), {}, place, _("Put it in quotes.")))
            return None
        return value


_NOTHING = object()


def _is_unwritable(value: object) -> bool:
    """Whether a value is an infinite number, or text with half of a letter, which cannot be written."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value)


def _syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    values = {"position": mark.column + 1 if mark else 1, "detail": error.problem or error.context or ""}
    text = _("this is not YAML, at position {position} of the line: {detail}.")
    advice = _("Look for a missing colon, space or quote, or a tab, here or in the line above.")
    return Problem(text, values, Place(file, mark.line + 1 if mark else None), advice)


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: it is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound.of(_("there is no file {file}."), file=str(path)) from error
    except OSError as error:
        raise InvalidDocument.of(
            _("the file cannot be opened: {detail}"), place=Place(str(path)), detail=error.strerror or ""
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidDocument.of(
            _("the text is not UTF-8."), place=Place(str(path), line), advice=_("Save the file as UTF-8.")
        ) from error
