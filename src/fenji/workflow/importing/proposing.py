"""What would accepting an import write, and what does it leave open? The proposal and the questions of ``fenji map``, answered one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fenji.answers.importing import ImportProposal, ImportRow
from fenji.answers.mapping import MapResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.arriving import masked
from fenji.workspace.folder import open_workspace
from fenji.workspace.importing import import_in_hand, open_import
from fenji.workspace.looking import looks_of
from fenji.workspace.progress import Progress, silent

MOST_ANSWERS = 200


def propose_import(
    root: Path, import_id: str, *, principal: Principal | None = None, progress: Progress = silent
) -> ImportProposal:
    """Proposes the sources for an import together with those that are there; what is shown is kept with it.

    Raises:
        NotFound: no such import, or one of its files is gone.
        InvalidInput: nothing was sent yet.
        InvalidFile: files that cannot be read; all of them at once.
        Conflict: it is accepted or dropped, or an entry of sources.yaml cannot be changed without people.
    """
    return _proposed(root, import_id, {}, edition=None, principal=principal, progress=progress)


def answer_import(
    root: Path,
    import_id: str,
    answers: Mapping[str, str],
    *,
    edition: int,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> ImportProposal:
    """Answers questions of an import, and proposes anew.

    Args:
        root: the workspace.
        import_id: the import.
        answers: the value of an option by the id of its question.
        edition: the one that whoever answers has seen.
        principal: who answers.
        progress: told of each file.

    Raises:
        InvalidArgument: no answer, one to no question of these files, or one that no option allows.
        Conflict: somebody has changed the import since; and as ``propose_import``.
    """
    if not 1 <= len(answers) <= MOST_ANSWERS:
        raise InvalidArgument.of(_("give 1 to {most} answers."), most=MOST_ANSWERS)
    return _proposed(root, import_id, answers, edition=edition, principal=principal, progress=progress)


def _proposed(
    root: Path,
    import_id: str,
    answers: Mapping[str, str],
    *,
    edition: int | None,
    principal: Principal | None,
    progress: Progress,
) -> ImportProposal:
    workspace, acting = open_workspace(root), principal or acting_person()
    draft = open_import(workspace, import_id, edition=edition)
    with import_in_hand(workspace, draft, answers=answers, progress=progress) as hand:
        with workspace.state.transaction(acting) as t:
            if answers:
                given = hand.taken.hand.answers
                draft = t.imports.change(draft, answers=given, status=hand.status, fingerprint=hand.fingerprint)
                kinds = ", ".join(sorted({each.partition(":")[0] for each in answers}))
                details: dict[str, str | int | None] = {"answers": len(answers), "kinds": kinds}
                t.audit.add(Action.IMPORT_ANSWERED, Subject(SubjectKind.IMPORT, import_id), details)
            else:
                draft = t.imports.note(draft, hand.status, hand.fingerprint)
        return ImportProposal(
            ImportRow.of(draft),
            _masked(hand.mapped),
            hand.diff,
            hand.fingerprint,
            may_be_accepted=hand.may_be_accepted,
            files=looks_of(hand),
        )


def _masked(mapped: MapResult) -> MapResult:
    """The proposal without phones, identity cards and e-mails in what it quotes from the files."""
    questions = tuple(replace(each, examples=tuple(map(masked, each.examples))) for each in mapped.proposal.questions)
    found = replace(mapped, proposal=replace(mapped.proposal, questions=questions))
    if found.rehearsal is None:
        return found
    sources = tuple(
        replace(each, losses=tuple(replace(loss, came=loss.came and masked(loss.came)) for loss in each.losses))
        for each in found.rehearsal.sources
    )
    return replace(found, rehearsal=replace(found.rehearsal, sources=sources))
