"""In which of our two languages does a person read a sentence? Messages are written in English and looked up in catalogs."""

from __future__ import annotations

import gettext
from enum import StrEnum
from functools import cache
from importlib import resources
from io import BytesIO


class Language(StrEnum):
    """The languages that every message is complete in."""

    ZH = "zh"
    EN = "en"


def message(text: str) -> str:
    """Marks an English text for the catalogs and returns it unchanged; imported as ``_`` where it is used."""
    return text


def translate(text: str, language: Language, **values: object) -> str:
    """The message in the language, its ``{named}`` places filled.

    >>> translate("nothing of this kind", Language.EN)
    'nothing of this kind'
    """
    found = _catalog(language).gettext(text) if text else text
    return found.format(**values) if values else found


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
