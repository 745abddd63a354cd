"""Where is the state kept? One SQLite file or PostgreSQL server, brought up to date whenever it is opened for writing.

SQLite runs with a write-ahead log: readers never wait for a writer, and writers queue for half a minute at most.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, NotFound, Unavailable
from fenji.language import message as _
from fenji.masking import masked, secrets_of, without_passwords
from fenji.private_files import private_file, private_folder
from fenji.state.changes import Changes, ChangesOfFile, ChangesOfServer
from fenji.state.transaction import Transaction
from fenji.state.unwritten import StillFile, connect_unwritten

NEWEST = "0017"
"""The migration that this package ends with; a test compares it with the migrations themselves."""

VERSION_TABLE = "fenji_version"

_BUSY_SECONDS = 30
_LOCK_OF_MIGRATIONS = 73_650_241
"""Any number that others of the same PostgreSQL server will hardly use."""

Value = TypeVar("Value")

_READER = Principal(PrincipalKind.SYSTEM, "reader")
"""Who reads; never written down, because a reading transaction can write nothing."""


def _now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One state database. A use-case opens it once and does each unit of work in a transaction of it."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], changes: Changes) -> None:
        """See open_database."""
        self._engine = engine
        self._clock = clock
        self._changes = changes
        # A writer takes SQLite's lock at its first statement, not in the middle, where waiting is no longer possible.
        self._writer = engine.execution_options(writes=True)
        # PostgreSQL gives each statement a state of its own, and lets readers write, unless it is told otherwise.
        fixed = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**fixed) if engine.dialect.name == "postgresql" else engine

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One transaction that sees one state of the database; the database itself refuses to change anything in it.

        Raises:
            Unavailable: a file that could only be read without locks was changed meanwhile.
        """
        with _told_apart(self._engine), Session(self._reader) as session:
            yield Transaction(session, _READER, self._clock)
            file = session.connection().connection.dbapi_connection
            if isinstance(file, StillFile) and file.has_changed():
                raise Unavailable.of(_("the state database was changed while it was read."), advice=_("Ask again."))

    def recall(self, _name: Hashable, ask: Callable[[Transaction], Value]) -> Value:
        """What is read in one transaction; nothing of it is remembered here."""
        with self.reading() as t:
            return ask(t)

    def mark(self) -> Hashable | None:
        """Something that is another one after every commit, so that what was read may be remembered; see ``changes.Changes``."""
        with _told_apart(self._engine):
            return self._changes.mark()

    @contextmanager
    def transaction(self, principal: Principal) -> Iterator[Transaction]:
        """One transaction of somebody who acts, committed at the end; nothing is kept where an error leaves it."""
        with _told_apart(self._engine), Session(self._writer) as session, session.begin():
            yield Transaction(session, principal, self._clock)

    def compact(self) -> None:
        """Writes the database anew, so that nothing of what was changed or removed is left in free pages or logs.

        PostgreSQL's own archive of its log lies outside; whoever keeps one ends it by its own rules.
        """
        with _told_apart(self._engine), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql("VACUUM FULL tier_override")
                return
            driver: Any = connection.connection.driver_connection
            for statement in ("query_only = OFF", "secure_delete = ON"):
                driver.execute(f"PRAGMA {statement}")
            if driver.in_transaction:
                driver.execute("COMMIT")
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Gives back all connections."""
        self._changes.close()
        self._engine.dispose()


def open_database(url: str, *, read_only: bool = False, clock: Callable[[], datetime] = _now) -> Database:
    """The state database at a URL.

    Args:
        url: of a SQLite file or a PostgreSQL server.
        read_only: nothing is made, migrated or written; works where file and folder are read-only and where the disk is full.
        clock: the time that is written down.

    Raises:
        Conflict: it was written by a newer version of this package; or it is only read, and was written by an older one.
        NotFound: it is only read, and is not there yet.
        Unavailable: it cannot be reached or opened.
    """
    engine = _engine(url, read_only=read_only)
    if engine.dialect.name == "sqlite":
        if not read_only:
            event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with _told_apart(engine):
            (_refuse_old if read_only else _bring_up_to_date)(engine)
    except BaseException:
        engine.dispose()
        raise
    file = sqlite_file(url)
    changes = ChangesOfServer(engine) if file is None else ChangesOfFile(file, wait_seconds=_BUSY_SECONDS)
    return Database(engine, clock, changes)


def sqlite_file(url: str) -> Path | None:
    """The file that a SQLite URL means; None for a server."""
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None


def _engine(url: str, *, read_only: bool) -> Engine:
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        file = sqlite_file(url)
        if file is None:
            return create_engine(url, execution_options={"postgresql_readonly": True} if read_only else {})
        if read_only:
            if not file.is_file():
                raise _nothing_yet()
            # Each transaction looks anew whether the files beside the database are there.
            return create_engine(
                "sqlite://", creator=lambda: connect_unwritten(file, wait_seconds=_BUSY_SECONDS), poolclass=NullPool
            )
        private_folder(file.parent)
        private_file(file)
        # Not the URL itself: SQLAlchemy would cut a folder's name at a question mark.
        # SQLite's transactions are begun by _begin_sqlite, not guessed by its driver.
        return create_engine(URL.create("sqlite", database=str(file)), connect_args={"isolation_level": None})
    except ModuleNotFoundError as error:
        raise Unavailable.of(_("PostgreSQL needs one more package."), advice="pip install 'fenji[postgres]'") from error
    except (ArgumentError, NoSuchModuleError, ValueError):
        # Not told from which error: it names what it could not read, which may be a piece of the password.
        raise Unavailable.of(_("the database URL cannot be used."), advice=_("See `database_url` in fenji.toml.")) from None


def _nothing_yet() -> NotFound:
    return NotFound.of(_("there is no state database yet."), advice=_("Make it with: fenji run"))


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    for setting in (f"busy_timeout = {_BUSY_SECONDS * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
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
        _refuse_newer(found)
        _migrate(connection)


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > NEWEST:
        raise Conflict.of(
            _("the state database has version {found}, made by a newer fenji; this one knows versions up to {newest}."),
            advice=_("Upgrade this installation: pip install --upgrade fenji. Nothing was changed."),
            found=found,
            newest=NEWEST,
        )


def _refuse_old(engine: Engine) -> None:
    with engine.connect() as connection:
        found = _version(connection)
    _refuse_newer(found)
    if found is None:
        raise _nothing_yet()
    if found < NEWEST:
        raise Conflict.of(
            _(
                "the state database has version {found}, made by an older fenji; it must be brought up to {newest} before it is read."
            ),
            advice=_("Any command that writes does that, such as: fenji run"),
            found=found,
            newest=NEWEST,
        )


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
def _told_apart(engine: Engine) -> Iterator[None]:
    """Failures of the database in our words; passwords of its URL do not come through."""
    try:
        yield
    except IntegrityError:
        raise  # not a failure of the database: it keeps a law, and the repository knows which
    except DatabaseError as error:
        url = engine.url.render_as_string(hide_password=False)
        detail = masked(without_passwords(str(error.orig or error)), secrets_of(url)).splitlines()[0][:200]
        raise Unavailable.of(
            _("the state database cannot be used: {detail}."),
            advice=_("See `database_url` in fenji.toml, free disk space, and other programs that hold the database."),
            detail=detail.rstrip("."),
        ) from error
