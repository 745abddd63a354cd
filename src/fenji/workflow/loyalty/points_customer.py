"""What does one customer of a run hold, and what expires next? The accounts of all ids that the customer is known by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fenji.answers.loyalty.points import BalanceResult
from fenji.answers.loyalty.points_customer import CustomerAccount, CustomerPointsResult, TermsResult
from fenji.tables import clean
from fenji.workflow.loyalty.points import balance_of, statement_of
from fenji.workflow.loyalty.points_terms import program_terms
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.opening import open_question

LAST = 8
"""Entries of a statement."""


def points_of_customer(
    root: Path, customer_key: int, *, tier: str | None, run: str | None = None, program: str | None = None
) -> CustomerPointsResult:
    """The accounts of one customer today.

    Args:
        root: the workspace.
        customer_key: as fenji knows the customer.
        tier: in which the customer stands; None: in none.
        run: a published run, by which the ids are known; None: the last one.
        program: which one; None: the only one.

    Raises:
        NotFound: no workspace, no such run or program, or nobody of that key who may be seen.
    """
    workspace = open_workspace(root, by_customer=True)
    terms = program_terms(root, program=program)
    accounts = [_account(root, number, terms) for number in _holders(workspace, customer_key, run, terms.program)]
    factor = terms.factors.get(tier or "", min(terms.factors.values())) if terms.factors else None
    return CustomerPointsResult(terms, factor, tuple(accounts), terms.as_of)


def _holders(workspace: Workspace, customer_key: int, run: str | None, program: str) -> list[int]:
    """Who holds the points of the customer's ids: more than one where no merge was approved."""
    with open_question(workspace) as session:
        chosen = session.latest() if run is None else session.runs.published(run)
        rows = session.rows(chosen.run_id, clean.IDENTITY, where={"customer_key": customer_key})
    ids = [(row["source"], row["source_customer_id"]) for row in rows]

    def found(points: Points) -> list[int]:
        members = points.t.loyalty.members
        return sorted({members.holder(program, each).member_id for each in members.by_ids(program, ids).values()})

    return Desk(workspace, program).read(found)


def _account(root: Path, member_id: int, terms: TermsResult) -> CustomerAccount:
    named = f"member:{member_id}"
    balance = balance_of(root, named, program=terms.program)
    statement = statement_of(root, named, program=terms.program, limit=LAST)
    expires_on, expiring = next_expiry(balance)
    return CustomerAccount(balance, statement, expiring, expires_on, terms.worth * balance.spendable)


def next_expiry(balance: BalanceResult) -> tuple[date | None, int]:
    """The next day on which points of a member expire, and how many; points that wait or are on hold count."""
    days = [each.expires_on for each in balance.lots if each.expires_on is not None and each.points + each.held]
    if not days:
        return None, 0
    first = min(days)
    return first, sum(each.points + each.held for each in balance.lots if each.expires_on == first)
