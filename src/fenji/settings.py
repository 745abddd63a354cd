"""Where and how do we run? The settings of a workspace, each with its default, its unit and the reason for it.

Looked up in this order, the first that says something wins: the option of a command (``--lang``, ``--engine``), the
environment variable ``FENJI_<NAME>``, ``fenji.toml`` in the workspace, the default. Settings never hold business rules
(see policies) nor this time's date (an argument of the run).
"""

from __future__ import annotations

import os
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ConfigDict, Field, ValidationError

from fenji.choices import SETTINGS_FILE, EngineName
from fenji.errors import InvalidSettings, NotFound, Place
from fenji.language import DEFAULT_LANGUAGE, Language, translate
from fenji.language import message as _
from fenji.masking import MASK, without_passwords
from fenji.service_settings import ServiceSettings
from fenji.setting_values import (
    About,
    Currency,
    DatabaseUrl,
    Identifiers,
    Memory,
    Month,
    Rate,
    Zone,
)
from fenji.validation import Path as Keys
from fenji.validation import dotted, problems_of

ENVIRONMENT_PREFIX = "FENJI_"
"""``FENJI_TIME_ZONE`` overrides ``time_zone``."""

MOST_THREADS = 1024
"""Threads of one engine: each holds memory, and no machine has more cores."""
_MOST_LETTERS = 1_000_000

