"""What is a thing called in both languages? Names that users declare, names of built-in metrics, and sentences that wait for their reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fenji.language import Language

Text_co = TypeVar("Text_co", str, tuple[str, ...], covariant=True)


@dataclass(frozen=True)
class Words:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in the reader's language."""
        return self.zh if Language(language) is Language.ZH else self.en


@dataclass(frozen=True)
class Spoken(Generic[Text_co]):
    """A sentence, or several, made when the reader's language is known: answers hold these, so that every entrance says the same."""

    speak: Callable[[Language], Text_co]
    veiled: Callable[[Language], Text_co] | None = None
    """The same without what people wrote about a person, for whoever may not see personal values; None: it holds no such words."""

    def in_language(self, language: Language) -> Text_co:
        """The sentence in the reader's language."""
        return self.speak(Language(language))
