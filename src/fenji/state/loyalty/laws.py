"""Do all rows keep the laws of the ledger? Each law as one or more queries that find the rows which break it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from fenji.domain.loyalty.law_names import Law, LawBroken
from fenji.domain.loyalty.program import THOUSAND, Program, QualifyingBy, Rounding

# Who holds whose points, through all merges.
_ROOTS = """WITH RECURSIVE above(member_id, root) AS (
    SELECT member_id, member_id FROM member WHERE held_by_member_id IS NULL AND program = :program
    UNION ALL SELECT member.member_id, above.root FROM member JOIN above ON member.held_by_member_id = above.member_id)
"""
_MOVES = """SELECT debit AS account, debit_member_id AS member_id, lot_id, -points AS points, transaction_id FROM transfer
    UNION ALL SELECT credit, credit_member_id, lot_id, points, transaction_id FROM transfer"""
_BALANCES = """SELECT m.member_id FROM member m LEFT JOIN (
    SELECT member_id, account, SUM(points) AS points FROM ({moves}) moves WHERE account = '{account}' GROUP BY member_id, account
    ) t ON t.member_id = m.member_id WHERE m.program = :program AND m.{account} <> {sign} COALESCE(t.points, 0)"""
_LEFT = """SELECT m.member_id FROM member m LEFT JOIN (
    SELECT member_id, SUM({column}) AS points FROM {table} WHERE {condition} GROUP BY member_id
    ) l ON l.member_id = m.member_id WHERE m.program = :program AND m.{account} <> COALESCE(l.points, 0)"""

QUERIES: tuple[tuple[Law, str, str], ...] = (
    (
        Law.Z1,
        "balance_sheet",
        f"""SELECT 1 AS member_id WHERE (SELECT COALESCE(SUM(available + pending + held - owed), 0) FROM member WHERE program = :program)
        + (SELECT COALESCE(SUM(points), 0) FROM ({_MOVES}) moves JOIN ledger_transaction t ON t.transaction_id = moves.transaction_id
        WHERE t.program = :program AND moves.member_id IS NULL) <> 0""",
    ),
    *(
        (
            Law.B1,
            f"{account}_of_transfers",
            _BALANCES.format(moves=_MOVES, account=account, sign="-" if account == "owed" else ""),
        )
        for account in ("available", "pending", "held", "owed")
    ),
    *(
        (Law.B1, f"{account}_of_{table}s", _LEFT.format(account=account, table=table, column=column, condition=condition))
        for account, table, column, condition in (
            ("available", "lot", "remaining", "bucket = 'available'"),
            ("pending", "lot", "remaining", "bucket = 'pending'"),
            ("held", "lot", "held", "0 = 0"),
            ("owed", "debt", "remaining", "0 = 0"),
        )
    ),
    (
        Law.B1,
        "lot_of_transfers",
        f"""SELECT l.lot_id FROM lot l JOIN member m ON m.member_id = l.member_id LEFT JOIN (
        SELECT lot_id, SUM(CASE WHEN member_id IS NOT NULL AND account <> 'owed' THEN points ELSE 0 END) AS points,
        SUM(CASE WHEN account = 'expired' THEN points ELSE 0 END) AS expired FROM ({_MOVES}) moves GROUP BY lot_id
        ) t ON t.lot_id = l.lot_id
        WHERE m.program = :program AND (l.remaining + l.held <> COALESCE(t.points, 0) OR l.expired <> COALESCE(t.expired, 0))""",
    ),
    (
        Law.B2,
        "debt_beside_points",
        """SELECT m.member_id FROM member m JOIN lot l ON l.member_id = m.member_id WHERE m.program = :program AND m.owed > 0
        AND l.remaining > 0 AND l.bucket = 'available' AND (l.expires_on IS NULL OR l.expires_on >= :today)""",
    ),
    (
        Law.E1,
        "drawn_after_the_end",
        """SELECT t.transaction_id FROM transfer f JOIN ledger_transaction t ON t.transaction_id = f.transaction_id
        JOIN lot l ON l.lot_id = f.lot_id WHERE t.program = :program AND t.kind = 'redeem' AND f.debit = 'available'
        AND l.expires_on < t.occurred_on""",
    ),
    (
        Law.E1,
        "drawn_out_of_order",
        """SELECT a.transaction_id FROM transfer a JOIN transfer b ON b.transaction_id = a.transaction_id AND b.number > a.number
        JOIN ledger_transaction t ON t.transaction_id = a.transaction_id JOIN lot x ON x.lot_id = a.lot_id JOIN lot y ON y.lot_id = b.lot_id
        WHERE t.program = :program AND t.kind IN ('redeem', 'hold') AND ((x.expires_on IS NULL AND y.expires_on IS NOT NULL)
        OR x.expires_on > y.expires_on OR (x.expires_on = y.expires_on AND x.lot_id > y.lot_id)
        OR (x.expires_on IS NULL AND y.expires_on IS NULL AND x.lot_id > y.lot_id))""",
    ),
    (
        Law.E1,
        "expired_too_early",
        """SELECT t.transaction_id FROM transfer f JOIN ledger_transaction t ON t.transaction_id = f.transaction_id
        JOIN lot l ON l.lot_id = f.lot_id WHERE t.program = :program AND t.kind = 'expire'
        AND (l.expires_on IS NULL OR l.expires_on >= t.occurred_on)""",
    ),
    (
        Law.R1,
        "order_of_transfers",
        """SELECT o.order_id FROM order_earning o LEFT JOIN (SELECT t.source, t.order_id, t.bonus,
        SUM(CASE WHEN f.debit = 'issued' THEN f.points WHEN f.credit = 'issued' THEN -f.points ELSE 0 END) AS points
        FROM transfer f JOIN ledger_transaction t ON t.transaction_id = f.transaction_id
        WHERE t.program = :program AND t.kind IN ('earn', 'refund', 'refund_undo') GROUP BY t.source, t.order_id, t.bonus
        ) f ON f.source = o.source AND f.order_id = o.order_id AND f.bonus = o.bonus
        WHERE o.program = :program AND o.points_now <> COALESCE(f.points, 0)""",
    ),
    (
        Law.R2,
        "more_came_back_than_was_drawn",
        """SELECT r.transaction_id FROM (SELECT t.transaction_id, f.lot_id, SUM(f.points) AS points FROM transfer f
        JOIN ledger_transaction t ON t.transaction_id = f.transaction_id
        WHERE t.program = :program AND t.kind = 'redeem' AND f.credit = 'redeemed' GROUP BY t.transaction_id, f.lot_id) r
        JOIN (SELECT t.reverses_id, COALESCE(f.from_lot_id, f.lot_id) AS lot_id, SUM(f.points) AS points FROM transfer f
        JOIN ledger_transaction t ON t.transaction_id = f.transaction_id WHERE t.kind = 'redeem_undo' AND f.debit = 'redeemed'
        GROUP BY t.reverses_id, COALESCE(f.from_lot_id, f.lot_id)) u ON u.reverses_id = r.transaction_id AND u.lot_id = r.lot_id
        WHERE u.points > r.points""",
    ),
    (
        Law.R3,
        "refund_without_its_order",
        "SELECT order_id FROM order_earning WHERE program = :program AND member_id IS NULL AND (points_now <> 0 OR gross_cents <> 0)",
    ),
    (
        Law.I1,
        "key_posted_twice",
        "SELECT business_key FROM ledger_transaction WHERE program = :program GROUP BY business_key HAVING COUNT(*) > 1",
    ),
    *(
        (
            Law.M1,
            f"{table}_elsewhere",
            f"""{_ROOTS} SELECT l.{table}_id FROM {table} l JOIN above ON above.member_id = l.origin_member_id
            WHERE l.member_id <> above.root""",
        )
        for table in ("lot", "debt")
    ),
    (
        Law.M1,
        "merged_with_points",
        """SELECT member_id FROM member WHERE program = :program AND held_by_member_id IS NOT NULL
        AND available + pending + held + owed + qualifying_total <> 0""",
    ),
    (
        Law.Q1,
        "qualifying_of_orders_and_lots",
        f"""{_ROOTS}, counted(member_id, points) AS (SELECT member_id, qualifying_now FROM order_earning
        WHERE program = :program AND member_id IS NOT NULL UNION ALL SELECT origin_member_id, qualifying FROM lot),
        sums(member_id, points) AS (SELECT above.root, SUM(counted.points) FROM counted
        JOIN above ON above.member_id = counted.member_id GROUP BY above.root)
        SELECT m.member_id FROM member m LEFT JOIN sums ON sums.member_id = m.member_id
        WHERE m.program = :program AND m.qualifying_total <> COALESCE(sums.points, 0)""",
    ),
    (
        Law.Q1,
        "qualifying_of_transactions",
        """WITH counted(member_id, points) AS (SELECT member_id, qualifying_now FROM order_earning
        WHERE program = :program AND member_id IS NOT NULL UNION ALL SELECT origin_member_id, qualifying FROM lot
        UNION ALL SELECT member_id, -qualifying_points FROM ledger_transaction WHERE program = :program AND qualifying_points <> 0)
        SELECT c.member_id FROM counted c JOIN member m ON m.member_id = c.member_id WHERE m.program = :program
        GROUP BY c.member_id HAVING SUM(c.points) <> 0""",
    ),
    (
        Law.P1,
        "erased_and_still_known",
        "SELECT member_id FROM member WHERE program = :program AND status = 'erased' AND card IS NOT NULL",
    ),
)
"""Law, name of the check, and the query of the rows that break it. Dates are compared as the database holds them."""

CHECKED = tuple(dict.fromkeys([*(law for law, _name, _query in QUERIES), Law.T1, Law.F1]))
"""Laws that rows can break; C1, M2, M3 and T2 are about histories, and are proved by tests."""


class LawRepository:
    """The laws of one workspace's ledger, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The ledger in the state database of a session."""
        self._session = session

    def broken(self, program: str, rules: Mapping[int, Program], *, today: date) -> tuple[LawBroken, ...]:
        """Every law that rows of a program break; none where all is well.

        Args:
            program: whose points.
            rules: every version of it.
            today: the local day.
        """
        return tuple(self._found(program, rules, today))

    def _found(self, program: str, rules: Mapping[int, Program], today: date) -> Iterator[LawBroken]:
        values = {"program": program, "today": today}
        for law, name, query in QUERIES:
            yield from self._breaks(law, name, query, values)
        for version, each in rules.items():
            numbers = {**values, "version": version, **_numbers(each)}
            yield from self._breaks(Law.R1, "points_of_what_is_left", _rule_query(each), numbers)
            factors = ", ".join(str(factor) for factor in sorted(set(each.earn.factors.values()))) or str(THOUSAND)
            query = f"""SELECT order_id FROM order_earning WHERE program = :program AND rules_version = :version AND bonus = ''
                AND member_id IS NOT NULL AND multiplier NOT IN ({factors})"""
            yield from self._breaks(Law.T1, "multiplier_of_a_tier", query, numbers)

    def _breaks(self, law: Law, name: str, query: str, values: Mapping[str, object]) -> Iterator[LawBroken]:
        rows = self._session.execute(text(query), {each: value for each, value in values.items() if f":{each}" in query})
        keys = [str(row[0]) for row in rows]
        if keys:
            yield LawBroken(law, name, len(keys), min(keys))


