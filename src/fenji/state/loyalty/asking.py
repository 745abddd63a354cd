"""What does the ledger say? Balances, histories and figures of a program; nothing here is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.cohorts import AccountMoves, Cohort
from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, PointsAccount
from fenji.domain.loyalty.records import Debt, LedgerTransaction, Transfer
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.state.loyalty.loading import chunks, rows, transaction_of, transfer_of
from fenji.state.loyalty.rows import (
    DebtRow,
    HoldRow,
    LotRow,
    MemberIdRow,
    MemberRow,
    OrderEarningRow,
    TransactionRow,
    TransferRow,
    table_of,
)

BATCH = 50_000
"""Rows that are handed over at once."""


class LedgerFigures:
    """What the ledger of one workspace says, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The ledger in the state database of a session."""
        self._session = session

    def open_debts(self, holder: int) -> tuple[Debt, ...]:
        """What a member owes, the oldest first."""
        is_owed = (DebtRow.member_id == holder) & (DebtRow.remaining > 0)
        return tuple(Debt(**row) for row in rows(self._session, DebtRow, is_owed, DebtRow.debt_id))

    def history(
        self, member_ids: Sequence[int], *, limit: int, after: str | None = None
    ) -> list[tuple[LedgerTransaction, tuple[Transfer, ...]]]:
        """The newest transactions of some members with their transfers, the newest first; those after one of them, where it is named.

        Raises:
            NotFound: they have no such transaction.
        """
        t, is_theirs = TransactionRow, TransactionRow.member_id.in_(member_ids)
        asked = select(table_of(t)).where(is_theirs)
        if after is not None:
            last = next(rows(self._session, t, is_theirs & (t.transaction_id == after)), None)
            if last is None:
                raise NotFound.of(_("there is no transaction {transaction}."), transaction=after)
            day, moment = last["occurred_on"], last["recorded_at"]
            is_earlier = or_(t.recorded_at < moment, (t.recorded_at == moment) & (t.transaction_id > after))
            asked = asked.where(or_(t.occurred_on < day, (t.occurred_on == day) & is_earlier))
        asked = asked.order_by(t.occurred_on.desc(), t.recorded_at.desc(), t.transaction_id).limit(limit)
        found = [transaction_of(dict(row)) for row in self._session.execute(asked).mappings()]
        moved: dict[str, list[Transfer]] = {each.transaction_id: [] for each in found}
        for chunk in chunks(moved):
            for row in rows(self._session, TransferRow, TransferRow.transaction_id.in_(chunk), TransferRow.number):
                moved[row["transaction_id"]].append(transfer_of(row))
        return [(each, tuple(moved[each.transaction_id])) for each in found]

    def find(self, program: str, transaction_id: str) -> LedgerTransaction | None:
        """A transaction by its id or its business key; None where there is none."""
        named = (TransactionRow.transaction_id == transaction_id) | (TransactionRow.business_key == transaction_id)
        row = next(rows(self._session, TransactionRow, (TransactionRow.program == program) & named), None)
        return None if row is None else transaction_of(row)

    def known_orders(self, program: str) -> Iterator[list[dict[str, Any]]]:
        """Every order that earns for a member, in batches: source, order_id, member_id, gross_cents, returned_cents."""
        o = OrderEarningRow
        is_order = (o.program == program) & (o.bonus == "") & o.member_id.is_not(None)
        asked = select(o.source, o.order_id, o.member_id, o.ordered_on, o.gross_cents, o.returned_cents).where(is_order)
        found = self._session.execute(asked.execution_options(yield_per=BATCH)).mappings()
        return ([dict(row) for row in batch] for batch in found.partitions(BATCH))

    def links(self, program: str) -> Iterator[list[dict[str, Any]]]:
        """Every id of the company that earns for a member, in batches: source, customer_id, member_id."""
        asked = select(MemberIdRow.source, MemberIdRow.customer_id, MemberIdRow.member_id).where(MemberIdRow.program == program)
        found = self._session.execute(asked.execution_options(yield_per=BATCH)).mappings()
        return ([dict(row) for row in batch] for batch in found.partitions(BATCH))

    def bonuses(self, program: str, begin: str) -> Iterator[list[tuple[str, int, date, int]]]:
        """Bonuses whose business keys begin with a text, in batches: key, member, day and points."""
        t = TransactionRow
        asked = (
            select(t.business_key, LotRow.origin_member_id, t.occurred_on, LotRow.granted)
            .join(LotRow, LotRow.transaction_id == t.transaction_id)
            .where(t.program == program, t.kind == "bonus", t.business_key.startswith(begin, autoescape=True))
        )
        found = self._session.execute(asked.execution_options(yield_per=BATCH))
        return ([(row[0], row[1], row[2], row[3]) for row in batch] for batch in found.partitions(BATCH))

    def due(self, program: str, day: date, now: datetime, *, after: int, limit: int) -> tuple[int, ...]:
        """Members with points that become available or expire by a day, or with holds that have run out, by number from one on."""
        is_due = (LotRow.bucket == str(LotBucket.PENDING)) & (LotRow.available_on <= day)
        is_over = LotRow.expires_on < day
        holders = select(LotRow.member_id).where(LotRow.remaining > 0, or_(is_due, is_over), LotRow.member_id > after)
        run_out = (HoldRow.status == str(HoldStatus.OPEN)) & (HoldRow.until_at <= now)
        holding = select(HoldRow.member_id).where(run_out, HoldRow.member_id > after)
        concerned = MemberRow.member_id.in_(holders) | MemberRow.member_id.in_(holding)
        asked = select(MemberRow.member_id).where(MemberRow.program == program, concerned)
        return tuple(self._session.scalars(asked.order_by(MemberRow.member_id).limit(limit)))

    def expired_unwritten(self, program: str, day: date) -> int:
        """Points whose last day is over by a day, and which no posting has taken from members yet."""
        asked = (
            select(func.coalesce(func.sum(LotRow.remaining), 0))
            .join(MemberRow, MemberRow.member_id == LotRow.member_id)
            .where(MemberRow.program == program, LotRow.remaining > 0, LotRow.expires_on < day)
        )
        return int(self._session.scalar(asked) or 0)

    def totals(self, program: str) -> dict[str, int]:
        """Sums of all members: available, pending, held, owed, qualifying_total, and how many members there are."""
        names = ("available", "pending", "held", "owed", "qualifying_total")
        sums = (func.coalesce(func.sum(table_of(MemberRow).c[name]), 0).label(name) for name in names)
        asked = select(*sums, func.count().label("members")).where(MemberRow.program == program)
        row = self._session.execute(asked).mappings().one()
        holds = select(func.count()).select_from(HoldRow).where(HoldRow.status == str(HoldStatus.OPEN))
        return {name: int(row[name]) for name in (*names, "members")} | {"holds": self._session.scalar(holds) or 0}

    def moves_by_month(self, program: str, *, until: date) -> tuple[AccountMoves, ...]:
        """What the program's own accounts took and gave in each month, the earliest first."""
        year, month = func.extract("year", TransactionRow.occurred_on), func.extract("month", TransactionRow.occurred_on)
        found: dict[tuple[int, int, str], list[int]] = {}
        for place, column, member in (
            (0, TransferRow.debit, TransferRow.debit_member_id),
            (1, TransferRow.credit, TransferRow.credit_member_id),
        ):
            asked = (
                select(year, month, column, func.sum(TransferRow.points))
                .join(TransactionRow, TransactionRow.transaction_id == TransferRow.transaction_id)
                .where(TransactionRow.program == program, member.is_(None), TransactionRow.occurred_on <= until)
                .group_by(year, month, column)
            )
            for its_year, its_month, account, points in self._session.execute(asked):
                found.setdefault((int(its_year), int(its_month), account), [0, 0])[place] = int(points)
        return tuple(AccountMoves(date(key[0], key[1], 1), PointsAccount(key[2]), *sums) for key, sums in sorted(found.items()))

    def revenue_by_month(self, program: str) -> dict[date, int]:
        """What is left of the orders that earn points, in cents, by the first day of their month."""
        o = OrderEarningRow
        back = case((o.refunded_cents > o.returned_cents, o.refunded_cents), else_=o.returned_cents)
        left = func.sum(case((o.gross_cents > back, o.gross_cents - back), else_=0))
        year, month = func.extract("year", o.ordered_on), func.extract("month", o.ordered_on)
        is_order = (o.program == program) & (o.bonus == "") & o.member_id.is_not(None)
        asked = select(year, month, left).where(is_order).group_by(year, month)
        return {date(int(row[0]), int(row[1]), 1): int(row[2]) for row in self._session.execute(asked)}

    def cohorts(self, program: str, *, at: date) -> tuple[Cohort, ...]:
        """Points by the month in which they were earned, with what was redeemed of them at each age, the earliest first."""
        earned = (func.extract("year", LotRow.earned_on), func.extract("month", LotRow.earned_on))
        of_program = MemberRow.program == program
        lots = select(*earned, func.sum(LotRow.remaining + LotRow.held))
        left = {
            (int(year), int(month)): int(points)
            for year, month, points in self._session.execute(
                lots.join(MemberRow, MemberRow.member_id == LotRow.member_id).where(of_program).group_by(*earned)
            )
        }
        moved = self._lot_moves(program, earned)
        nothing: tuple[int, dict[int, int]] = (0, {})
        found = []
        for year, month in sorted(left):
            granted, redeemed = moved.get((year, month), nothing)
            age = max(0, (at.year - year) * 12 + at.month - month)
            found.append(Cohort(date(year, month, 1), granted, left[year, month], redeemed, age))
        return tuple(found)

    def _lot_moves(self, program: str, earned: Sequence[ColumnElement[Any]]) -> dict[tuple[int, int], tuple[int, dict[int, int]]]:
        """By month of earning: what is granted and not refunded, and what was redeemed by age in months."""
        day, f = TransactionRow.occurred_on, TransferRow
        happened = (func.extract("year", day), func.extract("month", day))
        granted = (PointsAccount.ISSUED, PointsAccount.ADJUSTED)
        sums = (
            func.sum(case((f.debit.in_(granted), f.points), (f.credit.in_(granted), -f.points), else_=0)),
            func.sum(case((f.credit == "redeemed", f.points), (f.debit == "redeemed", -f.points), else_=0)),
        )
        # What comes back as a lot of its own still counts for the month in which it was earned.
        asked = (
            select(*earned, *happened, *sums)
            .select_from(f)
            .join(TransactionRow, TransactionRow.transaction_id == f.transaction_id)
            .join(LotRow, LotRow.lot_id == func.coalesce(f.from_lot_id, f.lot_id))
            .where(TransactionRow.program == program)
            .group_by(*earned, *happened)
        )
        found: dict[tuple[int, int], tuple[int, dict[int, int]]] = {}
        for row in self._session.execute(asked):
            year, month, at_year, at_month, more, redeemed = tuple(row)
            key, age = (int(year), int(month)), max(0, (int(at_year) - int(year)) * 12 + int(at_month) - int(month))
            total, ages = found.get(key, (0, {}))
            ages[age] = ages.get(age, 0) + int(redeemed)
            found[key] = (total + int(more), ages)
        return found
