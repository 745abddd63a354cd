"""Which tier has a person decided, at the reviews of a run?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.overrides import Override, spans_in_force
from fenji.workspace.session import Session

OVERRIDES = pa.schema([("customer_key", pa.int64()), ("tier", pa.string()), ("begins_on", pa.date32()), ("ends_on", pa.date32())])
"""Overrides as a run reads them: never two of one customer on one day; both days are included."""


def overrides_in(
    session: Session, identity: ir.Table, *, policy: str, dates: Iterable[date], known_at: datetime | None = None
) -> pa.Table:
    """The overrides of a policy that count on at least one of the review dates.

    Args:
        session: the opened workspace.
        identity: clean.identity of the run; overrides of customers that it does not know are left out.
        policy: the policy's slug.
        dates: the review dates.
        known_at: the record as it was at that moment, before later overrides and endings; None: as it is.

    Returns:
        customer_key, tier, begins_on, ends_on (``OVERRIDES``), by key and day. Of several that overlap, the one that was
        recorded last counts, also where they were recorded for ids that are one customer by now.
    """
    with session.state.reading() as t:
        recorded = t.overrides.list_overrides(policy=policy)
    if known_at is not None:
        recorded = tuple(each.as_known_at(known_at) for each in recorded if each.recorded_at <= known_at)
    days = tuple(dates)
    keys = keys_of_ids(session, identity, ((each.decided.source, each.decided.customer_id) for each in recorded))
    by_key: dict[int, list[Override]] = {}
    for each in recorded:
        key = keys.get((each.decided.source, each.decided.customer_id))
        if key is not None:
            by_key.setdefault(key, []).append(each)
    rows = [
        {"customer_key": key, "tier": span.override.decided.tier, "begins_on": span.begins_on, "ends_on": span.ends_on}
        for key in sorted(by_key)
        for span in spans_in_force(by_key[key])
        if any(span.begins_on <= day <= span.ends_on for day in days)
    ]
    return pa.Table.from_pylist(rows, schema=OVERRIDES)


def keys_of_ids(session: Session, identity: ir.Table, ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The present customer of each id (its space and the id); ids that the table does not know are left out."""
    listed = sorted(set(ids))
    if not listed:
        return {}
    wanted = pa.table({"wanted_source": [source for source, _id in listed], "wanted_id": [each for _source, each in listed]})
    asked = session.engine.from_arrow(wanted)
    same = (identity.source == asked.wanted_source) & (identity.source_customer_id == asked.wanted_id)
    found = identity.join(asked, same).select("source", "source_customer_id", "customer_key")
    rows = session.engine.fetch(found).to_pylist()
    return {(each["source"], each["source_customer_id"]): each["customer_key"] for each in rows}
