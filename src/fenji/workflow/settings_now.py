"""With which settings does the workspace work now, who says so, and why is there such a setting?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fenji.answers.settings import SettingOrigin, SettingRow, SettingsResult
from fenji.domain.words import Spoken
from fenji.language import translate
from fenji.settings import SETTINGS, Setting, as_toml, settings_written
from fenji.workspace.folder import open_workspace


def settings_now(root: Path, environment: Mapping[str, str] | None = None) -> SettingsResult:
    """Every setting with its value; passwords and keys are masked.

    Args:
        root: the workspace.
        environment: where overrides are looked up; the process's own environment where None.

    Raises:
        NotFound: no workspace.
        InvalidSettings: fenji.toml cannot be used.
    """
    workspace = open_workspace(root)
    variables = os.environ if environment is None else environment
    written, settings = settings_written(workspace.root), workspace.settings
    masked = {name: settings.record()[name] for name in ("database_url", "smtp_password", "spark_options")}
    return SettingsResult(
        tuple(_row(each, masked.get(each.name, getattr(settings, each.name)), written, variables) for each in SETTINGS)
    )


def _row(setting: Setting, value: object, written: frozenset[str], variables: Mapping[str, str]) -> SettingRow:
    return SettingRow(
        setting.name,
        as_toml(value),
        _origin(setting, written, variables),
        setting.environment,
        _spoken(setting.about.help),
        _spoken(setting.about.why),
        _spoken(setting.about.unit),
    )


def _origin(setting: Setting, written: frozenset[str], variables: Mapping[str, str]) -> SettingOrigin:
    if setting.environment in variables:
        return SettingOrigin.ENVIRONMENT
    return SettingOrigin.FILE if setting.name in written else SettingOrigin.DEFAULT


def _spoken(text: str) -> Spoken[str]:
    return Spoken(lambda language: translate(text, language) if text else "")