def _numbers(program: Program) -> dict[str, int]:
    return {"per": program.earn.per_cents, "each": program.earn.points, "thousand": THOUSAND}


def _rule_query(program: Program) -> str:
    """Orders whose points are not the rule of what is left of them; the rule in the database's own whole numbers."""
    left = (
        "CASE WHEN gross_cents > refunded_cents AND gross_cents > returned_cents THEN gross_cents - "
        "CASE WHEN refunded_cents > returned_cents THEN refunded_cents ELSE returned_cents END ELSE 0 END + carried_cents"
    )
    if program.earn.rounding is Rounding.MULTIPLY_THEN_ROUND:
        points, base = f"({left}) * :each * multiplier / (:per * :thousand)", f"({left}) * :each / :per"
    else:
        points, base = f"({left}) / :per * :each * multiplier / :thousand", f"({left}) / :per * :each"
    most = f"CASE WHEN most_points < {points} THEN most_points ELSE {points} END"
    qualifying = f"CASE WHEN bonus = '' THEN {base if program.qualifying is QualifyingBy.BASE else most} ELSE 0 END"
    return f"""SELECT order_id FROM order_earning WHERE program = :program AND rules_version = :version AND member_id IS NOT NULL
        AND (points_now <> {most} OR qualifying_now <> {qualifying})"""
