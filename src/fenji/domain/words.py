"""What is a thing called in both languages? Names that users declare, and names of built-in metrics."""

from __future__ import annotations

from dataclasses import dataclass

from fenji.language import Language


@dataclass(frozen=True)
class Words:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in the reader's language."""
        return self.zh if language is Language.ZH else self.en
