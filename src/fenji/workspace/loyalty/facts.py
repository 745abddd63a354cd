"""What does the ledger tell a run? Its entries and uses of vouchers as clean tables, as of the moment at which the run began.

Memory: what one table holds while it is written, about 250 MB for each million entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from fenji.prepare.points import members_by_customer, with_customers
from fenji.tables import clean
from fenji.workspace.folder import has_program
from fenji.workspace.session import RunWriter

_MOMENT = pa.timestamp("us", "UTC")
_LINKS = pa.schema(
    [("source", pa.string()), ("customer_id", pa.string()), *((n, pa.int64()) for n in ("member_id", "holder_id"))]
)
_ENTRIES = pa.schema(
    [
        *((name, pa.string()) for name in ("entry_id", "program", "kind")),
        ("at", _MOMENT),
        ("on", pa.date32()),
        *((name, pa.int64()) for name in ("points", "qualifying_points")),
        *((name, pa.string()) for name in ("order_source", "order_id")),
        ("holder_id", pa.int64()),
    ]
)
_USES = pa.schema(
    [
        ("use_number", pa.int64()),
        *((name, pa.string()) for name in ("program", "offer")),
        ("at", _MOMENT),
        ("on", pa.date32()),
        ("discount", pa.decimal128(18, 2)),
        *((name, pa.string()) for name in ("order_source", "order_id")),
        ("holder_id", pa.int64()),
    ]
)


def save_ledger(writer: RunWriter, identity: ir.Table) -> Mapping[str, ir.Table]:
    """The clean tables of what the ledger tells, saved; none in a workspace without a points program.

    Args:
        writer: of the run; what was recorded after it began is left out.
        identity: its clean.identity.
    """
    session, until = writer.session, writer.run.started_at
    if not has_program(session.workspace):
        return {}
    with session.state.reading() as t:
        facts, holders = t.loyalty.facts, t.loyalty.facts.holders()
        links = _columns(_LINKS, facts.links(), lambda row: (*row, _holder(row[2], holders)))
        entries = _columns(_ENTRIES, facts.entries(until=until), lambda row: _entry(row, holders))
        uses = _columns(_USES, facts.voucher_uses(until=until), lambda row: _use(row, holders))
    engine = session.engine
    members = engine.stage(members_by_customer(engine.from_arrow(links), identity))
    told = {clean.POINTS_ENTRY: entries, clean.VOUCHER_USE: uses}
    return {
        contract.full_name: writer.save(with_customers(engine.from_arrow(rows), members, contract), contract)
        for contract, rows in told.items()
    }


def _columns(
    schema: pa.Schema, batches: Iterable[list[Sequence[Any]]], shaped: Callable[[Sequence[Any]], tuple[Any, ...]]
) -> pa.Table:
    """Rows of the state as one table of columns, batch by batch."""
    found = [
        pa.record_batch(
            [pa.array(values, kind) for values, kind in zip(zip(*map(shaped, batch), strict=True), schema.types, strict=True)],
            schema,
        )
        for batch in batches
    ]
    return pa.Table.from_batches(found, schema)


def _entry(row: Sequence[Any], holders: Mapping[int, int]) -> tuple[Any, ...]:
    transaction_id, member_id, program, kind, at, on, points, qualifying, source, order_id = row
    holder = _holder(member_id, holders)
    return f"{transaction_id}:{member_id}", program, kind, at, on, int(points), int(qualifying), source, order_id, holder


def _use(row: Sequence[Any], holders: Mapping[int, int]) -> tuple[Any, ...]:
    number, member_id, program, offer, at, on, cents, source, order_id = row
    return number, program, offer, at, on, Decimal(cents).scaleb(-2), source, order_id, _holder(member_id, holders)


def _holder(member_id: int | None, holders: Mapping[int, int]) -> int | None:
    return None if member_id is None else holders.get(member_id, member_id)
