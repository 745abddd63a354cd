"""How is a path told to DuckDB? It would take stars, brackets and question marks in it for patterns, and read a neighbour's files too."""

from __future__ import annotations

import re
from pathlib import Path

from fenji.errors import InvalidArgument
from fenji.language import message as _

_PATTERN = re.compile(r"[*?\[]")


def literal_path(path: Path) -> str:
    r"""The path with what DuckDB reads as a pattern escaped.

    Raises:
        InvalidArgument: there is a backslash beside such a character: in a pattern DuckDB takes it for a folder's end.

    >>> literal_path(Path("/shop/a?b/part-0.parquet")), literal_path(Path("/shop [1]/a")), literal_path(Path("/a\\b"))
    ('/shop/a[?]b/part-0.parquet', '/shop [[]1]/a', '/a\\b')
    """
    text = str(path)
    if not _PATTERN.search(text):
        return text
    if "\\" in text:
        raise InvalidArgument.of(
            _("the engine cannot read {path}: it has a backslash beside one of * ? [."),
            advice=_("Give the folder or file another name."),
            path=text,
        )
    return _PATTERN.sub(r"[\g<0>]", text)
