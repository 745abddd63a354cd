"""What became of every record that came in? Kept, rejected or a copy, per file, and the sum must come out.

Reads   raw.*, raw.unreadable_row, the judged rows of every feed, the priced order lines
Writes  clean.rejected_row: one row per record left out with a reason; clean.file_account: one row per file of a source
Units   records; revenue in the workspace's currency
Keeps   every record of every file in exactly one of: kept, rejected, across_files, repeats_dropped
Source  records in are counted in the raw tables and kept ones in what the clean tables were made from, so that a row lost or
        made twice between the two breaks the sum instead of hiding in it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.errors import ContractBroken, Place, Problem
from fenji.language import message as _
from fenji.tables.clean import FILE_ACCOUNT, REJECTED_ROW

MONEY = "decimal(18, 2)"
_FILE = ("source", "feed", "file")
_COUNTS = ("rows_in", "kept", "rejected", "across_files", "repeats_within_file", "repeats_dropped", "unattributed_rows")


def rejected_rows(judged: Iterable[tuple[Feed, ir.Table]], unreadable: ir.Table) -> ir.Table:
    """clean.rejected_row.

    Args:
        judged: rows of a feed with ``reason``, ``field`` and ``came``; no raw row has a reason in two of them.
        unreadable: raw.unreadable_row. What stood there is not repeated: such a record may hold a person's name or phone.
    """
    nothing = unreadable.mutate(field=ibis.null("string"), came=ibis.null("string"))
    parts = [nothing.select(REJECTED_ROW.schema.names)]
    for feed, rows in judged:
        out = rows.filter(rows["reason"].notnull()).mutate(feed=ibis.literal(str(feed)))
        parts.append(out.select(REJECTED_ROW.schema.names))
    return ibis.union(*parts).cast(REJECTED_ROW.schema) if len(parts) > 1 else parts[0].cast(REJECTED_ROW.schema)


def file_accounts(
    *,
    raw: Mapping[Feed, ir.Table],
    unreadable: ir.Table,
    copies: Mapping[Feed, ir.Table],
    kept: Mapping[Feed, ir.Table],
    rejected: ir.Table,
    order_lines: ir.Table,
    feeds: Mapping[str, Feed],
) -> ir.Table:
    """clean.file_account.

    Args:
        raw: the raw tables.
        unreadable: raw.unreadable_row.
        copies: for each feed the copies counted per file, from ``duplicates.count_copies``.
        kept: for each feed the rows that reached the clean base, one per record.
        rejected: clean.rejected_row.
        order_lines: the kept priced lines, for revenue that is nobody's.
        feeds: the feed of every source whose rows may be lines.
    """
    nobodys = order_lines.filter(order_lines["customer_key"].isnull())
    names = [(name, str(feed)) for name, feed in feeds.items()]
    feed = nobodys["source"].cases(*names, else_=str(Feed.ORDER_LINE)) if names else ibis.literal(str(Feed.ORDER_LINE))
    unattributed = nobodys.mutate(feed=feed)
    parts = [
        *(_counted(table, feed, "rows_in") for feed, table in raw.items()),
        _part(unreadable.group_by(*_FILE).aggregate(rows_in=unreadable.count())),
        *(_counted(table, feed, "kept") for feed, table in kept.items()),
        _part(rejected.group_by(*_FILE).aggregate(rejected=rejected.count())),
        *(_part(table.mutate(feed=ibis.literal(str(feed)))) for feed, table in copies.items()),
        _part(
            unattributed.group_by(*_FILE).aggregate(
                unattributed_rows=unattributed.count(where=unattributed["part"] != 1),
                unattributed_net_revenue=unattributed["net_revenue"].sum().cast(MONEY),
            )
        ),
    ]
    every = ibis.union(*parts)
    # Sums of whole numbers are wider than 64 bits on one engine; by way of a decimal they are not.
    sums = {name: every[name].sum().cast("decimal(38, 0)").cast("int64") for name in _COUNTS}
    revenue = every["unattributed_net_revenue"].sum().cast(MONEY)
    found = every.group_by(*_FILE).aggregate(**sums, unattributed_net_revenue=revenue)
    return found.select(FILE_ACCOUNT.schema.names).cast(FILE_ACCOUNT.schema)


def unbalanced(accounts: ir.Table) -> ir.Table:
    """The accounts whose sum does not come out; there should be none."""
    out = accounts["kept"] + accounts["rejected"] + accounts["across_files"] + accounts["repeats_dropped"]
    return accounts.filter(accounts["rows_in"] != out)


def require_balance(accounts: Iterable[Mapping[str, Any]]) -> None:
    """Ends the run where rows were lost or made twice.

    Args:
        accounts: the rows of ``unbalanced``.

    Raises:
        ContractBroken: there is one; every file is named.
    """
    ContractBroken.raise_if(
        Problem(
            _(
                "{rows_in} records came in, but {kept} kept, {rejected} rejected, {across_files} copies across files and "
                "{repeats_dropped} repeats do not add up to that."
            ),
            {name: account[name] for name in ("rows_in", "kept", "rejected", "across_files", "repeats_dropped")},
            place=Place(file=account["file"]),
            advice=_("This is a fault of fenji; nothing was published."),
        )
        for account in accounts
    )


def _counted(table: ir.Table, feed: Feed, name: str) -> ir.Table:
    counts = table.group_by("source", "file").aggregate(**{name: table.count()})
    return _part(counts.mutate(feed=ibis.literal(str(feed))))


def _part(table: ir.Table) -> ir.Table:
    """The counts of a table, and zeros for all others, so that all can be summed."""
    zeros = {name: ibis.literal(0, "int64") for name in _COUNTS} | {"unattributed_net_revenue": ibis.literal("0").cast(MONEY)}
    values = {name: table[name] if name in table.columns else zero for name, zero in zeros.items()}
    return table.select(*_FILE, **values)
