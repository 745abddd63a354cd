"""What does the ledger tell analyses? Every change of a member's points, every use of a voucher, and who is who, in batches and in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, func, literal, select, union_all
from sqlalchemy.orm import Session

from fenji.state.loyalty.rows import MemberIdRow, MemberRow, TransactionRow, TransferRow, table_of
from fenji.state.loyalty.voucher_rows import VoucherUseRow

BATCH = 50_000
"""Rows that are handed over at once."""


class LedgerFacts:
    """What happened in the ledger of one workspace, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The ledger in the state database of a session."""
        self._session = session

    def entries(self, *, until: datetime) -> Iterator[list[Sequence[Any]]]:
        """Every transaction and member whose points it changed, or lets count for a tier.

        Grain: one row per transaction and member: transaction_id, member_id, program, kind, occurred_at, occurred_on, points, qualifying
            points, source, order_id. Points are what the member has more, debts taken off.

        Args:
            until: what was recorded later is left out.
        """
        f, t = TransferRow, TransactionRow
        gained = select(f.transaction_id, f.credit_member_id.label("member_id"), f.points, literal(0).label("qualifying"))
        lost = select(f.transaction_id, f.debit_member_id, -f.points, literal(0))
        counted = select(t.transaction_id, t.member_id, literal(0), t.qualifying_points)
        moves = union_all(
            gained.where(f.credit_member_id.is_not(None)),
            lost.where(f.debit_member_id.is_not(None)),
            counted.where(t.qualifying_points != 0),
        ).subquery()
        points, qualifying = func.sum(moves.c.points), func.sum(moves.c.qualifying)
        sums = (
            select(moves.c.transaction_id, moves.c.member_id, points.label("points"), qualifying.label("qualifying"))
            .group_by(moves.c.transaction_id, moves.c.member_id)
            .having((points != 0) | (qualifying != 0))
            .subquery()
        )
        asked = (
            select(
                t.transaction_id,
                sums.c.member_id,
                t.program,
                t.kind,
                t.occurred_at,
                t.occurred_on,
                sums.c.points,
                sums.c.qualifying,
                t.source,
                t.order_id,
            )
            .join(sums, sums.c.transaction_id == t.transaction_id)
            .where(t.recorded_at <= until)
            .order_by(t.transaction_id, sums.c.member_id)
        )
        return self._batches(asked)

    def voucher_uses(self, *, until: datetime) -> Iterator[list[Sequence[Any]]]:
        """Every use of a voucher that stands: redeemed, and not given back.

        Grain: one row per use: number, member_id, program, offer, at, used_on, discount_cents, source, order_id.

        Args:
            until: later ones are left out.
        """
        u = VoucherUseRow
        asked = select(u.number, u.member_id, u.program, u.offer, u.at, u.used_on, u.discount_cents, u.source, u.order_id)
        return self._batches(asked.where(u.status == "redeemed", u.at <= until).order_by(u.number))

    def links(self) -> Iterator[list[Sequence[Any]]]:
        """Every id of the company and the member for which it earns: source, customer_id, member_id."""
        row = table_of(MemberIdRow)
        return self._batches(
            select(row.c.source, row.c.customer_id, row.c.member_id).order_by(row.c.program, row.c.source, row.c.customer_id)
        )

    def holders(self) -> dict[int, int]:
        """Members whose points another one holds, and the one that holds them after all merges."""
        asked = select(MemberRow.member_id, MemberRow.held_by_member_id).where(MemberRow.held_by_member_id.is_not(None))
        above: dict[int, int] = {member_id: int(holder or 0) for member_id, holder in self._session.execute(asked)}
        found = dict(above)
        for member_id, holder in above.items():
            last = holder
            while last in above:
                last = above[last]
            found[member_id] = last
        return found

    def _batches(self, asked: Executable) -> Iterator[list[Sequence[Any]]]:
        found = self._session.execute(asked.execution_options(yield_per=BATCH))
        return (list(batch) for batch in found.partitions(BATCH))
