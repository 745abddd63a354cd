"""Who is bound to us by contract, from when to when, and on what plan? Subscriptions, accounts, insurance policies, courses.

Reads   raw.contract as typed and attributed rows
Writes  clean.contract: one row per contract
Units   monthly_fee in the workspace's currency, by the rate of the latest month that has one; days of the workspace's zone
Keeps   every row that has a start, an end that is not before it or none, and a customer; of rows with one contract id the newest
Source  decision 0023; a file that sorts later is newer, and so is a later row: a contract runs in January's list and has ended
        in March's
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare import statuses
from fenji.prepare.attribution import kept
from fenji.prepare.currencies import at_latest_rate
from fenji.prepare.events import qualified_id, supersede
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import CONTRACT


def judge_contracts(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Typed contract rows, those left out that cannot be true or never were in force, and all but the newest of a contract id.

    Grain: one row per row given.
    Keeps: every row; see ``reason``. A fee below zero is no fee: it becomes null.
    """
    open_end = rows["ended_at"].isnull()
    checks = [
        Check(statuses.is_never_in_force(rows["status"]), Reason.NEVER_IN_FORCE, "status", "status"),
        Check(statuses.has_ended(rows["status"]) & open_end, Reason.ENDED_WITHOUT_DATE, "status", "status"),
        Check(rows["ended_on"] < rows["started_on"], Reason.ENDS_BEFORE_START, "ended_at", "ended_on"),
    ]
    judged = leave_out(rows, checks)
    fee = ibis.ifelse(judged["monthly_fee"] >= 0, judged["monthly_fee"], ibis.null(judged["monthly_fee"].type()))
    return supersede(judged.mutate(monthly_fee=fee), Feed.CONTRACT, "contract_id", sources)


def make_contracts(rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str) -> ir.Table:
    """clean.contract of judged, attributed rows.

    Args:
        rows: attributed rows of the feed; rejected ones are passed over.
        sources: the entries of sources.yaml.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency.
        workspace: the workspace's currency.
    """
    rows = at_latest_rate(kept(rows), "monthly_fee", sources, rates=rates, workspace=workspace)
    rows = rows.mutate(contract_id=qualified_id(rows, "contract_id"))
    return rows.select(CONTRACT.schema.names).cast(CONTRACT.schema)
