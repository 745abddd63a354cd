"""Which folder does a company work in? Its settings, sources, extra metrics and policies, read and checked together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.analyze.registry import builtin_metrics
from fenji.documents.metrics import read_metrics
from fenji.documents.policies import PolicyDocument, read_policy_document
from fenji.documents.sources import read_sources
from fenji.domain.metrics import Metric
from fenji.domain.sources import Source
from fenji.errors import InvalidDocument, NotFound, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.settings import SETTINGS_FILE, Settings, read_settings

SOURCES_FILE = "sources.yaml"
METRICS_FILE = "metrics.yaml"
POLICIES_FOLDER = "policies"


@dataclass(frozen=True)
class Workspace:
    """One folder made by ``fenji init``."""

    root: Path
    settings: Settings

    @property
    def store(self) -> Path:
        """Where runs write their Parquet."""
        return self.root / self.settings.store


def open_workspace(root: Path) -> Workspace:
    """The workspace in a folder.

    Raises:
        NotFound: the folder holds no fenji.toml.
        InvalidSettings: fenji.toml cannot be used.
    """
    folder = root.resolve()
    if not (folder / SETTINGS_FILE).is_file():
        raise NotFound.of(
            _("there is no fenji workspace in {folder}: {file} is missing."),
            advice=_("Make one with: fenji init {folder}"),
            folder=str(root),
            file=SETTINGS_FILE,
        )
    return Workspace(folder, read_settings(folder))


def sources_of(workspace: Workspace) -> tuple[Source, ...]:
    """What sources.yaml names.

    Raises:
        NotFound: there is no sources.yaml.
        InvalidDocument: it cannot be used; all problems at once.
    """
    path = workspace.root / SOURCES_FILE
    if not path.is_file():
        raise NotFound.of(
            _("{file} is missing in {folder}."),
            advice=_("Let fenji propose one from your files: fenji map FILES… --workspace {folder} --write"),
            file=SOURCES_FILE,
            folder=str(workspace.root),
        )
    return read_sources(path)


def own_metrics_of(workspace: Workspace) -> tuple[Metric, ...]:
    """The metrics that the company declared in metrics.yaml; none where the file is missing."""
    path = workspace.root / METRICS_FILE
    return read_metrics(path, builtin_metrics()) if path.is_file() else ()


def policy_files(workspace: Workspace) -> tuple[Path, ...]:
    """The policy files of the workspace, by name."""
    return tuple(sorted((workspace.root / POLICIES_FOLDER).glob("*.y*ml")))


def policies_of(workspace: Workspace) -> tuple[PolicyDocument, ...]:
    """Every policy version that the workspace holds.

    Raises:
        NotFound: there is none.
        InvalidDocument: one cannot be used, or two files hold the same version; all problems at once.
    """
    files = policy_files(workspace)
    if not files:
        raise NotFound.of(
            _("there is no policy in {folder}."),
            advice=_("Take one from a template: fenji init {root} --template retail"),
            folder=str(workspace.root / POLICIES_FOLDER),
            root=str(workspace.root),
        )
    problems: list[Problem] = []
    found: dict[tuple[str, int], PolicyDocument] = {}
    for file in files:
        try:
            read = read_policy_document(file)
        except InvalidDocument as error:
            problems.extend(error.problems)
            continue
        key = (read.policy.slug, read.policy.version)
        if key in found:
            text = _("policy {policy} version {version} stands in another file too.")
            problems.append(Problem(text, {"policy": key[0], "version": key[1]}, Place(file.name)))
        found[key] = read
    InvalidDocument.raise_if(problems)
    return tuple(found.values())


def policy_in_force(policies: tuple[PolicyDocument, ...], slug: str | None, *, as_of: date) -> PolicyDocument:
    """The version of a policy that counts at a date: the newest that is effective by then, else the oldest.

    Args:
        policies: the versions to choose from.
        slug: the policy's name; may be None where there is only one name.
        as_of: the review date.

    Raises:
        InvalidDocument: no such name, or several names and none chosen.
    """
    names = sorted({each.policy.slug for each in policies})
    if slug is None and len(names) > 1:
        raise InvalidDocument.of(
            _("there are several policies: {names}."),
            advice=_("Choose one with --policy, or write `policy` in fenji.toml."),
            names=", ".join(names),
        )
    if slug is not None and slug not in names:
        raise InvalidDocument(unknown_name(_("policy"), slug, names))
    chosen = (each for each in policies if slug in {None, each.policy.slug})
    versions = sorted(chosen, key=lambda each: each.policy.version)
    effective = [each for each in versions if each.policy.effective_on <= as_of]
    return effective[-1] if effective else versions[0]
