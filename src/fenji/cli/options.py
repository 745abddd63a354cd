"""Which options does every command take, and in which language does the program speak before they are read?"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from fenji.choices import SETTINGS_FILE, EngineName
from fenji.domain.written_days import days_written
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import DEFAULT_LANGUAGE, Language
from fenji.language import message as _

LANGUAGE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace", metavar=_("FOLDER"), help=_("The workspace: the folder that holds fenji.toml. Default: this folder.")
    ),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang", metavar="zh|en", help=_("Language of the answer. Default: that of the workspace, else of the system.")
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Answer with one JSON object on standard output."))]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar=_("DATE"),
        help=_(
            "The last day that counts, such as 2026-01-31. Default: yesterday for a run, the day of the last run for what reads it."
        ),
    ),
]
Engine = Annotated[
    str | None, typer.Option("--engine", metavar="duckdb|spark", help=_("What computes. Default: the setting engine."))
]
Policy = Annotated[
    str | None, typer.Option("--policy", metavar=_("NAME"), help=_("Which policy, where the workspace holds several."))
]
PastRun = Annotated[
    str | None,
    typer.Option("--run", metavar="RUN_ID", help=_("A past run, exactly as it was published. Default: the newest answer.")),
]
OneCustomer = Annotated[
    str | None, typer.Option("--customer", metavar="ID", help=_("One customer: any of its ids, or SPACE:ID."))
]
Details = Annotated[bool, typer.Option("--details", help=_("Shows the parameters and comparisons of the models too."))]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar=_("CONDITION"),
        help=_(
            "Only customers who meet this at the review: orders_12m >= 10, or an attribute as region:east; several must all hold."
        ),
    ),
]
HistoryRun = Annotated[
    str | None,
    typer.Option(
        "--run", metavar="RUN_ID", help=_("Which run's reviews. Default: the last one that keeps more than one review.")
    ),
]


Name = TypeVar("Name", bound=StrEnum)


def one_of(names: type[Name], text: str | None, what: str) -> Name | None:
    """The name of a fixed set that an option was given; None where it was not given.

    Raises:
        InvalidArgument: none of the set; with the nearest one.
    """
    if text is None:
        return None
    if text not in tuple(names):
        raise InvalidArgument(unknown_name(what, text, names))
    return names(text)


def engine_of(text: str | None) -> EngineName | None:
    """What --engine says."""
    return one_of(EngineName, text, _("engine"))


def day_of(text: str | None) -> date | None:
    """What --as-of says; None where it was not given.

    Raises:
        InvalidArgument: no date, or one that may mean several days.
    """
    if text is None:
        return None
    days = days_written(text)
    if not days:
        raise InvalidArgument.of(_("'{value}' is not a date."), advice=_("Write it as 2026-01-31."), value=text[:40])
    if len(days) > 1:
        raise InvalidArgument.of(
            _("'{value}' may mean {days}."),
            advice=_("Write it with the year first, as {first}."),
            value=text[:40],
            days=", ".join(str(each) for each in days),
            first=days[0],
        )
    return days[0]


def asked_of(as_of: str | None, policy: str | None, engine: str | None) -> dict[str, Any]:
    """What --as-of, --policy and --engine say, as every analysis is asked, here or as a job.

    Raises:
        InvalidArgument: no day, or no engine.
    """
    return {"as_of": day_of(as_of), "policy": policy, "engine": engine_of(engine)}


def spoken_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language before the command line is understood: --lang, else the workspace's setting, else the system's.

    >>> spoken_language(["tiers", "--lang", "zh"], {})
    <Language.ZH: 'zh'>
    >>> spoken_language([], {"LANG": "zh_CN.UTF-8"})
    <Language.ZH: 'zh'>
    """
    chosen = option_value(arguments, "--lang")
    if chosen in tuple(Language):
        return Language(chosen)
    if environment.get("FENJI_LANGUAGE") in tuple(Language):
        return Language(environment["FENJI_LANGUAGE"])
    if (written := _written_language(workspace_of(arguments) / SETTINGS_FILE)) is not None:
        return written
    system = next((environment[name] for name in LANGUAGE_VARIABLES if environment.get(name)), "")
    return Language.ZH if system.lower().startswith("zh") else Language.EN


def _written_language(file: Path) -> Language | None:
    """The language that a workspace's settings name, else their default; None without settings that can be read.

    The command itself reads all settings and reports what is wrong with them.
    """
    try:
        written = tomllib.loads(file.read_text("utf-8-sig")).get("language", DEFAULT_LANGUAGE)
    except (OSError, ValueError, RecursionError):
        return None
    return Language(written) if written in tuple(Language) else None


def workspace_of(arguments: Sequence[str]) -> Path:
    """The folder that --workspace names, else the present one."""
    return Path(option_value(arguments, "--workspace") or ".")


def option_value(arguments: Sequence[str], name: str) -> str | None:
    """What follows an option, or stands behind its equals sign; the last one counts."""
    found = None
    for position, each in enumerate(arguments):
        if each == name and position + 1 < len(arguments):
            found = arguments[position + 1]
        elif each.startswith(f"{name}="):
            found = each.partition("=")[2]
    return found
