"""What does analysis read? The clean tables of a run, with the facts that have no rows left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from fenji.domain.metrics import Fact
from fenji.domain.runs import Run
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.workspace.session import Session

FACTS: Mapping[Fact, Contract] = {
    Fact.ORDER_LINE: clean.ORDER_LINE,
    Fact.EVENT: clean.EVENT,
    Fact.FEEDBACK: clean.FEEDBACK,
    Fact.REFERRAL: clean.REFERRAL,
    Fact.CONTRACT: clean.CONTRACT,
    Fact.BALANCE: clean.BALANCE,
}

MONEY: tuple[tuple[Contract, str], ...] = ((clean.ORDER_LINE, "net_revenue"), (clean.CONTRACT, "monthly_fee"))
"""The tables and columns by which a company's money comes in."""

MOST_EVENT_KINDS = 200
"""Each kind is two columns of the panel; a company with more kinds than this has put something else into the column."""


@dataclass(frozen=True)
class CleanBase:
    """The clean tables that analysis reads, with the facts that have no rows left out."""

    customer: ir.Table
    identity: ir.Table
    facts: Mapping[Fact, ir.Table]
    event_kinds: tuple[str, ...]


def clean_base(session: Session, tables: Mapping[str, ir.Table]) -> CleanBase:
    """The clean base from stored tables by full name.

    Raises:
        InvalidInput: there are more kinds of events than metrics can be made for.
    """
    facts = {fact: tables[contract.full_name] for fact, contract in FACTS.items()}
    # Metrics are of customers; what nobody has signed counts for none of them.
    facts[Fact.FEEDBACK] = facts[Fact.FEEDBACK].filter(facts[Fact.FEEDBACK]["customer_key"].notnull())
    filled = {fact: table for fact, table in facts.items() if session.engine.fetch(table.limit(1)).num_rows}
    kinds: list[str] = []
    if Fact.EVENT in filled:
        found = filled[Fact.EVENT].select("kind").distinct().order_by("kind")
        kinds = session.engine.fetch(found, limit=MOST_EVENT_KINDS)["kind"].to_pylist()
    return CleanBase(tables[clean.CUSTOMER.full_name], tables[clean.IDENTITY.full_name], filled, tuple(kinds))


def clean_base_of(session: Session, run: Run) -> CleanBase:
    """The clean tables of a published run."""
    contracts = (clean.CUSTOMER, clean.IDENTITY, *FACTS.values())
    return session.memory.recall(
        ("clean_base", run.run_id),
        lambda: clean_base(session, {each.full_name: session.read(run.run_id, each) for each in contracts}),
    )


def is_money_read(session: Session, tables: Mapping[str, ir.Table]) -> bool:
    """Whether any amount other than 0 stands in the clean tables; tables that are not given hold none."""
    for contract, column in MONEY:
        table = tables.get(contract.full_name)
        if table is not None and session.engine.fetch(table.filter(table[column] != 0).select(column).limit(1)).num_rows:
            return True
    return False
