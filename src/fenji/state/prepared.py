"""How does a statement go out that every operation sends? It is put together once, and handed to the driver as it is, several at a time.

SQLAlchemy looks up, binds and wraps each statement anew, which takes longer than the database needs for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import BindParameter, Column, CompoundSelect, Insert, Select, Update, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = Select[Any] | CompoundSelect[Any] | Insert | Update
Turn = Callable[[Any], Any]
"""How a value of one type goes into a database, or comes out of it."""


@dataclass(frozen=True)
class _Form:
    """A statement as one kind of database reads it."""

    text: str
    fixed: Mapping[str, Any]
    """Values that the statement brings along."""
    turned_in: Sequence[tuple[str, Turn]]
    """Values that do not go to the driver as they are."""
    places: Sequence[str] | None
    """Names of values in the order of the text; None: the driver tells them from each other by their names."""
    columns: Sequence[str]
    turned_out: Sequence[tuple[str, Turn]]
    """Columns that do not come from the driver as they are."""

    def values(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what the driver takes
        found = {**self.fixed, **values}
        for name, turn in self.turned_in:
            found[name] = turn(found[name])
        return found if self.places is None else [found[name] for name in self.places]

    def row(self, row: Sequence[Any]) -> dict[str, Any]:
        found = dict(zip(self.columns, row, strict=True))
        for name, turn in self.turned_out:
            found[name] = turn(found[name])
        return found


class Prepared:
    """A statement that is put together once for each kind of database."""

    def __init__(self, statement: Statement, *, among: Column[Any] | None = None, given: Sequence[str] | None = None) -> None:
        """See above.

        Args:
            statement: with a bind parameter for each value.
            among: a column that has one of the ``ids`` that are given with the values.
            given: the columns of a new row that are given; the database fills the others.
        """
        self._statement = statement
        self._given = given
        self._among = among
        self._forms: dict[tuple[str, int], _Form] = {}

    def form_of(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[_Form, Mapping[str, Any]]:
        """The statement for a database, and its values by their names in it."""
        if self._among is None:
            return self._form(dialect, 0), values
        ids = list(values["ids"])
        # Few lengths of lists: an id that is repeated finds nothing more.
        ids += ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))
        return self._form(dialect, len(ids)), {**values, **{f"id_{number}": each for number, each in enumerate(ids)}}

    def _form(self, dialect: Dialect, length: int) -> _Form:
        found = self._forms.get((dialect.name, length))
        if found is None:
            statement: Any = self._statement
            if self._among is not None:
                ids = [bindparam(f"id_{number}", type_=self._among.type) for number in range(length)]
                statement = statement.where(self._among.in_(ids))
            found = self._forms[dialect.name, length] = _form_of(statement, dialect, self._given)
        return found


def _form_of(statement: Statement, dialect: Dialect, given: Sequence[str] | None) -> _Form:
    compiled: Any = statement.compile(dialect=dialect, column_keys=given)
    binds: Mapping[str, BindParameter[Any]] = compiled.binds
    columns = getattr(statement, "exported_columns", ())
    into = ((name, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in compiled.params)
    out = ((each.name, each.type.dialect_impl(dialect).result_processor(dialect, None)) for each in columns)
    return _Form(
        str(compiled),
        {name: binds[name].value for name in compiled.params if not binds[name].required},
        [(name, turn) for name, turn in into if turn is not None],
        compiled.positiontup,
        [each.name for each in columns],
        [(name, turn) for name, turn in out if turn is not None],
    )


@dataclass(frozen=True)
class _Told:
    """Failures of the driver inside are told as SQLAlchemy tells them, which everybody else listens for."""

    dialect: Dialect

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Turns an error of the driver."""
        of_driver = self.dialect.loaded_dbapi.Error
        if isinstance(error, of_driver):
            raise DBAPIError.instance(None, None, error, of_driver, dialect=self.dialect) from error


@dataclass(frozen=True)
class Answer:
    """What a statement finds; read it once."""

    _told: _Told
    _form: _Form
    _fetch: Callable[[], list[Any]]

    def rows(self) -> list[dict[str, Any]]:
        """Rows as plain values."""
        with self._told:
            return [self._form.row(each) for each in self._fetch()]


class Driver:
    """The driver of a session's database, inside the session's transaction."""

    def __init__(self, session: Session) -> None:
        """What the session has not written yet is written first."""
        session.flush()
        self.session = session
        connection = session.connection()
        self.name = connection.dialect.name
        self._dialect = connection.dialect
        self._told = _Told(connection.dialect)
        self._connection: Any = connection.connection.driver_connection
        self._pipeline: ExitStack | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Has all that is sent inside go out before anything is waited for, where the driver can do that.

        Answers are read afterwards; one that is read inside is waited for.
        """
        with self._told, ExitStack() as stack:
            self._pipeline = stack if self.name == "postgresql" else None
            try:
                yield
            finally:
                self._pipeline = None

    def ask(self, prepared: Prepared, values: Mapping[str, Any]) -> Answer:
        """Sends a statement that answers."""
        form, named = prepared.form_of(self._dialect, values)
        with self._told:
            cursor = self._cursor().execute(form.text, form.values(named))
            if self.name == "postgresql":
                return Answer(self._told, form, cursor.fetchall)
            # SQLite's driver puts a text together again while its last answer is not read to the end.
            found = cursor.fetchall()
        return Answer(self._told, form, lambda: found)

    def send(self, prepared: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        """Sends a statement once for each row."""
        if rows:
            form, _named = prepared.form_of(self._dialect, rows[0])
            given = map(form.values, rows)
            with self._told:
                cursor = self._cursor()
                if self.name == "postgresql":  # whose driver would wait for the end of many
                    for values in given:
                        cursor.execute(form.text, values)
                else:
                    cursor.executemany(form.text, given)

    def _cursor(self) -> Any:  # noqa: ANN401 - the driver's own
        # A pipeline that nothing goes through would be waited for all the same.
        if self._pipeline is not None:
            self._pipeline.enter_context(self._connection.pipeline())
            self._pipeline = None
        return self._connection.cursor()
