"""From a folder of files to tiers in one go: the workspace is made, what is open is asked, a run publishes, thresholds come from the shop's own buyers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from fenji.answers.starting import FirstPolicy, StartResult
from fenji.choices import SETTINGS_FILE
from fenji.errors import FenjiError, NotFound, Problem
from fenji.language import Language
from fenji.language import message as _
from fenji.workflow.starting_policy import POLICY_SLUG, suggest_thresholds, write_first_policy
from fenji.workspace.arrival_warnings import COLUMNS_ABSENT
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.dates import yesterday
from fenji.workspace.folder import POLICIES_FOLDER, SOURCES_FILE, open_workspace
from fenji.workspace.fresh_files import bears_signature, gone_problem, look_at, newest_order
from fenji.workspace.mapping import Ask
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent
from fenji.workspace.running import publish_run
from fenji.workspace.taking_in import known_sources, taking_in
from fenji.workspace.templates import make_workspace, template_text

TEMPLATE = "spend"
STALE_DAYS = 45
"""Where the newest order is older than this, the tiers are those of its day: a year that has ended is looked at as it ended."""


def start(
    root: Path,
    *,
    language: Language,
    ask: Ask,
    answers: Mapping[str, str] | None = None,
    currency: str | None = None,
    time_zone: str | None = None,
    as_of: date | None = None,
    progress: Progress = silent,
) -> StartResult:
    """Makes a workspace of a folder of files, or takes in what is new in it, and publishes its tiers.

    Args:
        root: the folder with the files; fenji's own files are put beside them.
        language: of the settings' comments, and of what fenji says in this workspace.
        ask: asks what is open.
        answers: answers that are known already, by the id of the question.
        currency: of the workspace; the one that the files name where None, else CNY.
        time_zone: of the workspace; that of China where None.
        as_of: the review date; yesterday, or the day of the newest order where that is long ago.
        progress: told about each step.

    Raises:
        NotFound: there is no such folder, or no data file in it.
        InvalidFile: files that cannot be read; all of them at once.
        InvalidInput: a source keeps none of its rows; nothing is published.
    """
    if not root.is_dir():
        raise NotFound.of(_("there is no folder {folder}."), folder=str(root))
    is_new = not (root / SETTINGS_FILE).is_file()
    known = () if is_new else known_sources(root)
    folder = look_at(root, known, None if is_new else open_workspace(root))
    if not folder.present and not known:
        raise NotFound.of(
            _("there is no data file in {folder}."),
            advice=_("Put the exports of your shop into it: CSV, Excel, Parquet or JSON lines."),
            folder=str(root),
        )
    mapped = None
    if folder.is_to_be_mapped and folder.present:
        with taking_in(root, known, folder, language=language, answers=answers, progress=progress) as taken:
            proposal = taken.asked(ask)
            if is_new:
                own = currency or proposal.currency
                make_workspace(root, template=TEMPLATE, language=language, currency=own, time_zone=time_zone)
                taken.hand.settings = open_workspace(root).settings
            mapped = taken.hand.rehearsed(proposal)
            taken.write(mapped)
    settings = open_workspace(root).settings
    found = StartResult(
        str(root),
        is_new,
        tuple(sorted(each.relative_to(root.resolve()).as_posix() for each in folder.fresh)),
        settings.currency,
        mapped,
    )
    if mapped is not None and (mapped.waits or not (known or any(each.is_usable for each in mapped.proposal.sources))):
        return found
    latest = yesterday(settings.time_zone)
    looked_at = mapped.rehearsal.last_order_on if mapped and mapped.rehearsal else newest_order(root)
    day = as_of or review_day(looked_at, latest)
    run = publish_run(open_workspace(root), as_of=day, progress=progress)
    # What was looked at are samples, or the files of last time, or nothing: the newest order is known once all rows are read.
    right = as_of or review_day(newest_order(root), latest)
    policy, warnings = _first_policy(root, right, language) if is_new or _was_broken_off(root) else (None, ())
    if policy is not None or right != day:
        # What is published follows the shop's own thresholds, so that every command says what this one says.
        said = tuple(each for each in run.warnings if each.code == COLUMNS_ABSENT)
        run = publish_run(open_workspace(root), as_of=right, progress=progress)
        # Told of files when they come; the second run has found them unchanged.
        run = replace(run, warnings=(*said, *run.warnings))
    return replace(found, run=run, policy=policy, warnings=(*gone_problem(folder), *warnings))


def _was_broken_off(root: Path) -> bool:
    """Whether an earlier start ended before it made thresholds: its sources stand there beside the policy of the template."""
    sources, policy = root / SOURCES_FILE, root / POLICIES_FOLDER / f"{POLICY_SLUG}.yaml"
    return (
        bears_signature(sources.read_text(encoding="utf-8-sig"))
        and policy.is_file()
        and policy.read_text(encoding="utf-8-sig") == template_text(TEMPLATE, f"{POLICIES_FOLDER}/{POLICY_SLUG}.yaml")
    )


def review_day(newest: date | None, latest: date) -> date:
    """The day as of which a shop looks at its tiers first: the latest, or that of the newest order where that is long ago."""
    return newest if newest is not None and newest < latest - timedelta(days=STALE_DAYS) else latest


def _first_policy(root: Path, day: date, language: Language) -> tuple[FirstPolicy | None, tuple[Problem, ...]]:
    """Thresholds from the shop's own buyers, in the place of the template's."""
    with open_question(open_workspace(root)) as session:
        base = clean_base_of(session, session.latest())
        try:
            first = suggest_thresholds(session.engine, base, as_of=day, language=language)
        except FenjiError as error:
            return None, error.problems
    write_first_policy(root, first)
    return first, first.warnings
