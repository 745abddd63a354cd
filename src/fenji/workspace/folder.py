"""Which folder does a company work in? Its settings, sources, extra metrics and policies, read and checked together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.analyze.metrics.points import POINTS_METRICS
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.choices import SETTINGS_FILE
from fenji.documents.metrics import read_metrics
from fenji.documents.policies import PolicyDocument, policy_document_from_text, policy_from_text, read_policy_document
from fenji.documents.sources import read_sources
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy, PublishedPolicy
from fenji.domain.sources import Source
from fenji.domain.steps import Step
from fenji.errors import Conflict, InvalidDocument, NotFound, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.settings import Settings, read_settings
from fenji.workspace.limits import refuse_limited
from fenji.workspace.state import State, state_of

SOURCES_FILE = "sources.yaml"
ANSWERS_FILE = "answers.yaml"
METRICS_FILE = "metrics.yaml"
POLICIES_FOLDER = "policies"


@dataclass(frozen=True)
class Workspace:
    """One folder made by ``fenji init``."""

    root: Path
    settings: Settings

    @property
    def state(self) -> State:
        """Runs, published policies, overrides and the audit log."""
        return state_of(self.root, self.settings)

    @property
    def store(self) -> Path:
        """Where runs write their Parquet."""
        return self.root / self.settings.store


def open_workspace(root: Path, *, by_customer: bool = False) -> Workspace:
    """The workspace in a folder.

    Args:
        root: the folder.
        by_customer: whether what is asked is answered customer by customer, so that whoever sees only some customers may ask it.

    Raises:
        Forbidden: the question is limited to some customers, and is of the whole company.
        NotFound: the folder holds no fenji.toml.
        InvalidSettings: fenji.toml cannot be used.
    """
    if not by_customer:
        refuse_limited()
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
            advice=Step.PROPOSE_SOURCES,
            file=SOURCES_FILE,
            folder=str(workspace.root),
        )
    return read_sources(path)


def own_metrics_of(workspace: Workspace) -> tuple[Metric, ...]:
    """The metrics that the company declared in metrics.yaml, and those of points where it has a program."""
    path = workspace.root / METRICS_FILE
    declared = read_metrics(path, builtin_metrics()) if path.is_file() else ()
    return (*declared, *(POINTS_METRICS if has_program(workspace) else ()))


def has_program(workspace: Workspace) -> bool:
    """Whether the company has ever published a points program."""
    if not workspace.state.is_there:
        return False
    with workspace.state.reading() as t:
        return bool(t.loyalty.documents.list_published(DocumentKind.POINTS))


def policy_files(workspace: Workspace) -> tuple[Path, ...]:
    """The policy files of the workspace, by name."""
    return tuple(sorted((workspace.root / POLICIES_FOLDER).glob("*.y*ml")))


@dataclass(frozen=True)
class PolicyVersion:
    """One version of a policy as the workspace has it: in a file, published, or both."""

    read: PolicyDocument
    file: Path | None
    """None where the file of a published version is gone."""
    published: PublishedPolicy | None
    """None for a draft: a version that can still be changed."""

    @property
    def policy(self) -> Policy:
        """The rules."""
        return self.read.policy

    @property
    def is_changed(self) -> bool:
        """Whether the file means something else than what was published; comments and layout may change."""
        return self.published is not None and self.read.policy != policy_from_text(self.published.text)

    def change(self) -> Problem:
        """What to say where ``is_changed``."""
        policy = self.policy
        text = _("policy {policy} version {version} is published, and the file says something else now.")
        advice = _("Raise the version in the file, or undo the change.")
        return Problem(text, {"policy": policy.slug, "version": policy.version}, self.read.document.place(("version",)), advice)

    def as_published(self) -> PolicyVersion:
        """The version as it was published, whatever the file says; a draft as it is."""
        if self.published is None:
            return self
        name = f"{self.published.slug} {self.published.version}"
        return PolicyVersion(policy_document_from_text(self.published.text, name), self.file, self.published)


def policies_of(workspace: Workspace) -> tuple[PolicyDocument, ...]:
    """Every policy version that the workspace holds: published ones and files together.

    Raises:
        NotFound: there is none.
        InvalidDocument: one cannot be used, two files hold the same version, or two versions take effect on one day; all problems at once.
        Conflict: a file says something else than its published version; all of them at once.
    """
    found = policy_versions_of(workspace)
    if not found:
        raise NotFound.of(
            _("there is no policy in {folder}."),
            advice=Step.TAKE_TEMPLATE,
            folder=str(workspace.root / POLICIES_FOLDER),
            root=str(workspace.root),
        )
    return tuple(each.read for each in found)


def policy_versions_of(workspace: Workspace) -> tuple[PolicyVersion, ...]:
    """Every policy version with its file and its publication, by policy and version; empty where there is none.

    Raises:
        InvalidDocument: as ``policies_of``.
        Conflict: as ``policies_of``.
    """
    found = policy_versions_found(workspace)
    Conflict.raise_if(each.change() for each in found if each.is_changed)
    return found


def policy_versions_found(workspace: Workspace) -> tuple[PolicyVersion, ...]:
    """Every policy version with its file and its publication, also where the file says something else by now.

    Raises:
        InvalidDocument: as ``policies_of``.
    """
    drafts, problems = _drafts(workspace)
    published = published_versions(workspace)
    found: dict[tuple[str, int], PolicyVersion] = {}
    for key in sorted({*drafts, *published}):
        (file, read), frozen = drafts.get(key, (None, None)), published.get(key)
        if read is None and frozen is not None:
            read = policy_document_from_text(frozen.text, f"{frozen.slug} {frozen.version}")
        if read is not None:
            found[key] = PolicyVersion(read, file, frozen)
    InvalidDocument.raise_if([*problems, *same_day_problems(found.values())])
    return tuple(found.values())


def same_day_problems(versions: Iterable[PolicyVersion]) -> list[Problem]:
    """Versions of one policy that take effect on the day of an earlier one, so that nobody could say which counts."""
    problems = []
    first: dict[tuple[str, date], Policy] = {}
    for each in sorted(versions, key=lambda one: (one.policy.slug, one.policy.version)):
        policy = each.policy
        twin = first.setdefault((policy.slug, policy.effective_on), policy)
        if twin is not policy:
            text = _("versions {first} and {second} of policy {policy} both take effect on {day}.")
            values = {"policy": policy.slug, "first": twin.version, "second": policy.version, "day": policy.effective_on}
            place = each.read.document.place(("effective_on",))
            problems.append(Problem(text, values, place, _("Give one of them another `effective_on`.")))
    return problems


def _drafts(workspace: Workspace) -> tuple[dict[tuple[str, int], tuple[Path, PolicyDocument]], list[Problem]]:
    """The files by policy and version, and what is wrong with them."""
    problems: list[Problem] = []
    found: dict[tuple[str, int], tuple[Path, PolicyDocument]] = {}
    for file in policy_files(workspace):
        try:
            read = read_policy_document(file)
        except InvalidDocument as error:
            problems.extend(error.problems)
            continue
        key = (read.policy.slug, read.policy.version)
        if key in found:
            text = _("policy {policy} version {version} stands in another file too.")
            problems.append(Problem(text, {"policy": key[0], "version": key[1]}, Place(file.name)))
        found[key] = (file, read)
    return found, problems


def published_versions(workspace: Workspace) -> dict[tuple[str, int], PublishedPolicy]:
    """What has been published, by policy and version."""
    if not workspace.state.is_there:
        return {}
    with workspace.state.reading() as t:
        return {(each.slug, each.version): each for each in t.policies.list_published()}


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
            advice=Step.CHOOSE_POLICY,
            names=", ".join(names),
        )
    if slug is not None and slug not in names:
        raise InvalidDocument(unknown_name(_("policy"), slug, names))
    chosen = (each for each in policies if slug in {None, each.policy.slug})
    versions = sorted(chosen, key=lambda each: each.policy.version)
    effective = [each for each in versions if each.policy.effective_on <= as_of]
    return effective[-1] if effective else versions[0]


def policies_between(policies: tuple[PolicyDocument, ...], slug: str | None, dates: Iterable[date]) -> dict[date, PolicyDocument]:
    """The version of a policy that counts on each review date, the earliest first.

    Args:
        policies: the versions to choose from.
        slug: the policy's name; may be None where there is only one name.
        dates: the review dates.

    Raises:
        InvalidDocument: as ``policy_in_force``.
    """
    return {day: policy_in_force(policies, slug, as_of=day) for day in sorted(dates)}


def frozen_name(slug: str, version: int) -> str:
    """The name under which a run keeps, among its documents, the text of an earlier version that some of its reviews followed."""
    return f"{POLICIES_FOLDER}/{slug}@{version}.yaml"
