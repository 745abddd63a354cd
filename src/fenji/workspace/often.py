"""What is asked for again and again? Narrow columns of customers, which come from memory from the second question on, and a few customers by key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis.expr.schema as sch
import ibis.expr.types as ir

from fenji.domain.metrics import REVENUE
from fenji.tables.contract import Contract
from fenji.workspace.session import Session, is_partial, keys_within, whole_company, within_limits


def read_often(session: Session, run_id: str, contract: Contract, *, as_of: date | None = None) -> ir.Table:
    """As ``Session.read``, for narrow tables that many questions are about."""
    if session.limits:
        return session.read(run_id, contract, as_of=as_of)
    if is_partial(session):
        return within_limits(session, run_id, read_often(whole_company(session), run_id, contract, as_of=as_of))
    files, rows = session.files_of(run_id, contract, as_of), _size_of(session, run_id, contract, as_of)
    # Lists are sorted by it where nobody says otherwise.
    return session.engine.read_often(files, contract.schema, rows=rows, largest_first=REVENUE)


def rows_of_customers(
    session: Session, run_id: str, contract: Contract, keys: Sequence[int], names: Sequence[str], *, as_of: date | None = None
) -> dict[int, dict[str, Any]]:
    """Some columns of a published table with one row per customer, by customer_key; who has no row, or may not be seen, is missing.

    Read without an engine: a few rows need no expression to be compiled.
    """
    if not keys:
        return {}
    columns = sch.Schema({name: contract.schema[name] for name in dict.fromkeys(("customer_key", *names))})
    whole = whole_company(session)
    files, rows = whole.files_of(run_id, contract, as_of), _size_of(session, run_id, contract, as_of)
    found = whole.stored.rows_by_key(files, columns, "customer_key", keys, rows=rows)
    within = keys_within(session, run_id, {row["customer_key"] for row in found}) if is_partial(session) else None
    return {row["customer_key"]: row for row in found if within is None or row["customer_key"] in within}


def _size_of(session: Session, run_id: str, contract: Contract, as_of: date | None) -> int:
    """How many rows a published table has."""
    own = [each for each in session.tables_of(run_id) if each.table == contract.full_name]
    return sum(each.rows for each in own if as_of is None or each.as_of == as_of)
