"""How will the rows of an import be read? The first ones beside what came, and what becomes of all that were looked at."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.importing import ImportPreview, ImportRow
from fenji.workspace.folder import open_workspace
from fenji.workspace.importing import import_in_hand, open_import
from fenji.workspace.previewing import preview
from fenji.workspace.progress import Progress, silent


def preview_import(root: Path, import_id: str, *, progress: Progress = silent) -> ImportPreview:
    """Tries sources.yaml, as it would be, on an import; nothing is written.

    Raises:
        NotFound: no such import, or one of its files is gone.
        InvalidInput: nothing was sent yet.
        InvalidFile: files that cannot be read; all of them at once.
        Conflict: it is accepted or dropped, or an entry of sources.yaml cannot be changed without people.
    """
    workspace = open_workspace(root)
    draft = open_import(workspace, import_id)
    with import_in_hand(workspace, draft, progress=progress) as hand:
        shown = preview(hand)
        return ImportPreview(ImportRow.of(draft), shown.files, shown.not_read, hand.mapped.rehearsal, shown.problems)
