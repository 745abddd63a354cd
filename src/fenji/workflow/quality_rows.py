"""Which rows were left out, and which identities are in doubt? The single ones behind the counts of a run's quality, page by page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.answers.quality import ConflictRow, ConflictsResult, RejectedResult, RejectedRow
from fenji.domain.feeds import Feed
from fenji.domain.reasons import is_fault
from fenji.domain.runs import Run
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, NotFound, unknown_name
from fenji.language import message as _
from fenji.tables.clean import IDENTITY_CONFLICT, REJECTED_ROW
from fenji.wording.feeds import field_name
from fenji.wording.quality import conflict_words, expected_words
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.session import Session

MOST_ROWS = 500
_KEY = ("source", "file", "row_number")


def rejected_rows(
    root: Path, reason: str, *, run_id: str | None = None, after: str | None = None, limit: int = 50
) -> RejectedResult:
    """The rows of a run that were left out for one reason.

    Args:
        root: the workspace.
        reason: as ``report_quality`` names it.
        run_id: a published run; None: the latest.
        after: where the page before ended.
        limit: rows of the page.

    Raises:
        NotFound: no workspace, no such run, or it left out no row for this reason.
        InvalidArgument: a limit out of range, or an ``after`` that no page has given.
    """
    begins = _checked(limit, after)
    with open_question(open_workspace(root)) as session:
        run = _run(session, run_id)
        table = session.read(run.run_id, REJECTED_ROW)
        counted = session.engine.fetch(table.group_by("reason").aggregate(rows=table.count())).to_pylist()
        counts = {each["reason"]: int(each["rows"]) for each in counted}
        if reason not in counts:
            raise NotFound(unknown_name(_("reason"), reason[:80], counts))
        wanted = table.filter(table["reason"] == reason)
        page = (wanted if begins is None else wanted.filter(_behind(wanted, begins))).order_by(list(_KEY)).limit(limit + 1)
        rows = session.engine.fetch(page).to_pylist()
    return RejectedResult(
        run_id=run.run_id,
        as_of=run.new.as_of,
        reason=reason,
        expected=Spoken(partial(expected_words, reason)),
        is_fault=is_fault(reason),
        count=counts[reason],
        rows=tuple(map(_row, rows[:limit])),
        after=json.dumps([rows[limit - 1][name] for name in _KEY], ensure_ascii=False) if len(rows) > limit else None,
    )


def identity_conflicts(root: Path, *, run_id: str | None = None, limit: int = 200) -> ConflictsResult:
    """The identities of a run that are in doubt, those that tie most ids together first.

    Raises:
        NotFound: no workspace, or no such run.
        InvalidArgument: a limit out of range.
    """
    _checked(limit, None)
    with open_question(open_workspace(root)) as session:
        run = _run(session, run_id)
        table = session.read(run.run_id, IDENTITY_CONFLICT)
        sums = table.aggregate(count=table.count(), merged=table["merged"].cast("int64").sum())
        counted = session.engine.fetch(sums).to_pylist()[0]
        rows = session.engine.fetch(table.order_by([table["ids"].desc(), "kind", "identifier"]).limit(limit)).to_pylist()
    return ConflictsResult(
        run_id=run.run_id,
        as_of=run.new.as_of,
        count=int(counted["count"] or 0),
        merged=int(counted["merged"] or 0),
        rows=tuple(
            ConflictRow(
                each["kind"],
                Spoken(partial(conflict_words, each["kind"])),
                each["identifier"],
                each["ids"],
                is_merged=each["merged"],
            )
            for each in rows
        ),
    )


def _checked(limit: int, after: str | None) -> tuple[str, str, int] | None:
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidArgument.of(_("ask for 1 to {most} rows."), most=MOST_ROWS)
    if after is None:
        return None
    try:
        source, file, row = json.loads(after)
        if isinstance(source, str) and isinstance(file, str) and isinstance(row, int):
            return source, file, row
    except (ValueError, TypeError, RecursionError):
        pass
    raise InvalidArgument.of(_("this page goes on from nowhere: take `after` from the page before."))


def _behind(table: ir.Table, begins: tuple[str, str, int]) -> Any:  # noqa: ANN401 - Ibis types expressions loosely
    source, file, row = begins
    same_source = table["source"] == source
    in_file = (table["file"] > file) | ((table["file"] == file) & (table["row_number"] > row))
    return (table["source"] > source) | (same_source & in_file)


def _run(session: Session, run_id: str | None) -> Run:
    return session.latest() if run_id is None else session.runs.published(run_id)


def _row(each: Mapping[str, Any]) -> RejectedRow:
    feed, field = Feed(each["feed"]), each["field"]
    words: Spoken[str] = Spoken(partial(field_name, feed, field)) if field else Spoken(lambda _language: "")
    return RejectedRow(each["source"], feed, each["file"], each["row_number"], field, words, each["came"])
