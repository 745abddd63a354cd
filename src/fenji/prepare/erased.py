"""Which rows are about somebody who was erased? Known again by keyed hashes of ids, phones and e-mails, never by these themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.identity import id_space, keyed
from fenji.prepare.rows import Check, leave_out

_REACHED_BY = ("phone", "email")


def without_erased(rows: ir.Table, sources: Sequence[Source], *, tokens: Collection[str], key: str) -> ir.Table:
    """Typed rows, those left out that name somebody who was erased.

    Grain: one row per row given.
    Keeps: every row; a reason that a row already has stays.

    Args:
        rows: typed rows of one feed.
        sources: the entries of sources.yaml, which say what id space a source belongs to.
        tokens: keyed hashes of ``space:id``, ``phone:…`` and ``email:…``.
        key: of these hashes.
    """
    named = {name: ibis.literal(f"{name}:") + rows[name] for name in _REACHED_BY if name in rows.columns}
    if "customer_id" in rows.columns:
        named["customer_id"] = id_space(rows["source"], sources) + ":" + rows["customer_id"]
    if not tokens or not named:
        return rows
    met = [keyed(value, key).isin(sorted(tokens)).fill_null(ibis.literal(value=False)) for value in named.values()]
    return leave_out(rows, [Check(reduce(or_, met), Reason.ERASED)])
