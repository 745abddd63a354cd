"""Where is the state kept? One SQLite file or PostgreSQL server, brought up to date whenever it is opened.

SQLite runs with a write-ahead log: readers never wait for a writer, and writers queue for half a minute at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from fenji.errors import Conflict, Unavailable
from fenji.language import message as _

NEWEST = "0002"
"""The migration that this package ends with; a test compares it with the migrations themselves."""

VERSION_TABLE = "fenji_version"

_BUSY_SECONDS = 30
_LOCK_OF_MIGRATIONS = 73_650_241
"""Any number that others of the same PostgreSQL server will hardly use."""


class Database:
    """One state database. A use-case opens it once; each use of a repository is one transaction."""

    def __init__(self, engine: Engine) -> None:
        """See open_database."""
        self._engine = engine
        # A writer takes SQLite's lock at its first statement, not in the middle, where waiting is no longer possible.
        self._writer = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that sees one state of the database and changes nothing."""
        with _told_apart(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed at the end; nothing is kept where an error leaves it."""
        with _told_apart(), Session(self._writer) as session, session.begin():
            yield session

    def close(self) -> None:
        """Gives back all connections."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """The state database at a URL, made or migrated where it is behind.

    Raises:
        Conflict: it was written by a newer version of this package.
        Unavailable: it cannot be reached or opened.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        # SQLite's transactions are begun by _begin_sqlite, not guessed by its driver.
        engine = create_engine(url, connect_args={"isolation_level": None} if url.startswith("sqlite") else {})
    except ModuleNotFoundError as error:
        raise Unavailable.of(_("PostgreSQL needs one more package."), advice="pip install 'fenji[postgres]'") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise Unavailable.of(_("the database URL cannot be used."), advice=_("See `database_url` in fenji.toml.")) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with _told_apart():
            _bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    for setting in (f"busy_timeout = {_BUSY_SECONDS * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection:
        if _version(connection) == NEWEST:
            return
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_OF_MIGRATIONS})
        found = _version(connection)  # once more: another process may have been faster
        if found == NEWEST:
            return
        if found is not None and found > NEWEST:
            raise Conflict.of(
                _("the state database has version {found}, made by a newer fenji; this one knows versions up to {newest}."),
                advice=_("Upgrade this installation: pip install --upgrade fenji. Nothing was changed."),
                found=found,
                newest=NEWEST,
            )
        _migrate(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own constant
    return None if found is None else str(found)


def _migrate(connection: Connection) -> None:
    from alembic.config import Config  # noqa: PLC0415 - heavy third-party, needed once per change of the database
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "fenji.state:migrations")
    script = ScriptDirectory.from_config(config)

    def upgrade(revision: Any, _context: object) -> Any:  # noqa: ANN401 - Alembic's own types
        return script._upgrade_revs(NEWEST, revision)  # noqa: SLF001 - what Alembic's upgrade command does, without its env.py

    with EnvironmentContext(config, script, fn=upgrade) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
        environment.run_migrations()


@contextmanager
def _told_apart() -> Iterator[None]:
    """Failures of the database in our words; passwords of its URL do not come through."""
    try:
        yield
    except IntegrityError:
        raise  # not a failure of the database: it keeps a law, and the repository knows which
    except DatabaseError as error:
        detail = re.sub(r"://[^@\s]*@", "://***@", str(error.orig or error).splitlines()[0])[:200]
        raise Unavailable.of(
            _("the state database cannot be used: {detail}."),
            advice=_("See `database_url` in fenji.toml, free disk space, and other programs that hold the database."),
            detail=detail.rstrip("."),
        ) from error
