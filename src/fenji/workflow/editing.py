"""What does a policy say line by line while somebody writes it, and what becomes of its text? Nothing is kept; drafts are kept by ``drafting``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from fenji.analyze.policies.findings import Severity
from fenji.analyze.whatif.cuts import cuts_of, with_cuts
from fenji.answers.drafts import PolicyDiffResult
from fenji.answers.editing import EditedMetric, EditedPolicy, VersionRead
from fenji.answers.policies import LintFinding
from fenji.documents.amending import with_top_values
from fenji.documents.policies import policy_from_text, render_policy
from fenji.documents.policy_edits import with_rules
from fenji.domain.conditions import Comparison, parse_condition
from fenji.domain.policies import Policy
from fenji.domain.rule_edits import Line
from fenji.errors import InvalidDocument, NotFound, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.workflow.editing_rules import edited, lines_by_key, rules_edited, section_of
from fenji.workspace.dates import today
from fenji.workspace.folder import PolicyVersion, Workspace, open_workspace, own_metrics_of, policy_versions_found
from fenji.workspace.opening import open_question
from fenji.workspace.policy_words import differences_of, lines_of, linted_text, voice_of
from fenji.workspace.tiering import registry_of
from fenji.workspace.versions import version_rows

TEXT = "draft"
"""What problems of the text carry in place of a file."""
NOT_EDITED = "not_edited"
"""The finding about an edit that could not be made."""


@dataclass(frozen=True, kw_only=True)
class Edits:
    """What is to become of the rules of a text; keys as ``answers.editing`` names lines and groups."""

    lines: Mapping[str, str] = field(default_factory=dict)
    """Key of a line: what it says now, as policy files write it."""
    junctions: Mapping[str, str] = field(default_factory=dict)
    """Key of a group: ``all`` or ``any``."""
    added: str | None = None
    """Key of a group that gets one line more."""
    nested: str | None = None
    """Key of a group that gets a group of its own."""
    removed: str | None = None
    """Key of a line that goes."""


NOTHING = Edits()


def begin_text(root: Path, policy: str) -> str:
    """The text with which the next version of a policy begins: the newest one with another number and day, and nobody's name under it.

    Raises:
        NotFound: no workspace, or no such policy.
        InvalidDocument: a file cannot be used.
    """
    workspace = open_workspace(root, by_customer=True)
    newest = max(_versions(workspace, policy), key=lambda each: each.policy.version)
    before = newest.as_published().policy
    text = _text_of(newest)
    day = max(_last_day(workspace), before.effective_on)
    # A month's first day leaves time to decide, and does not rewrite what has been reviewed.
    begun = replace(before, version=before.version + 1, effective_on=_first_of_next_month(day), author="", why="")
    values = {"version": str(begun.version), "effective_on": begun.effective_on.isoformat(), "author": '""', "why": '""'}
    found = with_top_values(text, values)
    try:
        if found is not None and policy_from_text(found) == begun:
            return found
    except InvalidDocument:
        pass
    return render_policy(begun)


def changes_in(root: Path, policy: str, text: str, *, before: int | None = None) -> PolicyDiffResult | None:
    """What a text changes of the newest version of a policy, also of one that is only a file; None where there is none to compare with.

    Args:
        root: the workspace.
        policy: whose next version it is.
        text: what somebody has written.
        before: only versions below this one count; None: all.

    Raises:
        NotFound: no workspace.
        InvalidDocument: the text, or a file, is no policy.
    """
    workspace = open_workspace(root, by_customer=True)
    new = policy_from_text(text, TEXT)
    own = [each for each in policy_versions_found(workspace) if each.policy.slug == policy]
    earlier = [each for each in own if before is None or each.policy.version < before]
    if not earlier:
        return None
    old = max(earlier, key=lambda each: each.policy.version).as_published().policy
    return PolicyDiffResult(policy, old.version, new.version, differences_of(old, new, voice_of(workspace, old, new)))


def edited_policy(root: Path, text: str, edits: Edits = NOTHING) -> EditedPolicy:
    """The text of a policy after some edits, line by line, with everything that is wrong at its rule. Comments stay.

    An edit that cannot be made is a finding; the others are made.

    Args:
        root: the workspace.
        text: whatever somebody has written.
        edits: what is to become of its rules.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    read, findings = linted_text(workspace, text, TEXT)
    if read is None:
        return EditedPolicy(
            text, None, None, None, (), (), None, findings, findings, is_usable=False, is_changed=False, metrics=()
        )
    wanted, problems = edited(read.policy, edits)
    found = with_rules(text, wanted)
    if found is None:
        advice = _("Change it in the text below.")
        problems = (
            *problems,
            ("", Problem(_("the rule cannot be changed here without losing something of the text."), {}, None, advice)),
        )
        found = text
    elif found != text:
        read, findings = linted_text(workspace, found, TEXT)
        if read is None:
            message = "edited rules are not a policy any more"
            raise AssertionError(message)
    findings = (*(_not_made(where, each, read.policy) for where, each in problems), *findings)
    return _told(workspace, read.policy, found, findings, is_changed=found != text)


