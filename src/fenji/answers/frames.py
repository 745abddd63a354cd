"""How does an answer become a data frame? Its main rows, one column for each key that they tell; nested parts stay as lists and mappings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from html import escape
from importlib import import_module
from itertools import islice
from typing import Any

from fenji.answers.json import plain_rows
from fenji.answers.views import OPEN, View
from fenji.errors import NotFound
from fenji.language import Language
from fenji.language import message as _

SHOWN_ROWS = 20
"""Rows that a notebook shows."""


class Frames(ABC):
    """Something whose rows can be taken as an Arrow table, and so as any data frame."""

    @abstractmethod
    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow is untyped
        """All rows as a pyarrow.Table."""

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is untyped
        """All rows as a pandas.DataFrame; amounts stay exact decimals."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:  # noqa: ANN401 - Polars need not be installed
        """All rows as a polars.DataFrame.

        Raises:
            NotFound: Polars is not installed.
        """
        try:
            polars = import_module("polars")
        except ModuleNotFoundError as error:
            raise NotFound.of(_("Polars is not installed."), advice=_("Install it with: pip install polars")) from error
        return polars.from_arrow(self.to_arrow())

    def _repr_html_(self) -> str:
        """The first rows, for notebooks."""
        rows = self.to_arrow()
        return shown_rows(rows.slice(0, min(SHOWN_ROWS, rows.num_rows)).to_pylist())


class Answer(Frames):
    """An answer with one main list of rows."""

    @abstractmethod
    def main_rows(self) -> Sequence[object]:
        """The rows that a data frame of the answer holds."""

    def to_arrow(self, language: Language = Language.EN, view: View = OPEN) -> Any:  # noqa: ANN401 - pyarrow is untyped
        """The main rows as a pyarrow.Table, names and sentences in one language, with as much as the reader sees."""
        import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

        return pa.Table.from_pylist(plain_rows(self, self.main_rows(), language, view.in_tables()))


def shown_rows(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a table of HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
    return f"<table><tr>{head}</tr>{''.join(_lines(rows))}</table>"


def _lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in islice(rows, SHOWN_ROWS):
        yield "<tr>" + "".join(f"<td>{'' if value is None else escape(str(value))}</td>" for value in row.values()) + "</tr>"
