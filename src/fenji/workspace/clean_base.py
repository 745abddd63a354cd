"""What does analysis read? The clean tables of a run, with the facts that have no rows left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir

from fenji.domain.metrics import Fact
from fenji.domain.runs import Run
from fenji.errors import InvalidInput
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.workspace.session import Session, whole_company

FACTS: Mapping[Fact, Contract] = {
    Fact.ORDER_LINE: clean.ORDER_LINE,
    Fact.EVENT: clean.EVENT,
    Fact.FEEDBACK: clean.FEEDBACK,
    Fact.REFERRAL: clean.REFERRAL,
    Fact.CONTRACT: clean.CONTRACT,
    Fact.POINTS_ENTRY: clean.POINTS_ENTRY,
    Fact.VOUCHER_USE: clean.VOUCHER_USE,
    Fact.BALANCE: clean.BALANCE,
}

_TELLS_ROWS: Mapping[Fact, str] = dict.fromkeys((Fact.FEEDBACK, Fact.POINTS_ENTRY, Fact.VOUCHER_USE), "customer_key")
"""The column of which a value says that there are rows for customers; of other facts the first one of the key, which is never null."""

MONEY: tuple[tuple[Contract, str], ...] = ((clean.ORDER_LINE, "net_revenue"), (clean.CONTRACT, "monthly_fee"))
"""The tables and columns by which a company's money comes in."""

MOST_EVENT_KINDS = 200
"""Each kind is two columns of the panel; a company with more kinds than this has put something else into the column."""


@dataclass(frozen=True)
class CleanBase:
    """The clean tables that analysis reads; a table is opened when it is first asked for, as a stored answer needs none."""

    filled: tuple[Fact, ...]
    """The facts that have rows."""
    event_kinds: tuple[str, ...]
    read: Callable[[Contract], ir.Table]
    """Opens a clean table."""

    @cached_property
    def customer(self) -> ir.Table:
        """clean.customer."""
        return self.read(clean.CUSTOMER)

    @cached_property
    def identity(self) -> ir.Table:
        """clean.identity."""
        return self.read(clean.IDENTITY)

    @cached_property
    def facts(self) -> Mapping[Fact, ir.Table]:
        """The facts that have rows, without feedback that nobody has signed: metrics are of customers, and it counts for none of them."""
        tables = {fact: self.read(FACTS[fact]) for fact in self.filled}
        if Fact.FEEDBACK in tables:
            tables[Fact.FEEDBACK] = tables[Fact.FEEDBACK].filter(ibis._.customer_key.notnull())
        return tables


def clean_base(
    session: Session, files_of: Callable[[Contract], Sequence[Path]], read: Callable[[Contract], ir.Table]
) -> CleanBase:
    """The clean base of stored tables, by what tells the files of each and what opens it.

    Raises:
        InvalidInput: there are more kinds of events than metrics can be made for.
    """
    filled = tuple(
        fact for fact, contract in FACTS.items() if session.stored.has(files_of(contract), _TELLS_ROWS.get(fact, contract.key[0]))
    )
    kinds = session.stored.values(files_of(clean.EVENT), "kind", limit=MOST_EVENT_KINDS + 1)
    if len(kinds) > MOST_EVENT_KINDS:
        text = _("events have more than {most} kinds, such as {example}: each kind becomes three metrics of every customer.")
        advice = _("See with fenji map which column holds the kind of an event, and name another one in sources.yaml, or none.")
        raise InvalidInput.of(text, advice=advice, most=MOST_EVENT_KINDS, example=kinds[0])
    return CleanBase(filled, tuple(kinds), read)


def clean_base_of(session: Session, run: Run) -> CleanBase:
    """The clean tables of a published run."""
    # Which facts and kinds of events there are is known of the company; rows are those that the session may read.
    whole = whole_company(session)
    return session.memory.recall(
        ("clean_base", run.run_id),
        lambda: clean_base(
            session, lambda contract: whole.files_of(run.run_id, contract), lambda contract: session.read(run.run_id, contract)
        ),
    )


def is_money_read(session: Session, tables: Mapping[str, ir.Table]) -> bool:
    """Whether any amount other than 0 stands in the clean tables; tables that are not given hold none."""
    for contract, column in MONEY:
        table = tables.get(contract.full_name)
        if table is not None and session.engine.fetch(table.filter(table[column] != 0).select(column).limit(1)).num_rows:
            return True
    return False