_SECRET_OPTION = re.compile(r"secret|password|token|key|credential", re.IGNORECASE)
_SECRET_LINE = re.compile(
    r"""(?P<name>["'][^"'\n=]*(?:secret|password|token|key|credential)[^"'\n=]*["']\s*=\s*)("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE
)
"""A quoted name of a secret and its value, as tables of TOML write them."""


class Settings(ServiceSettings):
    """One workspace's settings. Built once when a workspace is opened, and passed on; never changed, never global."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[
        Language,
        About(
            help=_("Language of reports and messages: zh or en."),
            why=_("Chinese and English are equal; most companies that use fenji write Chinese."),
        ),
    ] = DEFAULT_LANGUAGE
    time_zone: Annotated[
        Zone,
        About(
            help=_("IANA time zone of the company; a day, and a time without zone in a file, belongs to it."),
            why=_("An order at one in the morning must count on the day the company says it was."),
        ),
    ] = "Asia/Shanghai"
    currency: Annotated[
        Currency,
        About(
            help=_("Currency in which all money is counted, as an ISO 4217 code."),
            why=_("Amounts of several currencies cannot be summed; everything is converted into this one."),
        ),
    ] = "CNY"
    rates: Annotated[
        dict[Currency, dict[Month, Rate]],
        About(
            help=_("What one unit of another currency was worth in the workspace's currency, by month."),
            why=_("A missing rate is an error and never 1.0; rates by month let any past number be made again."),
            unit=_("workspace currency per unit"),
            example='{ USD = { "2026-01" = 7.02 } }',
        ),
    ] = {}
    policy: Annotated[
        str | None,
        About(
            help=_("Name of the policy to use where the workspace holds several."),
            why=_("With one policy nothing needs to be said."),
            example='"retail"',
        ),
    ] = None
    link_by: Annotated[
        Identifiers,
        About(
            help=_("Identifiers that tie different customer ids to one customer: phone, email, union_id."),
            why=_("The same person buys in several shops; an empty list keeps every id a customer of its own."),
        ),
    ] = ("phone", "email", "union_id")
    shared_by_many: Annotated[
        int,
        Field(ge=1),
        About(
            help=_("An identifier that more customer ids than this share ties nobody; it is reported instead."),
            why=_("Shop counters and agents enter their own phone for many people, who must not become one customer."),
            unit=_("customer ids"),
        ),
    ] = 5
    lost_after_days: Annotated[
        int | None,
        Field(ge=1),
        About(
            help=_(
                "A customer without an order, any event or a running contract for more days than this is lost; nobody is where not given."
            ),
            why=_("Only the company knows after how long silence means goodbye: a month for coffee, two years for mattresses."),
            unit=_("days"),
            example="365",
        ),
    ] = None
    lost_after_intervals: Annotated[
        Decimal | None,
        Field(gt=0),
        About(
            help=_(
                "A customer who is silent for more than this many times the own mean days between orders is lost; lost_after_days counts for customers without a rhythm."
            ),
            why=_("A weekly buyer who is silent for a quarter is gone; a yearly one is not."),
            unit=_("intervals"),
            example="4",
        ),
    ] = None
    history_begins_on: Annotated[
        date | None,
        About(
            help=_(
                "First day on which tiers are decided, one review after the other; where not given the first run of a policy fixes it: the first review on which the windows of the rules are full."
            ),
            why=_(
                "A tier follows from the reviews before it. Only with a fixed beginning does last month's report come out the same next year."
            ),
            example="2025-01-31",
        ),
    ] = None
    engine: Annotated[
        EngineName,
        About(
            help=_("Engine that computes: duckdb or spark."),
            why=_("DuckDB takes 20 million customers on one machine; Spark is for what one machine cannot hold."),
        ),
    ] = EngineName.DUCKDB
    store: Annotated[
        Path,
        About(
            help=_("Folder of the Parquet tables, relative to the workspace."),
            why=_("A company may keep large tables on another disk."),
        ),
    ] = Path("store")
    scratch: Annotated[
        Path | None,
        About(
            help=_("Folder for intermediate results, relative to the workspace; the store's .scratch folder where not given."),
            why=_("Large sorts spill to disk, and the system's temporary folder is often held in memory."),
            example='"/fast-disk/fenji"',
        ),
    ] = None
    database_url: Annotated[
        DatabaseUrl,
        About(
            help=_("State database: sqlite:///file (relative to the workspace) or postgresql://user@host/name."),
            why=_("SQLite needs no server; PostgreSQL is for several machines. One database serves one workspace."),
        ),
    ] = "sqlite:///fenji.db"
    keep_runs: Annotated[
        int | None,
        Field(ge=1),
        About(
            help=_(
                "How many of the newest runs are kept: each run removes older ones with their analyses, but for those with a name."
            ),
            why=_(
                "Daily runs fill every disk; all runs are kept where not given, because only the company knows which it needs."
            ),
            unit=_("runs"),
            example="60",
        ),
    ] = None
    threads: Annotated[
        int | None,
        Field(ge=1, le=MOST_THREADS),
        About(
            help=_("Worker threads; all cores where not given."),
            why=_("On a shared machine some cores must stay free."),
            unit=_("threads"),
            example="4",
        ),
    ] = None
    memory_limit: Annotated[
        Memory | None,
        About(
            help=_("Most memory the engine may use; where not given 80 % of the machine for DuckDB and half of it for Spark."),
            why=_("Beyond it the engine writes to its scratch folder instead of failing."),
            unit=_("MB, GB or TB"),
            example='"12GB"',
        ),
    ] = None
    spark_master: Annotated[
        str,
        About(
            help=_("Spark master, such as local[*], spark://host:7077 or yarn."),
            why=_("local[*] runs Spark inside this process and needs no cluster."),
        ),
    ] = "local[*]"
    spark_options: Annotated[
        dict[str, str],
        About(
            help=_("Further Spark settings by their full names."),
            why=_("Clusters differ in memory, shuffle and storage; nothing of that is a matter of fenji."),
            example='{ "spark.sql.shuffle.partitions" = "200" }',
        ),
    ] = {}

    def scratch_folder(self, workspace: Path) -> Path:
        """The folder for intermediate results."""
        return workspace / (self.scratch if self.scratch is not None else self.store / ".scratch")

    def database_in(self, workspace: Path) -> str:
        """The database URL with a relative SQLite file placed in the workspace."""
        prefix = "sqlite:///"
        if self.database_url.startswith(prefix):
            return prefix + str(workspace / self.database_url.removeprefix(prefix))
        return self.database_url

    def record(self) -> dict[str, Any]:
        """The settings as a run stores them: plain values, passwords and keys masked."""
        values = self.model_dump(mode="json")
        values["database_url"] = without_passwords(self.database_url, [self.database_url])
        values["smtp_password"] = None if self.smtp_password is None else MASK
        values["spark_options"] = {
            key: MASK if _SECRET_OPTION.search(key) else without_passwords(text) for key, text in self.spark_options.items()
        }
        return values


