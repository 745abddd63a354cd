"""What is earned, spent and owed in points? One member's balance and statement, and every operation that people do by hand, each once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fenji.act.lots import spendable
from fenji.answers.loyalty.points import BalanceResult, LotRow, OperationResult, StatementResult, StatementRow
from fenji.domain.loyalty.changes import Outcome
from fenji.domain.loyalty.kinds import OF_MEMBERS, PointsAccount
from fenji.domain.loyalty.records import LedgerTransaction, Member, OrderKey, Transfer
from fenji.domain.principals import Principal
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace
from fenji.workspace.limits import limits_now
from fenji.workspace.loyalty.customers import check_member_seen, meant_by, member_of
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import Points, standing_today

ROWS_SHOWN = 50


@dataclass(frozen=True)
class PointsAsked:
    """What somebody asks for by hand."""

    customer: str
    """member:N, SOURCE:ID, key:N, or whatever the customer is known by."""
    points: int
    key: str
    """The same for the same thing: done once under it."""
    program: str | None = None
    order: str | None = None
    """SOURCE:ORDER that is paid with them."""
    order_amount: Decimal | None = None


def balance_of(root: Path, customer: str, *, program: str | None = None) -> BalanceResult:
    """One member's points today, lot by lot.

    Args:
        root: the workspace.
        customer: member:N, SOURCE:ID, key:N, or whatever the customer is known by.
        program: which one; None: the only one.

    Raises:
        NotFound: no workspace, no such program, or no such member.
        InvalidArgument: several are known by it.
    """
    desk = Desk(open_workspace(root, by_customer=True), program)
    meant = meant_by(desk.workspace, customer)
    return desk.read(lambda points: _balance(points, member_of(points.t, points.program.slug, meant)))


def statement_of(
    root: Path, customer: str, *, program: str | None = None, limit: int = ROWS_SHOWN, after: str | None = None
) -> StatementResult:
    """What happened to one member's points, the newest first.

    Args:
        root: the workspace.
        customer: member:N, SOURCE:ID, key:N, or whatever the customer is known by.
        program: which one; None: the only one.
        limit: at most so many rows.
        after: the transaction where the page before ended.

    Raises:
        NotFound: no workspace, no such program, nobody has this id, or they have no such transaction.
    """
    desk = Desk(open_workspace(root, by_customer=True), program)
    meant = meant_by(desk.workspace, customer)
    return desk.read(lambda points: _statement(points, member_of(points.t, points.program.slug, meant), limit, after))


def redeem_points(root: Path, asked: PointsAsked, *, principal: Principal | None = None) -> OperationResult:
    """Spends points of a member.

    Raises:
        NotFound: no workspace, no such program, or nobody has this id.
        InvalidArgument: points that the program does not let anybody spend; all problems at once.
        PointsShort: there are fewer.
        BusinessKeyTaken: something else was done under this key.
    """
    order, desk = _order(asked.order), Desk(open_workspace(root, by_customer=True), asked.program)
    meant = meant_by(desk.workspace, asked.customer)

    def work(points: Points) -> OperationResult:
        member_id = member_of(points.t, points.program.slug, meant).member_id
        amount = asked.order_amount
        done = points.redeem(member_id, asked.points, points.today, asked.key, order=order, order_amount=amount)
        return _result(points, done)

    return desk.write(principal or acting_person(), work)


def hold_points(root: Path, asked: PointsAsked, *, principal: Principal | None = None) -> OperationResult:
    """Reserves points for a cart; the answer's transaction_id is the hold's name.

    Raises:
        NotFound: no workspace, no such program, or nobody has this id.
        InvalidArgument: points that the program does not let anybody spend.
        PointsShort: there are fewer.
    """
    desk = Desk(open_workspace(root, by_customer=True), asked.program)
    meant = meant_by(desk.workspace, asked.customer)

    def work(points: Points) -> OperationResult:
        member_id = member_of(points.t, points.program.slug, meant).member_id
        return _result(points, points.hold(member_id, asked.points, points.today, asked.key))

    return desk.write(principal or acting_person(), work)


def redeem_held(
    root: Path,
    hold_id: str,
    key: str,
    *,
    program: str | None = None,
    order: str | None = None,
    order_amount: Decimal | None = None,
    principal: Principal | None = None,
) -> OperationResult:
    """Spends points that were reserved, all of them.

    Raises:
        NotFound: there is no such hold.
        Conflict: they are spent or released already, or their time is over.
    """
    paid, desk = _order(order), _desk_of(root, program, hold_id)

    def work(points: Points) -> OperationResult:
        return _result(points, points.redeem_hold(hold_id, points.today, key, order=paid, order_amount=order_amount))

    return desk.write(principal or acting_person(), work)


def release_held(root: Path, hold_id: str, *, program: str | None = None, principal: Principal | None = None) -> OperationResult:
    """Gives back points that were reserved.

    Raises:
        NotFound: there is no such hold.
        Conflict: they are spent already.
    """
    return _desk_of(root, program, hold_id).write(
        principal or acting_person(), lambda points: _result(points, points.give_up_hold(hold_id, points.today))
    )


def undo_redemption(
    root: Path,
    redemption: str,
    key: str,
    *,
    points: int | None = None,
    program: str | None = None,
    principal: Principal | None = None,
) -> OperationResult:
    """Puts points of a redemption back into the lots that they came from.

    Args:
        root: the workspace.
        redemption: its transaction_id, or its key.
        key: of this operation.
        points: how many; None: all that are left of it.
        program: which one; None: the only one.
        principal: who does it; None: the user of the operating system.

    Raises:
        NotFound: there is no such redemption.
        InvalidArgument: more than is left of it.
    """
    desk = _desk_of(root, program, redemption)

    def work(at: Points) -> OperationResult:
        found = _found(at, redemption)
        return _result(at, at.undo_redemption(found.transaction_id, at.today, key, points=points))

    return desk.write(principal or acting_person(), work)


def _found(points: Points, named: str) -> LedgerTransaction:
    found = points.t.loyalty.figures.find(points.program.slug, named)
    if found is None:
        raise NotFound.of(_("there is no transaction {transaction}."), transaction=named)
    return found


def _desk_of(root: Path, program: str | None, named: str) -> Desk:
    """The desk for a transaction; one of a member whom the asker may not see is one that is not there."""
    desk = Desk(open_workspace(root, by_customer=True), program)
    if limits_now():
        member_id = desk.read(lambda points: _found(points, named).member_id)
        try:
            check_member_seen(desk.workspace, member_id or 0)
        except NotFound as error:
            raise NotFound.of(_("there is no transaction {transaction}."), transaction=named) from error
    return desk


def _order(text: str | None) -> OrderKey | None:
    if text is None:
        return None
    source, colon, order_id = text.partition(":")
    if not colon or not source or not order_id:
        raise InvalidArgument.of(_("'{order}' names no order."), advice=_("Write it as SOURCE:ORDER."), order=text[:60])
    return OrderKey(source, order_id)


def _result(points: Points, outcome: Outcome) -> OperationResult:
    done = outcome.transactions[0]
    member = points.t.loyalty.members.holder(points.program.slug, done.member_id or 0)
    return OperationResult(
        points.program.slug,
        done.occurred_on,
        member.member_id,
        done.transaction_id,
        done.kind,
        sum(each.points for each in outcome.transfers[done.transaction_id]),
        outcome.is_existing,
        None,
        member.available,
        member.owed,
    )


def _balance(points: Points, found: Member) -> BalanceResult:
    members, program = points.t.loyalty.members, points.program.slug
    holder = members.holder(program, found.member_id).member_id
    ids = members.ids_of(members.merged_into(program, holder))
    standing = standing_today(points, [holder])[holder]
    member, lots = standing.member, standing.lots
    return BalanceResult(
        program,
        points.today,
        member.member_id,
        member.status,
        tuple(f"{each.source}:{each.customer_id}" for each in ids),
        sum(each.remaining for each in spendable(lots, points.today)),
        member.available,
        member.pending,
        member.held,
        member.owed,
        member.qualifying_total,
        tuple(
            LotRow(each.remaining, each.held, each.bucket, each.earned_on, each.available_on, each.expires_on) for each in lots
        ),
    )


def _statement(points: Points, found: Member, limit: int, after: str | None) -> StatementResult:
    members, program = points.t.loyalty.members, points.program.slug
    member = members.holder(program, found.member_id)
    whose = members.merged_into(program, member.member_id)
    history = points.t.loyalty.figures.history(sorted(whose), limit=limit + 1, after=after)
    rows = tuple(_row(each, transfers, whose) for each, transfers in history[:limit])
    is_whole = len(history) <= limit
    return StatementResult(program, points.today, member.member_id, rows, is_whole, None if is_whole else rows[-1].transaction_id)


def _row(done: LedgerTransaction, transfers: tuple[Transfer, ...], whose: frozenset[int]) -> StatementRow:
    change = sum(_sign(each.credit, each.credit_member_id, whose) * each.points for each in transfers)
    change -= sum(_sign(each.debit, each.debit_member_id, whose) * each.points for each in transfers)
    order = done.order
    return StatementRow(
        done.transaction_id,
        done.occurred_on,
        done.recorded_at,
        done.kind,
        change,
        None if order is None else order.source,
        None if order is None else order.order_id,
        done.reason,
        done.actor,
    )


def _sign(account: PointsAccount, member_id: int | None, whose: frozenset[int]) -> int:
    return 1 if account in OF_MEMBERS and member_id in whose else 0
