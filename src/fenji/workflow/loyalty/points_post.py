"""Which orders of the last run have not earned their points yet? Posted once, corrected where they changed, and every account brought up to the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from fenji.answers.loyalty.points import PostResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.wording import figures
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.extras import post_events
from fenji.workspace.loyalty.posting import OrderPosting, PostedOrders
from fenji.workspace.loyalty.programs import ProgramVersions, program_of
from fenji.workspace.loyalty.referrals import Referrals
from fenji.workspace.loyalty.refunded import give_back_vouchers
from fenji.workspace.opening import open_session
from fenji.workspace.progress import Progress, silent


def post_points(
    root: Path,
    *,
    as_of: date | None = None,
    program: str | None = None,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> PostResult:
    """Posts the purchases, refunds and expiries of a run's clean base up to a day; a second time it changes nothing.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last run.
        program: which one; None: the only one.
        principal: who posts; None: the user of the operating system.
        progress: told about each chunk.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such program is published.
        InvalidArgument: a day after that of the run.
        InvalidInput: orders of too many days wait for the tiers of the day before.
        RulesNotInForce: the program begins later.
    """
    workspace = open_workspace(root)
    with open_session(workspace, principal=principal or acting_person()) as session:
        run = session.latest()
        last = run.new.as_of
        if last is None:
            message = f"run {run.run_id} has no as-of date"
            raise AssertionError(message)
        day = as_of or last
        if day > last:
            text = _("the last run knows the orders up to {last}; points cannot be posted up to {day}.")
            raise InvalidArgument.of(text, advice=_("Run again first: fenji run"), last=last, day=day)
        with workspace.state.reading() as t:
            versions = program_of(t, program)
        in_force = versions.on(day)
        posting = OrderPosting(session, run, versions, day, progress)
        done = posting.post()
        rewarded, returned = post_events(posting), give_back_vouchers(posting)
        told = {name: value for name, value in vars(done).items() if name not in _AS_BEFORE}
        told |= {"events_rewarded": rewarded, "vouchers_returned": returned}
        if any(told.values()):
            with workspace.state.transaction(session.principal) as t:
                subject = Subject(SubjectKind.PROGRAM, f"{versions.slug} {in_force.version}")
                t.audit.add(Action.POINTS_POSTED, subject, {"run_id": run.run_id, "as_of": day.isoformat(), **told})
        with workspace.state.reading() as t:
            totals = t.loyalty.figures.totals(versions.slug)
            due = _referrals_due(t, versions, workspace.settings.time_zone)
    return PostResult(
        run.run_id,
        day,
        versions.slug,
        in_force.version,
        done.new,
        done.changed,
        done.unchanged,
        done.vanished,
        done.members,
        done.proposed_merges,
        done.settled,
        rewarded,
        returned,
        totals["available"] + totals["pending"] + totals["held"] - totals["owed"],
        (*_warnings(done, workspace.settings.currency), *_told_referrals(due)),
    )


_AS_BEFORE = frozenset({"unchanged", "refunds_apart", "amount_apart"})
"""What a posting finds and does not change."""


def _referrals_due(t: Transaction, versions: ProgramVersions, zone: str) -> int:
    """Referrals that wait to be looked at; codes for friends are shown once, so that a posting never makes them."""
    now = t.clock()
    if versions.on(today(zone, now=now)).referral is None:
        return 0
    return Referrals(t, versions, today(zone, now=now), now, lambda moment: today(zone, now=moment)).count_due()


def _told_referrals(due: int) -> Iterator[Problem]:
    if due:
        text = _("{count} referrals can be decided by what was posted.")
        yield Problem(text, {"count": due}, advice=_("Reward them, or take rewards back: fenji referrals check"))


def _warnings(done: PostedOrders, currency: str) -> tuple[Problem, ...]:
    found = []
    if done.refunds_apart:
        text = _("{count} refunds, {amount} {currency} in all, say not which order they belong to: they take no points back.")
        advice = _(
            "Where a file holds the number of the order that is refunded, name its column in sources.yaml; run and post again."
        )
        values = {"count": done.refunds_apart, "amount": figures.number(done.amount_apart, 2), "currency": currency}
        found.append(Problem(text, values, advice=advice))
    if done.vanished:
        text = _("{count} orders that had earned points no longer stand in the data; their points were taken back.")
        found.append(Problem(text, {"count": done.vanished}))
    if done.proposed_merges:
        text = _("{count} pairs of members belong to one customer each; nothing moves before somebody approves.")
        found.append(Problem(text, {"count": done.proposed_merges}, advice=_("See them: fenji members merges")))
    return tuple(found)
