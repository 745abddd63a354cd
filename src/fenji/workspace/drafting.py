"""What is a draft as people see it, and what may be done with it now? What several use-cases of drafts need."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.analyze.policies.findings import Severity
from fenji.answers.drafts import DraftResult, DraftRow
from fenji.documents.policies import policy_document_from_text, policy_named_in
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.drafts import POSSIBLE_FROM, DraftStatus, DraftStep, PolicyDraft
from fenji.domain.policies import PublishedPolicy
from fenji.domain.principals import Principal
from fenji.errors import Conflict, InvalidArgument, NotFound, Problem
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.approving import alone
from fenji.workspace.folder import Workspace
from fenji.workspace.policy_words import differences_of, linted_text, rules_of, voice_of

MOST_LETTERS = 200_000
"""Of one draft: a hundred times a long policy, and nothing that fills a state database."""

_IMPOSSIBLE: Mapping[DraftStatus, str] = {
    DraftStatus.DRAFT: _("draft {number} has not been submitted."),
    DraftStatus.SUBMITTED: _("draft {number} waits for somebody who approves it."),
    DraftStatus.APPROVED: _("draft {number} is approved already."),
    DraftStatus.REFUSED: _("draft {number} was refused."),
    DraftStatus.PUBLISHED: _("draft {number} has been published; nothing of it changes any more."),
    DraftStatus.WITHDRAWN: _("draft {number} was withdrawn; nothing of it changes any more."),
}


def name_of(draft_id: int) -> str:
    """What problems of a draft carry in place of a file."""
    return f"draft {draft_id}"


def draft_of(workspace: Workspace, draft_id: int) -> PolicyDraft:
    """A draft as it is now.

    Raises:
        NotFound: there is none of that number.
    """
    if not workspace.state.is_there:
        raise NotFound.of(_("there is no draft {number}."), advice=_("See them all: fenji policy drafts"), number=draft_id)
    with workspace.state.reading() as t:
        return t.drafts.get(draft_id)


def new_draft(t: Transaction, author: Principal, text: str) -> PolicyDraft:
    """Writes a new draft down.

    Raises:
        InvalidArgument: the text is empty or too long.
    """
    checked_text(text)
    policy = policy_named_in(text)
    draft = t.drafts.add(author, text, policy=policy, based_on=newest_version(t, policy))
    write_down(t, Action.DRAFT_MADE, draft)
    return draft


def checked_text(text: str) -> None:
    """Checks that a text can be kept.

    Raises:
        InvalidArgument: it is empty, too long, or holds a NUL character.
    """
    if not text.strip():
        raise InvalidArgument.of(_("the text of the draft is empty."))
    if len(text) > MOST_LETTERS:
        raise InvalidArgument.of(_("the text of the draft is longer than {most} letters."), most=f"{MOST_LETTERS:,}")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidArgument.of(_("the text holds characters that cannot be written down."))


def newest_version(t: Transaction, policy: str | None) -> int:
    """The newest published version of a policy; 0: there is none."""
    return max((each.version for each in t.policies.list_published() if each.slug == policy), default=0)


def check_step(draft: PolicyDraft, step: DraftStep) -> None:
    """Checks that something can be done with a draft as it is.

    Raises:
        Conflict: it has not come so far, or is past it.
    """
    if draft.status not in POSSIBLE_FROM[step]:
        raise Conflict.of(_IMPOSSIBLE[draft.status], number=draft.draft_id)


def write_down(t: Transaction, action: Action, draft: PolicyDraft, **more: object) -> None:
    """Into the audit log, without the text and without reasons: people write names into them."""
    told: dict[str, str | int | None] = {"policy": draft.policy, "edition": draft.edition}
    if draft.decision is not None:
        told["is_self_approval"] = int(draft.decision.is_self_approval)
    told |= {name: value if isinstance(value, int) else str(value) for name, value in more.items()}
    t.audit.add(action, Subject(SubjectKind.DRAFT, str(draft.draft_id)), told)


def draft_result(workspace: Workspace, draft: PolicyDraft) -> DraftResult:
    """A draft with findings, words and changes, as it is now."""
    with workspace.state.reading() as t:
        published = [each for each in t.policies.list_published() if each.slug == draft.policy]
    return _result(workspace, draft, published)


def _result(workspace: Workspace, draft: PolicyDraft, published: list[PublishedPolicy]) -> DraftResult:
    read, findings = linted_text(workspace, draft.text, name_of(draft.draft_id))
    policy = None if read is None else read.policy
    own = draft.published_version
    earlier = [each for each in published if own is None or each.version < own]
    before = earlier[-1] if earlier else None
    known = policy_document_from_text(before.text, f"{before.slug} {before.version}").policy if before else None
    voice = None if policy is None else voice_of(workspace, *(each for each in (known, policy) if each is not None))
    is_told = policy is not None and voice is not None
    return DraftResult(
        draft=DraftRow.of(draft),
        text=draft.text,
        findings=findings,
        is_usable=all(each.severity is not Severity.ERROR for each in findings),
        version=policy.version if policy else None,
        effective_on=policy.effective_on if policy else None,
        rules=rules_of(policy, voice) if policy is not None and voice is not None else None,
        compared_with=before.version if before and is_told else None,
        changes=differences_of(known, policy, voice) if known is not None and policy is not None and voice is not None else (),
        warnings=tuple(_remarks(draft, published)),
    )


def _remarks(draft: PolicyDraft, published: list[PublishedPolicy]) -> list[Problem]:
    problems = []
    if draft.decision is not None and draft.decision.is_self_approval:
        problems.append(alone(name_of(draft.draft_id)))
    newest = published[-1].version if published else 0
    if draft.status not in {DraftStatus.PUBLISHED, DraftStatus.WITHDRAWN} and newest > draft.based_on:
        problems.append(outdated(draft, newest))
    return problems


def outdated(draft: PolicyDraft, newest: int) -> Problem:
    """What is said of a draft that does not know the newest version."""
    text = _("version {newest} of policy {policy} has been published since draft {number} was written.")
    advice = _("Look at what that version changes, take it over into the draft, and raise the version.")
    return Problem(text, {"newest": newest, "policy": draft.policy, "number": draft.draft_id}, None, advice, "outdated")
