"""How is a step of an import done by a worker? As over the network, and to the same end where the worker before died after it had written."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.importing import ImportAccepted, ImportPreview, ImportProposal, ImportResult
from fenji.domain.importing import ImportStatus, ImportStep
from fenji.domain.principals import Principal
from fenji.errors import Conflict
from fenji.work.arguments import ImportArguments
from fenji.workflow.importing.accepting import accept_import
from fenji.workflow.importing.databases import add_tables
from fenji.workflow.importing.drafting import one_import
from fenji.workflow.importing.proposing import answer_import, propose_import
from fenji.workflow.importing.showing import preview_import
from fenji.workspace.progress import Progress


def import_step(
    root: Path, told: ImportArguments, *, principal: Principal, is_second: bool, progress: Progress
) -> ImportProposal | ImportPreview | ImportAccepted | ImportResult:
    """Does one step of an import.

    Args:
        root: the workspace.
        told: the import, the step, and what was seen.
        principal: in whose name.
        is_second: whether a worker has tried it before, which may have written and died.
        progress: told of each file.

    Returns:
        What the step answers over the network; of an import that was accepted by a worker that died, the import alone.

    Raises:
        Conflict: somebody has changed the import since; and as the step.
    """
    if told.step is ImportStep.PREVIEW:
        return preview_import(root, told.import_id, progress=progress)
    if told.step is ImportStep.TABLES:
        add_tables(root, told.import_id, told.database or "", told.tables, principal=principal, progress=progress)
    if told.step in {ImportStep.TABLES, ImportStep.PROPOSE}:
        return propose_import(root, told.import_id, principal=principal, progress=progress)
    try:
        return _decided(root, told, principal, progress)
    except Conflict:
        if not is_second or not _is_done(root, told, principal):
            raise
    if told.step is ImportStep.ACCEPT:
        return one_import(root, told.import_id)
    return propose_import(root, told.import_id, principal=principal, progress=progress)


def _decided(root: Path, told: ImportArguments, principal: Principal, progress: Progress) -> ImportProposal | ImportAccepted:
    seen = told.edition or 0
    if told.step is ImportStep.ANSWER:
        return answer_import(root, told.import_id, told.answers, edition=seen, principal=principal, progress=progress)
    shown = told.fingerprint or ""
    return accept_import(root, told.import_id, edition=seen, fingerprint=shown, principal=principal, progress=progress)


def _is_done(root: Path, told: ImportArguments, principal: Principal) -> bool:
    """Whether the import stands as this step leaves it: by the worker before, in the same name."""
    now = one_import(root, told.import_id).import_
    if (now.edition, now.changed_by) != ((told.edition or 0) + 1, principal.name):
        return False
    if told.step is ImportStep.ACCEPT:
        return now.status is ImportStatus.ACCEPTED and now.fingerprint == told.fingerprint
    return told.answers.items() <= now.answers.items()
