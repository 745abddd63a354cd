"""How is schedule.yaml changed by people who do not see the file? As a whole, or by one entry; what others have written stays as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from fenji.documents.writing import write_whole
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.jobs import JobKind
from fenji.domain.principals import Principal
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import message as _
from fenji.work.scheduling import SCHEDULE_FILE, checked_schedule
from fenji.workspace.folder import Workspace, open_workspace

MOST_LETTERS = 100_000
_HEAD = "schedule:"


def schedule_text(workspace: Workspace) -> str:
    """What schedule.yaml says now; empty where there is none."""
    file = workspace.root / SCHEDULE_FILE
    return file.read_text("utf-8-sig") if file.is_file() else ""


def fingerprint_of(text: str) -> str:
    """By which it is known whether somebody has changed it meanwhile."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_schedule(root: Path, text: str, *, fingerprint: str, principal: Principal) -> None:
    """Writes schedule.yaml as a whole, where it can be used.

    Args:
        root: the workspace.
        text: the document.
        fingerprint: of the one that was seen.
        principal: who writes it.

    Raises:
        InvalidDocument: it cannot be used; all problems at once, and nothing is written.
        InvalidArgument: it is too long.
        Conflict: somebody has changed it since.
    """
    workspace = open_workspace(root)
    wanted = text.replace("\r\n", "\n")
    if len(wanted) > MOST_LETTERS:
        raise InvalidArgument.of(_("the body is larger than {most} bytes."), most=f"{MOST_LETTERS:,}")
    entries = len(checked_schedule(wanted).entries)
    with workspace.state.transaction(principal) as t:
        # First, and not last: from here until the end of the transaction nobody else writes it from here.
        t.audit.add(Action.SCHEDULE_CHANGED, Subject(SubjectKind.SCHEDULE, SCHEDULE_FILE), {"entries": entries})
        if fingerprint_of(schedule_text(workspace)) != fingerprint:
            raise Conflict.of(
                _("{file} has been changed meanwhile."),
                advice=_("Look at it again, then repeat what you wanted."),
                file=SCHEDULE_FILE,
            )
        write_whole(workspace.root / SCHEDULE_FILE, wanted)


def with_entry(text: str, name: str, kinds: Sequence[JobKind], when: str) -> str:
    """A schedule with one more entry at its end.

    Args:
        text: the document.
        name: of the entry.
        kinds: what is done.
        when: as the document writes times.

    Raises:
        Conflict: its list is not written in lines of its own, so that nothing can be added behind it.
    """
    told = kinds[0].value if len(kinds) == 1 else f"[{', '.join(kinds)}]"
    before = text.rstrip()
    is_empty = not before or before.endswith((f"{_HEAD} []", _HEAD))
    indent = " " * (2 if is_empty else _depth(before))
    entry = f"{indent}- name: {json.dumps(name, ensure_ascii=False)}\n{indent}  do: {told}\n{indent}  when: {when}\n"
    head = before.removesuffix(" []") or _HEAD if is_empty else before
    return f"{head}\n{entry}"


def without_schedule_entry(text: str, name: str) -> str:
    """A schedule without the entry of a name; its comments go with it.

    Raises:
        NotFound: there is none of that name.
        Conflict: the list is not written in lines of its own.
    """
    entries = checked_schedule(text).entries
    place = next((at for at, each in enumerate(entries) if each.name == name), None)
    if place is None:
        raise NotFound.of(_("the schedule has no entry {name}."), name=name[:80])
    lines, starts = text.splitlines(keepends=True), _starts(text)
    if len(starts) != len(entries):
        raise _not_by_lines()
    end = starts[place + 1] if place + 1 < len(starts) else len(lines)
    kept = [*lines[: starts[place]], *lines[end:]]
    if len(entries) == 1:
        kept = [f"{_HEAD} []\n" if line.startswith(_HEAD) else line for line in kept]
    return "".join(kept)


def _starts(text: str) -> list[int]:
    """The lines at which entries begin."""
    lines = text.splitlines()
    dashes = [(at, line) for at, line in enumerate(lines) if line.lstrip().startswith("- ")]
    if not dashes:
        return []
    depth = len(dashes[0][1]) - len(dashes[0][1].lstrip())
    return [at for at, line in dashes if len(line) - len(line.lstrip()) == depth]


def _depth(text: str) -> int:
    """How far the entries are indented.

    Raises:
        Conflict: they are not written in lines of their own.
    """
    starts = _starts(text)
    if not starts:
        raise _not_by_lines()
    line = text.splitlines()[starts[0]]
    return len(line) - len(line.lstrip())


def _not_by_lines() -> Conflict:
    return Conflict.of(
        _("the entries of {file} are not written in lines of their own."), advice=_("Change its text below."), file=SCHEDULE_FILE
    )
