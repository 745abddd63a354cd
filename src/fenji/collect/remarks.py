"""What is said to the reader of a proposal? Catalog messages with their places, told in either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fenji.domain.words import Words
from fenji.language import Language, translate


@dataclass(frozen=True)
class Remark:
    """A sentence for the reader of a proposal: an English catalog message with its ``{named}`` places."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def describe(self, language: Language) -> str:
        """The sentence in the reader's language; remarks and words among the values are translated too."""
        values = {name: _told(value, language) for name, value in self.values.items()}
        return translate(self.text, language, **values)


def _told(value: object, language: Language) -> object:
    if isinstance(value, Remark):
        return value.describe(language)
    return value.in_language(language) if isinstance(value, Words) else value
