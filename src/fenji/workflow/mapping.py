"""What would sources.yaml say for these files? Samples are read, a proposal is made, and a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fenji.collect.files import find_files
from fenji.collect.reading.samples import Sample
from fenji.collect.reading.sniffing import read_samples
from fenji.collect.understanding.proposal import Proposal
from fenji.collect.understanding.proposing import propose
from fenji.collect.writing.sources_yaml import render_sources_yaml
from fenji.documents.reader import read_document
from fenji.errors import Conflict, FenjiError, InvalidFile, NotFound, Problem
from fenji.language import Language
from fenji.language import message as _
from fenji.workflow.workspace import SOURCES_FILE


@dataclass(frozen=True)
class MapResult:
    """A proposal, and where it was written."""

    proposal: Proposal
    text: str
    """The commented sources.yaml."""
    written: str | None
    """The file it was written to; None where it was only asked for."""


def propose_mapping(root: Path, files: Sequence[Path], *, language: Language, write: bool = False) -> MapResult:
    """Proposes the sources for files.

    Args:
        root: the workspace, to which paths are written relative; it need not exist unless ``write`` is set.
        files: files, folders or patterns.
        language: of the comments.
        write: put the proposal into the workspace as sources.yaml.

    Raises:
        NotFound: a pattern that leads to no file.
        InvalidFile: files that cannot be read; all of them at once.
        Conflict: the workspace has a sources.yaml with entries, which is not overwritten.
    """
    target = root / SOURCES_FILE
    if write:
        _check_target(root, target)
    proposal = propose(_samples(files), root=root.resolve())
    text = render_sources_yaml(proposal, language)
    if write:
        target.write_text(text, encoding="utf-8")
    return MapResult(proposal, text, str(target) if write else None)


def _samples(files: Sequence[Path]) -> list[Sample]:
    found, missing = find_files(tuple(str(each.absolute()) for each in files), Path.cwd(), "map")
    NotFound.raise_if(missing)
    samples: list[Sample] = []
    problems: list[Problem] = []
    for file in found:
        try:
            samples.extend(read_samples(file.path))
        except FenjiError as error:
            problems.extend(error.problems)
    InvalidFile.raise_if(problems)
    return samples


def _check_target(root: Path, target: Path) -> None:
    if not root.is_dir():
        raise NotFound.of(
            _("there is no folder {folder}."), advice=_("Make a workspace with: fenji init {folder}"), folder=str(root)
        )
    if target.is_file() and _has_entries(target):
        raise Conflict.of(
            _("{file} has entries already and is not overwritten."),
            advice=_("Leave --write out to see the proposal, and copy what you need."),
            file=str(target),
        )


def _has_entries(target: Path) -> bool:
    data = read_document(target).data
    return bool(data.get("sources")) if isinstance(data, dict) else data is not None