def cuts_in(text: str, edits: Edits) -> dict[str, Decimal] | None:
    """The edits as numbers in places of the rules; None where they change more than numbers that a trial moves.

    Raises:
        InvalidDocument: the text is no policy.
    """
    if edits.junctions or edits.added or edits.nested or edits.removed:
        return None
    policy = policy_from_text(text, TEXT)
    known = {each.key: each.condition for each in cuts_of(policy)}
    found: dict[str, Decimal] = {}
    for key, written in edits.lines.items():
        line, before = _line(written), known.get(key)
        if before is None or not isinstance(line, Comparison):
            return None
        if (line.metric, line.operator) != (before.metric, before.operator):
            return None
        found[key] = line.number
    return found


def cuts_between(before: str, after: str) -> dict[str, Decimal] | None:
    """The numbers in places of the rules by which one text decides like the other; None where more differs, or one is no policy."""
    try:
        old, new = policy_from_text(before, TEXT), policy_from_text(after, TEXT)
    except InvalidDocument:
        return None
    known = {each.key: each.condition.number for each in cuts_of(old)}
    found = {each.key: each.condition.number for each in cuts_of(new) if known.get(each.key) != each.condition.number}
    if not set(found) <= set(known):
        return None
    return found if _decides(with_cuts(old, found)) == _decides(new) else None


def lines_with(text: str, numbers: Mapping[str, Decimal]) -> dict[str, str]:
    """What lines of a text say with other numbers, as edits; keys that it does not have are left out.

    Raises:
        InvalidDocument: the text is no policy.
    """
    known = lines_by_key(policy_from_text(text, TEXT))
    found = {}
    for key, number in numbers.items():
        line = known.get(key)
        if isinstance(line, Comparison):
            found[key] = str(replace(line, number=number))
    return found


def read_version(root: Path, policy: str, version: int | None = None) -> VersionRead:
    """One version of a policy in words, beside all versions of it.

    Args:
        root: the workspace.
        policy: its name.
        version: which one; None: the one in force today, else the newest.

    Raises:
        NotFound: no workspace, no such policy, or no such version.
        InvalidDocument: a file cannot be used.
    """
    workspace = open_workspace(root, by_customer=True)
    own = _versions(workspace, policy)
    day = today(workspace.settings.time_zone)
    rows = version_rows(workspace, own, day)
    wanted = version or next((each.version for each in rows if each.is_in_force), max(each.version for each in rows))
    by_number = {each.version: (each, one) for each, one in zip(rows, own, strict=True)}
    if wanted not in by_number:
        text, advice = _("policy {policy} has no version {version}."), _("There are: {known}.")
        told = {"policy": policy, "version": wanted, "known": ", ".join(map(str, sorted(by_number)))}
        raise NotFound(Problem(text, told, None, advice))
    row, found = by_number[wanted]
    said = found.as_published().policy
    newest_first = tuple(sorted(rows, key=lambda each: -each.version))
    return VersionRead(row, lines_of(said, voice_of(workspace, said)), _text_of(found), newest_first, day)


def _told(
    workspace: Workspace, policy: Policy, text: str, findings: tuple[LintFinding, ...], *, is_changed: bool
) -> EditedPolicy:
    voice = voice_of(workspace, policy)
    rules = tuple(rules_edited(policy, voice, findings))
    held = {id(each) for rule in rules for each in rule.findings}
    registry = registry_of(own_metrics_of(workspace), policy)
    return EditedPolicy(
        text=text,
        policy=policy.slug,
        version=policy.version,
        effective_on=policy.effective_on,
        tiers=tuple((each.slug, each.name) for each in policy.tiers),
        rules=rules,
        lines=lines_of(policy, voice),
        findings=findings,
        elsewhere=tuple(each for each in findings if id(each) not in held),
        is_usable=all(each.severity is not Severity.ERROR for each in findings),
        is_changed=is_changed,
        metrics=tuple(EditedMetric(each.slug, each.name, each.unit) for each in registry),
    )


def _not_made(where: str, problem: Problem, policy: Policy) -> LintFinding:
    placed = replace(problem, place=Place(TEXT, pointer=section_of(policy, where))) if where else problem
    return LintFinding(Severity.ERROR, placed, NOT_EDITED, None)


def _decides(policy: Policy) -> Policy:
    """A policy without what decides nothing."""
    return replace(policy, version=0, effective_on=date.min, author="", why="")


def _line(written: str) -> Line | None:
    try:
        return parse_condition(written)
    except ValueError:
        return None


def _versions(workspace: Workspace, policy: str) -> tuple[PolicyVersion, ...]:
    found = policy_versions_found(workspace)
    own = tuple(each for each in found if each.policy.slug == policy)
    if not own:
        raise NotFound(unknown_name(_("policy"), policy, sorted({each.policy.slug for each in found})))
    return own


def _text_of(version: PolicyVersion) -> str:
    if version.published is not None:
        return version.published.text
    return version.file.read_text("utf-8-sig") if version.file is not None else render_policy(version.policy)


def _last_day(workspace: Workspace) -> date:
    """Up to which day something has been reviewed; where nothing has, today."""
    if workspace.state.is_there:
        with open_question(workspace) as session:
            run = session.runs.latest_published(command="run")
        if run is not None and run.new.as_of is not None:
            return run.new.as_of
    return today(workspace.settings.time_zone)


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
