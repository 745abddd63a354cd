"""With which files does a company begin? Settings, a starter for its sources, and the policy of a template."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from fenji.answers.runs import InitResult
from fenji.choices import SETTINGS_FILE
from fenji.documents.writing import write_whole
from fenji.domain.currencies import currency_code, meant_currency
from fenji.errors import Conflict, InvalidArgument, Problem, nearest, unknown_name
from fenji.language import Language
from fenji.language import message as _
from fenji.setting_values import known_zones
from fenji.settings import render_settings_toml

DEFAULT_TEMPLATE = "retail"
_CHINA = dict.fromkeys(
    ("beijing", "北京", "上海", "china", "中国", "北京时间", "utc+8", "utc+08:00", "gmt+8", "+8", "+08:00", "cst"),
    "Asia/Shanghai",
)
"""What people write for the one zone of China, whose name is Shanghai's."""


def template_names() -> tuple[str, ...]:
    """The templates that ship with fenji, by name."""
    return tuple(sorted(each.name for each in _templates().iterdir() if each.is_dir() and not each.name.startswith("_")))


def template_text(template: str, file: str) -> str:
    """A file of a template as it ships, by its name in the workspace."""
    return _templates().joinpath(template, file).read_text(encoding="utf-8")


def make_workspace(
    root: Path,
    *,
    template: str = DEFAULT_TEMPLATE,
    language: Language,
    currency: str | None = None,
    time_zone: str | None = None,
) -> InitResult:
    """Makes a workspace; nothing that is there already is overwritten.

    Args:
        root: the folder; made where it is missing.
        template: whose policy, metrics and starter for sources.yaml to take.
        language: of the settings' comments, and of what fenji says in this workspace.
        currency: ISO 4217 code of the workspace's currency; CNY where None.
        time_zone: IANA name of the zone whose days count; that of China where None.

    Raises:
        InvalidArgument: there is no such template, currency or time zone; all of them at once, with the nearest name.
        Conflict: the folder is a workspace already, or holds a file that would be overwritten.
    """
    code = None if currency is None else currency_code(currency)
    zone = None if time_zone is None else zone_name(time_zone)
    problems = [unknown_name(_("template"), template, template_names())] if template not in template_names() else []
    if currency is not None and code is None:
        problems.append(_unknown_currency(currency))
    if time_zone is not None and zone is None:
        problems.append(_unknown_zone(time_zone))
    InvalidArgument.raise_if(problems)
    texts = _texts(_templates() / template)
    given: dict[str, object] = {"language": language}
    given |= {name: value for name, value in (("currency", code), ("time_zone", zone)) if value is not None}
    texts[SETTINGS_FILE] = render_settings_toml(language, **given)
    write_new(root, texts)
    return InitResult(str(root), template, tuple(sorted(texts)))


def zone_name(text: str) -> str | None:
    """The IANA name that a text is, in whatever letters; None where it is none.

    >>> zone_name("asia/shanghai"), zone_name("Beijing")
    ('Asia/Shanghai', None)
    """
    wanted = text.strip().casefold()
    return next((each for each in known_zones() if each.casefold() == wanted), None)


def _unknown_currency(text: str) -> Problem:
    guess = meant_currency(text)
    advice = _("Did you mean {guess}?") if guess else _("Write its ISO code of three letters, such as CNY or EUR.")
    return Problem(_("'{name}' is no currency code."), {"name": text[:40], "guess": guess}, advice=advice)


def _unknown_zone(text: str) -> Problem:
    """The problem, with the zone of the city that is called so."""
    known = known_zones()
    place = text.strip().replace(" ", "_").casefold()
    cities = sorted(each for each in known if each.rpartition("/")[2].casefold() == place and "/" in each)
    guess = _CHINA.get(place) or next(iter(cities), "") or nearest(text.strip(), known)
    advice = _("Did you mean {guess}?") if guess else _("Write its IANA name, such as Asia/Shanghai or Europe/London.")
    return Problem(_("'{name}' is no time zone."), {"name": text[:40], "guess": guess}, advice=advice)


def write_new(root: Path, texts: dict[str, str]) -> None:
    """Writes files into a folder, all or none, the settings last: a folder without them is none yet, and beginning again ends it.

    Raises:
        Conflict: some of them are there already; all are named.
    """
    is_begun = SETTINGS_FILE in texts and not (root / SETTINGS_FILE).exists()
    present = sorted(name for name in texts if (root / name).exists() and not (is_begun and _says(root / name, texts[name])))
    if present:
        raise Conflict.of(
            _("{folder} already holds {files}."),
            advice=_("Choose another folder, or move these files away: fenji overwrites nothing."),
            folder=str(root),
            files=", ".join(present),
        )
    for name in sorted(texts, key=lambda each: each == SETTINGS_FILE):
        write_whole(root / name, texts[name])


def _says(file: Path, text: str) -> bool:
    """Whether the file holds this text already, as after a beginning that was broken off."""
    return file.is_file() and file.read_bytes() == text.encode()


def _templates() -> Traversable:
    return resources.files("fenji") / "templates"


def _texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for each in folder.iterdir():
        if each.is_dir():
            found |= _texts(each, f"{prefix}{each.name}/")
        else:
            found[prefix + each.name] = each.read_text(encoding="utf-8")
    return found
