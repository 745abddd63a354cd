"""What must nobody read of a workspace? The passwords that it is opened with, and files that others on the machine may read."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from fenji.choices import SETTINGS_FILE
from fenji.documents.alerts import ALERTS_FILE
from fenji.errors import Problem
from fenji.language import message as _
from fenji.masking import SECRET_NAME, secrets_of
from fenji.private_files import others_may_read
from fenji.state.database import sqlite_file
from fenji.workspace.folder import SOURCES_FILE, Workspace

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_VALUE = re.compile(r"""\S*(?:://|=)(?:[^"'\n]|(?<=\w)["'](?=\w))*""")
"""What may be a URL or connection string on a line, blanks in it included."""


def known_secrets(root: Path) -> frozenset[str]:
    """The passwords in the settings, sources and alerts of a folder, and in the environment variables that these name.

    Whatever state the files are in: this is asked where something else has failed.
    """
    texts = []
    for name in (SETTINGS_FILE, SOURCES_FILE, ALERTS_FILE):
        with suppress(OSError):
            texts.append((root / name).read_text(encoding="utf-8", errors="replace"))
    named = {name for text in texts for name in _VARIABLE.findall(text)}
    given = [value for name, value in os.environ.items() if name in named or name.startswith("FENJI_")]
    are_whole = {name for name in os.environ if name in named or (name.startswith("FENJI_") and SECRET_NAME.search(name))}
    whole = {value for name, value in os.environ.items() if name in are_whole and "://" not in value and value}
    urls = [found for text in texts for found in _VALUE.findall(text)] + given
    return frozenset(whole.union(*map(secrets_of, urls)))


def seen_by_others(workspace: Workspace) -> tuple[Problem, ...]:
    """A warning for the settings and the state where others on the machine may read them."""
    state = sqlite_file(workspace.settings.database_in(workspace.root))
    files = [workspace.root / SETTINGS_FILE, *([] if state is None else [state])]
    return tuple(
        Problem(
            _("others on this machine can read {file}."),
            {"file": str(each)},
            advice=_("It says who your customers are or where they are kept. Close it with: chmod 600 {file}"),
            code="readable_by_others",
        )
        for each in files
        if others_may_read(each)
    )
