"""What does a developer need to mend an error that nobody foresaw? Its traceback in a file, without passwords."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from fenji.masking import masked, without_passwords
from fenji.private_files import private_file, private_folder
from fenji.visible import visible
from fenji.workspace.known_secrets import known_secrets


def report_bug(error: BaseException, folder: Path | None, *, title: str) -> Path:
    """Writes the traceback into the workspace's logs, or into the temporary folder where that cannot be.

    Args:
        error: what happened.
        folder: the logs of a workspace; None: there is none.
        title: what was being done; no personal value.
    """
    name = f"bug-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = f"{title}\n" + "".join(traceback.format_exception(error))
    if folder is not None:
        text = masked(text, known_secrets(folder.parent))
    text = visible(without_passwords(text), keep="\n")
    for place in [folder, Path(tempfile.gettempdir())]:
        if place is None:
            continue
        try:
            private_folder(place)
            private_file(place / name)
            (place / name).write_text(text, "utf-8")
        except OSError:
            continue
        return place / name
    return Path(name)
