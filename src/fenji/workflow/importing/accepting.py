"""How do the files of an import enter the workspace? With exactly what was shown, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.importing import ImportAccepted, ImportRow
from fenji.documents.writing import write_whole
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.importing import ImportDraft, ImportStatus
from fenji.domain.principals import Principal
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import SOURCES_FILE, Workspace, open_workspace
from fenji.workspace.importing import ImportInHand, import_in_hand, open_import
from fenji.workspace.progress import Progress, silent
from fenji.workspace.taking_in import present_text
from fenji.workspace.uploads import place_of, put_in_place, remove_uploads


def accept_import(
    root: Path,
    import_id: str,
    *,
    edition: int,
    fingerprint: str,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> ImportAccepted:
    """Moves the files of an import to those of the sources, and writes sources.yaml and answers.yaml as they were shown.

    Args:
        root: the workspace.
        import_id: the import.
        edition: the one that whoever accepts it has seen.
        fingerprint: of the proposal that they have seen.
        principal: who accepts it.
        progress: told of each file.

    Raises:
        Conflict: something else would be written than was shown, a question waits, nothing can be used, or it is accepted or dropped already.
        NotFound: no such import, or one of its files is gone.
        Unavailable: the disk is full, or a folder may not be written.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    draft = open_import(workspace, import_id, edition=edition)
    with import_in_hand(workspace, draft, progress=progress) as hand:
        if fingerprint != hand.fingerprint:
            raise _shown_otherwise()
        if not hand.may_be_accepted:
            raise Conflict.of(
                _("a question waits, or none of these files can be used."), advice=_("Look at the proposal of this import.")
            )
        accepted = _written(workspace, hand, acting)
    remove_uploads(workspace, import_id)
    files = tuple(place_of(workspace, each).relative_to(workspace.root.resolve()).as_posix() for each in draft.files)
    return ImportAccepted(ImportRow.of(accepted), files, hand.diff, len(hand.taken.hand.answers))


def _written(workspace: Workspace, hand: ImportInHand, acting: Principal) -> ImportDraft:
    draft, root = hand.draft, workspace.root
    with put_in_place(workspace, draft), workspace.state.transaction(acting) as t:
        accepted = t.imports.change(draft, status=ImportStatus.ACCEPTED, fingerprint=hand.fingerprint)
        details: dict[str, str | int | None] = {"files": len(draft.files), "answers": len(hand.taken.hand.answers)}
        details["fingerprint"] = hand.fingerprint
        # First, and not last: from here until the end of the transaction no other import writes sources.yaml.
        t.audit.add(Action.IMPORT_ACCEPTED, Subject(SubjectKind.IMPORT, draft.import_id), details)
        if present_text(root) != hand.before:
            raise _shown_otherwise()
        try:
            hand.taken.write(hand.mapped, hand.after)
            t.session.flush()
        except BaseException:
            if present_text(root) != hand.before:
                write_whole(root / SOURCES_FILE, hand.before)
            raise
    return accepted


def _shown_otherwise() -> Conflict:
    return Conflict.of(
        _("sources.yaml or the files have changed since this proposal was shown."), advice=_("Look at the proposal again.")
    )
