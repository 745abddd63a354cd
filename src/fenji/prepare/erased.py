"""Which rows are about somebody who was erased? Known again by keyed hashes of ids, phones and e-mails, never by these themselves.

A row is a person's own where its customer id is the person's, or where it has no customer id and reaches the person by phone, e-mail
or union id. Rows of other people may name the person too, as the one who brought them or whose phone they gave.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.identity import id_space, keyed
from fenji.prepare.rows import PROVENANCE, Check, leave_out

REACHED_BY = {"union_id": "union:", "phone": "phone:", "email": "email:"}
"""Columns by which a row without customer id reaches somebody, with how what is hashed begins."""
HAS_ID = "has_id"


def without_erased(rows: ir.Table, sources: Sequence[Source], *, tokens: Collection[str], key: str) -> ir.Table:
    """Typed rows, those left out that are an erased person's own.

    Grain: one row per row given.
    Keeps: every row; a reason that a row already has stays.

    Args:
        rows: typed rows of one feed.
        sources: the entries of sources.yaml, which say what id space a source belongs to.
        tokens: keyed hashes of ``space:id``, ``phone:…``, ``email:…`` and ``union:…``.
        key: of these hashes.
    """
    hashes = _hashes(rows, sources, key)
    if not tokens or not hashes:
        return rows
    met = {name: value.isin(sorted(tokens)).fill_null(ibis.literal(value=False)) for name, value in hashes.items()}
    own = [met[name] for name in REACHED_BY if name in met]
    if "customer_id" in met:
        own = [met["customer_id"], *(rows["customer_id"].isnull() & each for each in own)]
    return leave_out(rows, [Check(reduce(or_, own), Reason.ERASED)]) if own else rows


def naming_erased(rows: ir.Table, sources: Sequence[Source], *, tokens: Collection[str], key: str) -> ir.Table | None:
    """The rows that name somebody who was erased, their own and those of others.

    Grain: one row per such row.

    Args:
        rows: typed rows of one feed.
        sources: as given to ``without_erased``.
        tokens: as given to ``without_erased``.
        key: of these hashes.

    Returns:
        source, file, row_number, ``has_id``, and per column that names persons the hash by which somebody is known; None where
        the feed names nobody.
    """
    hashes = _hashes(rows, sources, key)
    if not hashes:
        return None
    has_id = rows["customer_id"].notnull() if "customer_id" in rows.columns else ibis.literal(value=False)
    hashed = rows.select(*PROVENANCE, **{HAS_ID: has_id}, **hashes).view()
    known = {name: ibis.ifelse(hashed[name].isin(sorted(tokens)), hashed[name], ibis.null("string")) for name in hashes}
    found = hashed.select(*PROVENANCE, HAS_ID, **known).view()
    return found.filter(reduce(or_, [found[name].notnull() for name in hashes]))


def _hashes(rows: ir.Table, sources: Sequence[Source], key: str) -> dict[str, ir.StringValue]:
    named = {name: ibis.literal(begin) + rows[name] for name, begin in REACHED_BY.items() if name in rows.columns}
    ids = [name for name in ("customer_id", "referrer_id") if name in rows.columns]
    named |= {name: id_space(rows["source"], sources) + ":" + rows[name] for name in ids}
    return {name: keyed(value, key) for name, value in named.items()}
