"""How does a loyalty.yaml become a program that nobody can change any more? Checked against the tiers of the policy, then frozen."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.loyalty.points import ProgramResult
from fenji.documents.loyalty import ProgramDocument, program_document_from_text
from fenji.documents.reader import text_of
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.principals import Principal
from fenji.errors import InvalidDocument, Problem
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace, open_workspace, policies_of, policy_in_force


def lint_program(root: Path, file: Path) -> ProgramResult:
    """Reads a program and says what is wrong with it.

    Raises:
        NotFound: no workspace, no such file, or no policy whose tiers multiply.
        InvalidDocument: it cannot be used; all problems at once, each at its line.
    """
    return lint_program_text(root, text_of(file), str(file))


def lint_program_text(root: Path, text: str, name: str) -> ProgramResult:
    """As lint_program, of a text that is called so where something is wrong with it.

    Raises:
        NotFound: no workspace, or no policy whose tiers multiply.
        InvalidDocument: it cannot be used; all problems at once, each at its line.
    """
    return _told(_read(open_workspace(root), text, name), is_published=False)


def publish_program(root: Path, file: Path, *, principal: Principal | None = None) -> ProgramResult:
    """Freezes the version of a program that stands in a file; what is granted from then on keeps it.

    Args:
        root: the workspace.
        file: the loyalty.yaml.
        principal: who publishes it; None: the user of the operating system. The author is who the file says.

    Raises:
        NotFound: no workspace, no such file, or no policy whose tiers multiply.
        InvalidDocument: it cannot be used, or author or reason is blank.
        Conflict: this version or a higher one is published, or one that takes effect on the same day or later.
    """
    return publish_program_text(root, text_of(file), str(file), principal=principal)


def publish_program_text(root: Path, text: str, name: str, *, principal: Principal | None = None) -> ProgramResult:
    """As publish_program, of a text that is called so where something is wrong with it.

    Raises:
        NotFound: no workspace, or no policy whose tiers multiply.
        InvalidDocument: it cannot be used, or author or reason is blank.
        Conflict: as publish_program.
    """
    workspace = open_workspace(root)
    read = _read(workspace, text, name)
    blank = [each for each in ("author", "why") if not getattr(read.program, each).strip()]
    said = _("'{name}' must not be blank in a program that is published.")
    InvalidDocument.raise_if(Problem(said, {"name": each}, read.document.place((each,))) for each in blank)
    with workspace.state.transaction(principal or acting_person()) as t:
        heading = t.loyalty.documents.publish(DocumentKind.POINTS, read.program.heading, text).heading
        subject = Subject(SubjectKind.PROGRAM, f"{heading.slug} {heading.version}")
        t.audit.add(Action.PROGRAM_PUBLISHED, subject, {"effective_on": heading.effective_on.isoformat()})
    return _told(read, is_published=True)


def _read(workspace: Workspace, text: str, name: str) -> ProgramDocument:
    read = program_document_from_text(text, name)
    if not read.program.earn.factors:
        return read
    day = read.program.effective_on
    policy = policy_in_force(policies_of(workspace), workspace.settings.policy, as_of=day).policy
    return program_document_from_text(text, name, tiers=[each.slug for each in policy.tiers])


def _told(read: ProgramDocument, *, is_published: bool) -> ProgramResult:
    program = read.program
    return ProgramResult(program.slug, program.version, program.effective_on, is_published, read.warnings)
