"""Migration 0016: offers, vouchers and referrals: codes, their uses, counts, what was asked for, and who brought whom. New tables; locks nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = (
    *("referral_mark", "referral", "referral_code"),
    *("voucher_request", "offer_count", "voucher_use", "voucher"),
)
"""In the order in which they go."""

_Counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables."""
    _make_vouchers()
    _make_uses()
    _make_referrals()


def downgrade() -> None:
    """Removes them, with all vouchers."""
    for name in TABLES:
        op.drop_table(name)


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


def _refers(table: str, column: str, to: str, key: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=f"fk_{table}_{column}_{to}")


def _make_vouchers() -> None:
    op.create_table(
        "voucher",
        *(_counted("number"), _text("program", 64), _text("code_hash", 64), _text("last_letters", 8), _text("offer", 64)),
        *(_text("document", 64), _whole("version"), _whole("member_id", nullable=True), _whole("uses")),
        *(_whole("uses_limit", nullable=True), _on("valid_from"), _on("valid_until", nullable=True), _on("issued_on")),
        *(_at("issued_at"), _text("issued_by"), _text("campaign", 64, nullable=True)),
        *(_at("withdrawn_at", nullable=True), _text("withdrawn_why", nullable=True)),
        sa.CheckConstraint("uses >= 0 AND (uses_limit IS NULL OR uses <= uses_limit)", name="ck_voucher_uses"),
        _refers("voucher", "member_id", "member", "member_id"),
        sa.PrimaryKeyConstraint("number", name="pk_voucher"),
        sa.UniqueConstraint("code_hash", name="uq_voucher_code_hash"),
    )
    op.create_index("ix_voucher_offer", "voucher", ["program", "offer", "number"])
    op.create_index("ix_voucher_member_id", "voucher", ["member_id"])


def _make_uses() -> None:
    op.create_table(
        "voucher_use",
        *(_counted("number"), _text("program", 64), _whole("voucher_number"), _text("offer", 64), _text("source", 200)),
        *(_text("order_id"), _whole("member_id", nullable=True), _text("status", 20)),
        *(
            _whole("discount_cents"),
            _whole("cost_cents"),
            _on("used_on"),
            _at("until_at", nullable=True),
            _at("at"),
            _text("actor"),
        ),
        sa.CheckConstraint("discount_cents >= 0 AND cost_cents >= 0", name="ck_voucher_use_cents"),
        *(
            _refers("voucher_use", "voucher_number", "voucher", "number"),
            _refers("voucher_use", "member_id", "member", "member_id"),
        ),
        sa.PrimaryKeyConstraint("number", name="pk_voucher_use"),
    )
    counts, reserved = sa.text("status IN ('reserved', 'redeemed')"), sa.text("status = 'reserved'")
    order = ["voucher_number", "source", "order_id"]
    op.create_index("uq_voucher_use_order", "voucher_use", order, unique=True, sqlite_where=counts, postgresql_where=counts)
    until = ["program", "offer", "until_at"]
    op.create_index("ix_voucher_use_reserved", "voucher_use", until, sqlite_where=reserved, postgresql_where=reserved)
    op.create_index("ix_voucher_use_open", "voucher_use", ["voucher_number"], sqlite_where=reserved, postgresql_where=reserved)
    op.create_index("ix_voucher_use_order", "voucher_use", ["source", "order_id"])
    op.create_index("ix_voucher_use_member", "voucher_use", ["member_id", "offer"])
    op.create_table(
        "offer_count",
        *(_text("program", 64), _text("offer", 64)),
        *(_whole(name) for name in ("issued", "reserved", "redeemed", "cost_cents")),
        sa.CheckConstraint("issued >= 0 AND reserved >= 0 AND redeemed >= 0 AND cost_cents >= 0", name="ck_offer_count_counts"),
        sa.PrimaryKeyConstraint("program", "offer", name="pk_offer_count"),
    )
    op.create_table(
        "voucher_request",
        *(_text("program", 64), _text("business_key"), _text("fingerprint", 64), _whole("voucher_number", nullable=True)),
        *(_whole("use_number", nullable=True), _at("recorded_at"), _text("actor")),
        _refers("voucher_request", "voucher_number", "voucher", "number"),
        _refers("voucher_request", "use_number", "voucher_use", "number"),
        sa.PrimaryKeyConstraint("program", "business_key", name="pk_voucher_request"),
    )


def _make_referrals() -> None:
    op.create_table(
        "referral_code",
        *(_text("program", 64), _text("code", 32), _whole("member_id"), _at("made_at")),
        _refers("referral_code", "member_id", "member", "member_id"),
        sa.PrimaryKeyConstraint("program", "code", name="pk_referral_code"),
        sa.UniqueConstraint("program", "member_id", name="uq_referral_code_program"),
    )
    op.create_table(
        "referral",
        *(
            _whole("referred_member_id"),
            _text("program", 64),
            _whole("advocate_member_id"),
            _on("claimed_on"),
            _text("status", 20),
        ),
        *(sa.Column("reasons", sa.JSON(), nullable=False), sa.Column("not_checked", sa.JSON(), nullable=False)),
        *(_whole("rules_version"), _text("source", 200, nullable=True), _text("order_id", nullable=True)),
        *(_on("decided_on", nullable=True), _whole("advocate_points"), _whole("friend_points")),
        *(_whole("friend_voucher_number", nullable=True), _text("decided_by", nullable=True), _text("note", nullable=True)),
        sa.CheckConstraint("referred_member_id <> advocate_member_id OR status = 'rejected'", name="ck_referral_two"),
        *(_refers("referral", each, "member", "member_id") for each in ("referred_member_id", "advocate_member_id")),
        _refers("referral", "friend_voucher_number", "voucher", "number"),
        sa.PrimaryKeyConstraint("referred_member_id", name="pk_referral"),
    )
    op.create_index("ix_referral_status", "referral", ["program", "status", "referred_member_id"])
    op.create_index("ix_referral_advocate", "referral", ["advocate_member_id", "decided_on"])
    op.create_table(
        "referral_mark",
        *(_text("program", 64), _whole("member_id"), _text("kind", 20), _text("mark_hash", 64)),
        _refers("referral_mark", "member_id", "member", "member_id"),
        sa.PrimaryKeyConstraint("program", "member_id", "kind", "mark_hash", name="pk_referral_mark"),
    )