def without_secrets(text: str) -> str:
    """The text of fenji.toml or another document with passwords and keys masked.

    >>> print(without_secrets('spark_options = { "s3a.secret.key" = "x", "partitions" = "8" }'))
    spark_options = { "s3a.secret.key" = "***", "partitions" = "8" }
    """
    return _SECRET_LINE.sub(rf'\g<name>"{MASK}"', without_passwords(text))


@dataclass(frozen=True)
class Setting:
    """One line of the list of settings."""

    name: str
    type: str
    default: str
    """As TOML; empty where there is none."""
    about: About

    @property
    def environment(self) -> str:
        """The environment variable that overrides it."""
        return ENVIRONMENT_PREFIX + self.name.upper()


def _listed() -> Iterator[Setting]:
    fields = Settings.model_fields
    # Where and how runs work comes first.
    for name in sorted(fields, key=lambda name: name in ServiceSettings.model_fields):
        field = fields[name]
        about = next(note for note in field.metadata if isinstance(note, About))
        yield Setting(name, _type_words(field.annotation), as_toml(field.default), about)


def _type_words(annotation: Any) -> str:  # noqa: ANN401 - annotations have no narrower type
    """A type as people write it."""
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return next(_type_words(branch) for branch in get_args(annotation) if branch is not type(None))
    if origin is Annotated:
        return _type_words(get_args(annotation)[0])
    if origin is tuple:
        return _("list")
    if origin is dict:
        return _("table")
    if issubclass(annotation, StrEnum):
        return " | ".join(annotation)
    return _SCALARS.get(annotation, _("text"))


_SCALARS = {int: _("whole number"), Decimal: _("number"), Path: _("path"), date: _("day")}


