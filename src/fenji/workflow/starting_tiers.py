"""How does a workspace come by its first tiers once its sources stand? A run as of a sensible day, by thresholds of the shop's own buyers or by the policy that stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from fenji.answers.runs import RunResult
from fenji.answers.starting import FirstPolicy
from fenji.domain.principals import Principal
from fenji.errors import FenjiError, Problem
from fenji.workflow.starting import TEMPLATE, review_day
from fenji.workflow.starting_policy import POLICY_SLUG, suggest_thresholds, write_first_policy
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.dates import yesterday
from fenji.workspace.folder import POLICIES_FOLDER, Workspace, open_workspace, policy_files
from fenji.workspace.fresh_files import newest_order
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent
from fenji.workspace.running import publish_run
from fenji.workspace.templates import template_names, template_text


def begin_tiers(
    root: Path,
    *,
    as_of: date | None = None,
    own_thresholds: bool = True,
    history: int = 1,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> RunResult:
    """The first run of a workspace.

    Args:
        root: the workspace; its sources stand in sources.yaml.
        as_of: the review date; yesterday, or the day of the newest order where that is long ago.
        own_thresholds: whether the shop's own buyers make the thresholds, where nobody has worked on the policy of the template yet;
            else the policy that stands there counts.
        history: how many of the last reviews are kept.
        principal: who runs it.
        progress: told of each step.

    Raises:
        InvalidInput: sources, files or policy that cannot be used; nothing is published.
        Conflict: another run is writing.
    """
    workspace = open_workspace(root)
    may_replace = own_thresholds and _is_untouched(workspace)
    if may_replace:
        _take_ladder(workspace)
    latest = yesterday(workspace.settings.time_zone)
    day = as_of or review_day(newest_order(root), latest)
    run = publish_run(workspace, as_of=day, history=1 if may_replace else history, principal=principal, progress=progress)
    # The newest order is known once all rows are read.
    right = as_of or review_day(newest_order(root), latest)
    first, warnings = _own_policy(workspace, right) if may_replace else (None, ())
    if first is not None or right != day or may_replace:
        run = publish_run(open_workspace(root), as_of=right, history=history, principal=principal, progress=progress)
    return replace(run, warnings=(*run.warnings, *warnings))


def may_make_thresholds(root: Path) -> bool:
    """Whether the policy that stands there is one of the templates', on which nobody has worked."""
    return _is_untouched(open_workspace(root))


def _is_untouched(workspace: Workspace) -> bool:
    files = policy_files(workspace)
    known = {template_text(each, f"{POLICIES_FOLDER}/{each}.yaml") for each in template_names()}
    return len(files) == 1 and files[0].read_text("utf-8-sig") in known and workspace.settings.policy is None


def _take_ladder(workspace: Workspace) -> None:
    """Puts the ladder whose thresholds are made in the place of the template's policy."""
    (file,) = policy_files(workspace)
    ladder = workspace.root / POLICIES_FOLDER / f"{POLICY_SLUG}.yaml"
    ladder.write_text(template_text(TEMPLATE, f"{POLICIES_FOLDER}/{POLICY_SLUG}.yaml"), "utf-8")
    if file != ladder:
        file.unlink()


def _own_policy(workspace: Workspace, day: date) -> tuple[FirstPolicy | None, tuple[Problem, ...]]:
    with open_question(workspace) as session:
        base = clean_base_of(session, session.latest())
        try:
            first = suggest_thresholds(session.engine, base, as_of=day, language=workspace.settings.language)
        except FenjiError as error:
            return None, error.problems
    write_first_policy(workspace.root, first)
    return first, first.warnings
