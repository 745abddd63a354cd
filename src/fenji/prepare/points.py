"""Whose points and vouchers does the ledger speak of? Its members are customers by the ids that earn for them.

Reads   what the ledger of the state tells, clean.identity
Writes  clean.points_entry: one row per transaction and member; clean.voucher_use: one row per use
Units   points are whole numbers of their program; discounts in the workspace's currency
Keeps   every row given, once; customer_key is null where no id of a member is known, such as before its first order came in
Source  decision 0065
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fenji.tables.contract import Contract


def members_by_customer(links: ir.Table, identity: ir.Table) -> ir.Table:
    """Which customer a member is: the oldest one among those that its ids mean, or where none is known, among those of members merged into it.

    Grain: one row per member of which an id is known, and per member merged into such a one: member_id, customer_key.

    Args:
        links: source, customer_id, member_id, and holder_id of who holds the member's points.
        identity: clean.identity.
    """
    known = links.join(
        identity.select("customer_key", "source", "source_customer_id"),
        [links["source"] == identity["source"], links["customer_id"] == identity["source_customer_id"]],
    ).select("member_id", "holder_id", "customer_key")
    own = known["customer_key"].min(where=known["member_id"] == known["holder_id"])
    holders = known.group_by("holder_id").aggregate(customer_key=ibis.coalesce(own, known["customer_key"].min()))
    return holders.select(key_of_member="holder_id", customer_key="customer_key")


def with_customers(rows: ir.Table, members: ir.Table, contract: Contract) -> ir.Table:
    """clean.points_entry or clean.voucher_use.

    Grain: one row per row given.

    Args:
        rows: what the ledger tells, with holder_id of who holds the member's points.
        members: from ``members_by_customer``.
        contract: of the table.
    """
    joined = rows.left_join(members, rows["holder_id"] == members["key_of_member"])
    return joined.select(*contract.schema.names)