def as_toml(value: object) -> str:
    """A value as fenji.toml writes it; empty where there is none.

    >>> as_toml(("phone", "email")), as_toml(True), as_toml(None)
    ('["phone", "email"]', 'true', '')
    """
    if value is None or value == {}:
        return ""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(as_toml(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{as_toml(str(key))} = {as_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, int | Decimal | date):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


SETTINGS: tuple[Setting, ...] = tuple(_listed())
"""Every setting, in the order of fenji.toml; the reference page and ``fenji init`` are made from it."""


def read_settings(workspace: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a workspace.

    Args:
        workspace: the folder that holds fenji.toml.
        environment: where overrides are looked up; the process's own environment where None.

    Raises:
        NotFound: there is no fenji.toml.
        InvalidSettings: it cannot be used; every problem with its line.
    """
    file = workspace / SETTINGS_FILE
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound.of(_("{file} is missing."), advice=_("Make a workspace with: fenji init"), file=SETTINGS_FILE) from error
    except UnicodeDecodeError as error:
        raise InvalidSettings.of(_("the file must be UTF-8 text."), place=Place(SETTINGS_FILE)) from error
    given = os.environ if environment is None else environment
    return _settings_of(
        text, tuple(sorted((name, value) for name, value in given.items() if name.startswith(ENVIRONMENT_PREFIX)))
    )


@lru_cache(maxsize=16)
def _settings_of(text: str, environment: tuple[tuple[str, str], ...]) -> Settings:
    """The same for the same text and environment: a server reads them at every question."""
    written = _parse(text)
    overrides = dict(_overrides(dict(environment)))
    try:
        return Settings.model_validate(written | overrides)
    except ValidationError as error:

        def place(found: Keys) -> Place:
            path = tuple(part for part in found if part != "[key]")  # pydantic's mark for a key that is itself wrong
            if path and path[0] in overrides:
                return Place(ENVIRONMENT_PREFIX + str(path[0]).upper(), column=dotted(path[1:]))
            return Place(SETTINGS_FILE, _line_of(text, path), dotted(path))

        raise InvalidSettings(*problems_of(error, Settings, place=place)) from error


def settings_written(workspace: Path) -> frozenset[str]:
    """The names of the settings that fenji.toml sets itself; read when it could be read before."""
    return frozenset(_parse((workspace / SETTINGS_FILE).read_text(encoding="utf-8-sig")))


def _parse(text: str) -> dict[str, Any]:
    if len(text) > _MOST_LETTERS:
        raise InvalidSettings.of(_("the document is longer than {most} letters."), place=Place(SETTINGS_FILE), most=_MOST_LETTERS)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        detail = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise InvalidSettings.of(_("this is not TOML: {detail}."), place=Place(SETTINGS_FILE, line), detail=detail) from error
    except (RecursionError, ValueError, ArithmeticError) as error:
        # Brackets in thousands of levels, or a number of thousands of digits.
        detail = str(error).partition(";")[0]
        raise InvalidSettings.of(_("this is not TOML: {detail}."), place=Place(SETTINGS_FILE), detail=detail) from error


def _overrides(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """What the environment says: plain text, commas between the parts of a list, TOML for tables."""
    for setting in SETTINGS:
        text = environment.get(setting.environment)
        if text is None:
            continue
        kind = get_origin(Settings.model_fields[setting.name].annotation)
        if kind is tuple:
            yield setting.name, [part.strip() for part in text.split(",") if part.strip()]
        elif kind is dict:
            yield setting.name, _table(setting.environment, text)
        else:
            yield setting.name, text


def _table(name: str, text: str) -> Any:  # noqa: ANN401 - a document of any shape
    try:
        return tomllib.loads(f"it = {text}", parse_float=Decimal)["it"]
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise InvalidSettings.of(
            _("this is not a TOML table."),
            place=Place(name),
            advice=_("Write, for instance: {example}"),
            example="{ USD = { … } }",
        ) from error


def _line_of(text: str, path: Keys) -> int | None:
    """The line where the deepest key of a path stands, as far as it stands in a line of its own."""
    found = None
    for key in (part for part in path if isinstance(part, str)):
        pattern = re.compile(rf"""^\s*(\[+[^\]]*?)?["']?{re.escape(key)}["']?\s*(=|\.|\])""")
        lines = text.splitlines()
        start = found or 0
        found = next(
            (number for number, line in enumerate(lines[max(start - 1, 0) :], max(start, 1)) if pattern.match(line)), found
        )
    return found


def render_settings_toml(language: Language, /, **values: object) -> str:
    """A commented fenji.toml: every setting with its help; those in ``values`` set, the others as comments with their defaults.

    Raises:
        TypeError: a value for a setting that does not exist; a caller's mistake.
    """
    if unknown := set(values) - {setting.name for setting in SETTINGS}:
        text = f"no such settings: {sorted(unknown)}"
        raise TypeError(text)
    head = _("Settings of this workspace: where and how fenji runs. Lines with # show the defaults; environment variables win.")
    blocks = [f"# {translate(head, language)}"]
    for setting in SETTINGS:
        about = setting.about
        unit = f" [{translate(about.unit, language)}]" if about.unit else ""
        line = f"{setting.name} = {as_toml(values.get(setting.name)) or setting.default or about.example}"
        comment = f"# {translate(about.help, language)}{unit}\n# {translate(about.why, language)}"
        blocks.append(f"{comment}\n{line if setting.name in values else '# ' + line}")
    return "\n\n".join(blocks) + "\n"
