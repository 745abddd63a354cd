"""Migration 0017: how many points each transaction lets count for a tier, so that they count from its day on. One column; rewrites transactions that earned something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fenji.state.migrations.versions.r0015_loyalty import KEPT

revision = "0017"
down_revision = "0016"

_NAME = "qualifying_points"
_FILL = (
    # What is left of an order today counts from its first posting on: on which day refunds took of it was not written down.
    """UPDATE ledger_transaction SET qualifying_points = (SELECT o.qualifying_now FROM order_earning o
    WHERE o.program = ledger_transaction.program AND o.source = ledger_transaction.source
    AND o.order_id = ledger_transaction.order_id AND o.bonus = ledger_transaction.bonus)
    WHERE transaction_id IN (SELECT MIN(t.transaction_id) FROM ledger_transaction t JOIN order_earning o
    ON o.program = t.program AND o.source = t.source AND o.order_id = t.order_id AND o.bonus = t.bonus AND o.member_id = t.member_id
    JOIN (SELECT program, source, order_id, bonus, member_id, MIN(occurred_on) AS first_on FROM ledger_transaction
    WHERE kind = 'earn' GROUP BY program, source, order_id, bonus, member_id) f ON f.program = t.program AND f.source = t.source
    AND f.order_id = t.order_id AND f.bonus = t.bonus AND f.member_id = t.member_id AND f.first_on = t.occurred_on
    WHERE t.kind = 'earn' AND o.qualifying_now > 0 GROUP BY t.program, t.source, t.order_id, t.bonus)""",
    """UPDATE ledger_transaction SET qualifying_points = (SELECT SUM(l.qualifying) FROM lot l
    WHERE l.transaction_id = ledger_transaction.transaction_id)
    WHERE transaction_id IN (SELECT transaction_id FROM lot WHERE qualifying > 0)""",
)


def upgrade() -> None:
    """Adds the column, fills it, and has the database itself refuse to change it later."""
    op.add_column("ledger_transaction", sa.Column(_NAME, sa.BigInteger(), nullable=False, server_default="0"))
    for statement in _FILL:
        op.execute(statement)
    _refuse_changes((*KEPT, _NAME))


def downgrade() -> None:
    """Takes the column away again."""
    _refuse_changes(KEPT)
    op.drop_column("ledger_transaction", _NAME)


def _refuse_changes(names: tuple[str, ...]) -> None:
    columns = ", ".join(names)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ledger_transaction_change ON ledger_transaction")
        op.execute(
            f"""CREATE TRIGGER ledger_transaction_change BEFORE DELETE OR UPDATE OF {columns} ON ledger_transaction
            FOR EACH ROW EXECUTE FUNCTION ledger_is_kept()"""
        )
        return
    op.execute("DROP TRIGGER ledger_transaction_update")
    op.execute(
        f"""CREATE TRIGGER ledger_transaction_update BEFORE UPDATE OF {columns} ON ledger_transaction
        BEGIN SELECT RAISE(ABORT, 'transactions of the ledger are never changed or removed'); END"""
    )
