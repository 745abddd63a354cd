"""In which of our two languages does a person read a sentence? Messages are written in English and looked up in catalogs."""

from __future__ import annotations

import gettext
from enum import StrEnum
from functools import cache
from importlib import resources
from io import BytesIO
from string import Formatter
from typing import Any

from fenji.visible import visible


class Language(StrEnum):
    """The languages that every message is complete in."""

    ZH = "zh"
    EN = "en"


DEFAULT_LANGUAGE = Language.ZH
"""Of a workspace whose settings name none."""


def message(text: str) -> str:
    """Marks an English text for the catalogs and returns it unchanged; imported as ``_`` where it is used."""
    return text


def translate(text: str, language: Language, **values: object) -> str:
    """The message in the language, its ``{named}`` places filled.

    A place such as ``{count:review|reviews}`` is the first word where the value is 1 and the second otherwise; Chinese needs none.
    A value that has names in both languages (``domain.words``) is written in the reader's.

    >>> translate("nothing of this kind", Language.EN)
    'nothing of this kind'
    >>> [translate("{count} {count:day|days}", Language.EN, count=count) for count in (1, 2)]
    ['1 day', '2 days']
    """
    found = _catalog(language).gettext(text) if text else text
    if not values:
        return found
    return _PLACES.vformat(found, (), {name: _in_language(value, language) for name, value in values.items()})


def translate_visibly(text: str, language: Language, **values: object) -> str:
    r"""The message for a screen: what stands in its places cannot act on a terminal, nor begin a line of its own.

    >>> translate_visibly("no customer {id}", Language.EN, id="A\n\x1b[31m")
    'no customer A\\n\\x1b[31m'
    """
    told = {name: _in_language(value, language) for name, value in values.items()}
    return translate(text, language, **{name: visible(each) if isinstance(each, str) else each for name, each in told.items()})


def _in_language(value: object, language: Language) -> object:
    named = getattr(value, "in_language", None)
    return value if named is None else named(language)


class _Places(Formatter):
    """Fills places as ``str.format`` does, and chooses between one and many."""

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - whatever a message is given
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_PLACES = _Places()


@cache
def _catalog(language: Language) -> gettext.NullTranslations:
    # English is the source text. The Chinese catalog is compiled in memory, so that no build step can leave it stale.
    if language is Language.EN:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - heavy third-party, only where Chinese is spoken
    from babel.messages.pofile import read_po  # noqa: PLC0415

    file = resources.files("fenji") / "locales" / "zh_CN" / "LC_MESSAGES" / "fenji.po"
    compiled = BytesIO()
    with file.open("rb") as handle:
        write_mo(compiled, read_po(handle, locale="zh_CN"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
