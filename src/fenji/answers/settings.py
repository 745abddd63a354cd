"""What is answered to the question with which settings a workspace works?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.telling import AS_IT_IS
from fenji.domain.words import Spoken


class SettingOrigin(StrEnum):
    """Where a value comes from."""

    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True)
class SettingRow:
    """One setting, as the server works with it now."""

    name: Annotated[str, AS_IT_IS]
    """As fenji.toml writes it."""
    value: Annotated[str, AS_IT_IS]
    """As TOML; passwords and keys are masked. Empty: none."""
    origin: SettingOrigin
    """Whether the environment, fenji.toml or nobody says so."""
    environment: Annotated[str, AS_IT_IS]
    """The variable that says it in place of fenji.toml."""
    help: Annotated[Spoken[str], AS_IT_IS]
    """What it decides."""
    why: Annotated[Spoken[str], AS_IT_IS]
    """Why it exists, and why its default is what it is."""
    unit: Spoken[str]
    """In which it counts; empty where it is no amount."""


@dataclass(frozen=True)
class SettingsResult(Answer):
    """All settings of a workspace."""

    settings: tuple[SettingRow, ...]
    """In the order of fenji.toml."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.settings
