"""What would sources.yaml say for these files? Samples are read, a proposal is made, what is open is asked, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fenji.answers.mapping import MapResult
from fenji.language import Language
from fenji.workspace.limits import refuse_limited
from fenji.workspace.mapping import Ask, check_target, take_in_hand
from fenji.workspace.progress import Progress, silent


def map_files(
    root: Path,
    files: Sequence[Path],
    *,
    language: Language,
    ask: Ask,
    answers: Mapping[str, str] | None = None,
    forgotten: str | None = None,
    write: bool = False,
    progress: Progress = silent,
) -> MapResult:
    """Proposes the sources for files, and writes them where that is wanted.

    Args:
        root: the workspace, to which paths are written relative; it need not exist unless the proposal is written.
        files: files, folders or patterns.
        language: of the comments in the document.
        ask: asks what is open.
        answers: new answers by the id of the question; what was answered before is known from the workspace.
        forgotten: a column about which earlier answers do not count any more.
        write: whether the proposal becomes sources.yaml of the workspace.
        progress: told of each file.

    Raises:
        Forbidden: the question is limited to some customers.
        NotFound: a pattern that leads to no file, or no folder to write into.
        Conflict: the workspace has a sources.yaml with entries, which is not overwritten.
        InvalidFile: files that cannot be read; all of them at once.
        InvalidArgument: an answer to no question of these files, or that none of its options allows.
    """
    refuse_limited()  # cells of files belong to no customer yet
    if write:
        check_target(root)
    with take_in_hand(root, files, language=language, answers=answers, forgotten=forgotten, progress=progress) as hand:
        result = hand.rehearsed(hand.asked(ask))
        return hand.write(result) if write else result
