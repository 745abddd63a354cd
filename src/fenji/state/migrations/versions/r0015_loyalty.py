"""Migration 0015: the points ledger: versions of documents, members, transactions, transfers, lots, debts, holds, earnings of orders, merges and adjustments. New tables; locks nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TABLES = (
    *("adjustment_request", "member_merge", "points_hold", "order_earning", "debt", "lot", "transfer"),
    *("ledger_transaction", "member_id_link", "member", "document_version"),
)
"""In the order in which they go."""

KEPT = (
    *(
        "transaction_id",
        "program",
        "kind",
        "business_key",
        "fingerprint",
        "member_id",
        "occurred_on",
        "occurred_at",
        "recorded_at",
    ),
    *("source", "order_id", "bonus", "rules_version", "reverses_id"),
)
"""What never changes of a transaction; names and reasons of people go when a person is erased."""
_SQLITE = (
    """CREATE TRIGGER transfer_update BEFORE UPDATE ON transfer
    BEGIN SELECT RAISE(ABORT, 'transfers of the ledger are never changed or removed'); END""",
    """CREATE TRIGGER transfer_delete BEFORE DELETE ON transfer
    BEGIN SELECT RAISE(ABORT, 'transfers of the ledger are never changed or removed'); END""",
    f"""CREATE TRIGGER ledger_transaction_update BEFORE UPDATE OF {", ".join(KEPT)} ON ledger_transaction
    BEGIN SELECT RAISE(ABORT, 'transactions of the ledger are never changed or removed'); END""",
    """CREATE TRIGGER ledger_transaction_delete BEFORE DELETE ON ledger_transaction
    BEGIN SELECT RAISE(ABORT, 'transactions of the ledger are never changed or removed'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'transactions and transfers of the ledger are never changed or removed'; END $$""",
    "CREATE TRIGGER transfer_change BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION ledger_is_kept()",
    "CREATE TRIGGER transfer_truncate BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_kept()",
    f"""CREATE TRIGGER ledger_transaction_change BEFORE DELETE OR UPDATE OF {", ".join(KEPT)} ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_is_kept()""",
)

_Counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables, and has the database itself refuse to change what was posted."""
    _make_members()
    _make_transactions()
    _make_lots()
    _make_orders()
    _make_requests()
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Removes them, with all points."""
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_is_kept()")


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=nullable)


def _counted(name: str) -> sa.Column[int]:
    return sa.Column(name, _Counted, nullable=False, autoincrement=True)


def _on(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _member(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["member.member_id"], name=f"fk_{table}_{column}_member")


def _transaction(table: str, column: str = "transaction_id") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_ledger_transaction"
    return sa.ForeignKeyConstraint([column], ["ledger_transaction.transaction_id"], name=name)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=f"ck_{table}_{name}")


def _make_members() -> None:
    op.create_table(
        "document_version",
        *(
            _text("kind", 20),
            _text("slug", 64),
            _whole("version"),
            _on("effective_on"),
            _text("author"),
            _text("why"),
            _text("text"),
        ),
        _at("published_at"),
        sa.PrimaryKeyConstraint("kind", "slug", "version", name="pk_document_version"),
        sa.UniqueConstraint("kind", "slug", "effective_on", name="uq_document_version_kind"),
    )
    amounts = ("available", "pending", "held", "owed")
    op.create_table(
        "member",
        *(_counted("member_id"), _text("program", 64), _text("card", nullable=True), _text("status", 20)),
        _whole("held_by_member_id", nullable=True),
        *(_whole(name) for name in (*amounts, "qualifying_total", "waiting_cents", "version")),
        *(_check("member", name, f"{name} >= 0") for name in amounts),
        _check("member", "qualifying", "qualifying_total >= 0"),
        _check("member", "holder", "held_by_member_id <> member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_member"),
    )
    op.create_index("ix_member_program", "member", ["program"])
    op.create_index("ix_member_held_by_member_id", "member", ["held_by_member_id"])
    op.create_table(
        "member_id_link",
        *(_text("program", 64), _text("source", 200), _text("customer_id"), _whole("member_id")),
        _member("member_id_link", "member_id"),
        sa.PrimaryKeyConstraint("program", "source", "customer_id", name="pk_member_id_link"),
    )
    op.create_index("ix_member_id_link_member_id", "member_id_link", ["member_id"])


def _make_transactions() -> None:
    op.create_table(
        "ledger_transaction",
        *(_text("transaction_id", 36), _text("program", 64), _text("kind", 20), _text("business_key"), _text("fingerprint", 64)),
        *(_whole("member_id", nullable=True), _on("occurred_on"), _at("occurred_at"), _at("recorded_at")),
        *(_text("actor"), _text("reason", nullable=True), _text("source", 200, nullable=True), _text("order_id", nullable=True)),
        *(_text("bonus", 64), _whole("rules_version", nullable=True), _text("reverses_id", 36, nullable=True)),
        _member("ledger_transaction", "member_id"),
        sa.PrimaryKeyConstraint("transaction_id", name="pk_ledger_transaction"),
        sa.UniqueConstraint("program", "business_key", name="uq_ledger_transaction_program"),
    )
    op.create_index("ix_ledger_transaction_member", "ledger_transaction", ["member_id", "occurred_on"])
    op.create_index("ix_ledger_transaction_order", "ledger_transaction", ["source", "order_id"])
    op.create_index("ix_ledger_transaction_reverses_id", "ledger_transaction", ["reverses_id"])
    of_the_program = "IN ('issued', 'redeemed', 'expired', 'adjusted')"
    op.create_table(
        "transfer",
        *(_counted("number"), _text("transaction_id", 36), _text("debit", 20), _whole("debit_member_id", nullable=True)),
        *(_text("credit", 20), _whole("credit_member_id", nullable=True), _whole("points")),
        *(_whole("lot_id", nullable=True), _whole("debt_id", nullable=True)),
        _whole("from_lot_id", nullable=True),
        _check("transfer", "points", "points > 0"),
        _check("transfer", "two_accounts", "debit <> credit OR coalesce(debit_member_id, 0) <> coalesce(credit_member_id, 0)"),
        _check("transfer", "debit_account", f"(debit {of_the_program}) = (debit_member_id IS NULL)"),
        _check("transfer", "credit_account", f"(credit {of_the_program}) = (credit_member_id IS NULL)"),
        _transaction("transfer"),
        sa.PrimaryKeyConstraint("number", name="pk_transfer"),
    )
    op.create_index("ix_transfer_transaction_id", "transfer", ["transaction_id"])
    op.create_index("ix_transfer_lot_id", "transfer", ["lot_id"])


def _make_lots() -> None:
    op.create_table(
        "lot",
        *(_counted("lot_id"), _whole("member_id"), _whole("origin_member_id"), _text("transaction_id", 36), _on("earned_on")),
        *(_whole(name) for name in ("granted", "remaining", "held", "expired", "qualifying")),
        *(_text("bucket", 20), _on("available_on"), _on("expires_on", nullable=True)),
        *(_text("source", 200, nullable=True), _text("order_id", nullable=True), _text("bonus", 64)),
        _check("lot", "granted", "granted > 0"),
        _check("lot", "parts", "remaining >= 0 AND held >= 0 AND expired >= 0"),
        _check("lot", "sum", "remaining + held + expired <= granted"),
        _check("lot", "qualifying", "qualifying >= 0"),
        *(_member("lot", "member_id"), _member("lot", "origin_member_id"), _transaction("lot")),
        sa.PrimaryKeyConstraint("lot_id", name="pk_lot"),
    )
    left = sa.text("remaining > 0 OR held > 0")
    op.create_index("ix_lot_left", "lot", ["member_id", "expires_on", "lot_id"], sqlite_where=left, postgresql_where=left)
    op.create_index("ix_lot_order", "lot", ["source", "order_id"])
    op.create_index("ix_lot_origin_member_id", "lot", ["origin_member_id"])
    op.create_table(
        "debt",
        *(_counted("debt_id"), _whole("member_id"), _whole("origin_member_id"), _text("transaction_id", 36)),
        *(_whole("owed"), _whole("remaining")),
        _check("debt", "owed", "owed > 0"),
        _check("debt", "remaining", "remaining >= 0 AND remaining <= owed"),
        *(_member("debt", "member_id"), _member("debt", "origin_member_id"), _transaction("debt")),
        sa.PrimaryKeyConstraint("debt_id", name="pk_debt"),
    )
    owed = sa.text("remaining > 0")
    op.create_index("ix_debt_owed", "debt", ["member_id", "debt_id"], sqlite_where=owed, postgresql_where=owed)
    op.create_index("ix_debt_origin_member_id", "debt", ["origin_member_id"])
    op.create_table(
        "points_hold",
        *(_text("hold_id", 36), _whole("member_id"), _whole("points"), _at("until_at"), _text("status", 20)),
        *(_transaction("points_hold", "hold_id"), _member("points_hold", "member_id")),
        sa.PrimaryKeyConstraint("hold_id", name="pk_points_hold"),
    )
    is_open = sa.text("status = 'open'")
    op.create_index("ix_points_hold_open", "points_hold", ["member_id"], sqlite_where=is_open, postgresql_where=is_open)


def _make_orders() -> None:
    op.create_table(
        "order_earning",
        *(_text("program", 64), _text("source", 200), _text("order_id"), _text("bonus", 64)),
        *(_whole("member_id", nullable=True), _on("ordered_on", nullable=True)),
        *(_whole(name) for name in ("gross_cents", "refunded_cents", "returned_cents", "carried_cents", "multiplier")),
        *(_whole("most_points", nullable=True), _whole("rules_version"), _whole("points_now")),
        *(_whole("qualifying_now"), _whole("version")),
        _check("order_earning", "points_now", "points_now >= 0 AND qualifying_now >= 0"),
        _member("order_earning", "member_id"),
        sa.PrimaryKeyConstraint("program", "source", "order_id", "bonus", name="pk_order_earning"),
    )
    op.create_index("ix_order_earning_member_id", "order_earning", ["member_id"])


def _make_requests() -> None:
    decided = (_text("decided_by", nullable=True), _at("decided_at", nullable=True))
    op.create_table(
        "member_merge",
        *(_counted("number"), _text("program", 64), _whole("from_member_id"), _whole("into_member_id"), _text("rule", 64)),
        *(_text("proposed_by"), _text("status", 20), _at("proposed_at"), *decided, _text("reason", nullable=True)),
        *(_member("member_merge", "from_member_id"), _member("member_merge", "into_member_id")),
        sa.PrimaryKeyConstraint("number", name="pk_member_merge"),
    )
    op.create_index("ix_member_merge_program", "member_merge", ["program"])
    decided = (_text("decided_by", nullable=True), _at("decided_at", nullable=True))
    op.create_table(
        "adjustment_request",
        *(_counted("number"), _text("program", 64), _whole("member_id"), _whole("points"), _text("reason", 64), _text("note")),
        *(_text("business_key"), _text("proposed_by"), _text("status", 20), _at("proposed_at"), *decided),
        _text("transaction_id", 36, nullable=True),
        _member("adjustment_request", "member_id"),
        sa.PrimaryKeyConstraint("number", name="pk_adjustment_request"),
    )
    op.create_index("ix_adjustment_request_program", "adjustment_request", ["program"])
