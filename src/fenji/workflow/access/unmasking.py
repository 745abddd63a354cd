"""Who has opened a customer's page or seen customers in plain, whom, and why? Written down before anything is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fenji.domain.access import Caller, Right
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.masking import masked
from fenji.workspace.access.asking import demand
from fenji.workspace.folder import Workspace

MOST_CUSTOMERS = 1_000
"""Written down one by one; longer lists are exports."""
LONGEST_REASON = 500


def note_unmasking(
    workspace: Workspace, customer_ids: Sequence[str], reason: str, *, by: Caller, personal: Iterable[str] = ()
) -> None:
    """Writes into the audit log that somebody sees customers with names, phones and e-mails in plain: an entry for each.

    Args:
        workspace: where.
        customer_ids: ids of the company, of which the log keeps keyed hashes.
        reason: why.
        by: who.
        personal: names, phones and e-mails of them: starred in the reason.

    Raises:
        Forbidden: they may not.
        InvalidArgument: no reason, or too many customers.
    """
    acting = demand(by, Right.PERSONAL_READ)
    _refuse_without_reason(reason, len(customer_ids))
    told = masked(reason.strip(), {*customer_ids, *personal} - {""})
    with workspace.state.transaction(acting) as t:
        for each in customer_ids:
            t.audit.add(Action.PERSON_UNMASKED, Subject(SubjectKind.CUSTOMER, each), {"reason": told})


def note_opening(workspace: Workspace, customer_id: str, *, by: Caller) -> None:
    """Writes into the audit log that somebody opens the page of one customer, masked or not.

    Args:
        workspace: where.
        customer_id: the id of the company, of which the log keeps a keyed hash.
        by: who.

    Raises:
        Forbidden: they may not.
    """
    acting = demand(by, Right.CUSTOMERS_READ)
    with workspace.state.transaction(acting) as t:
        t.audit.add(Action.PERSON_OPENED, Subject(SubjectKind.CUSTOMER, customer_id), {})


def note_unmasked_export(workspace: Workspace, run_id: str, customers: int, reason: str, *, by: Caller) -> None:
    """Writes into the audit log that somebody takes a list of customers along in plain.

    Args:
        workspace: where.
        run_id: the run whose customers they are.
        customers: how many.
        reason: why.
        by: who.

    Raises:
        Forbidden: they may not.
        InvalidArgument: no reason.
    """
    demand(by, Right.CUSTOMERS_EXPORT)
    acting = demand(by, Right.PERSONAL_READ)
    _refuse_without_reason(reason, 0)
    with workspace.state.transaction(acting) as t:
        t.audit.add(Action.LIST_UNMASKED, Subject(SubjectKind.RUN, run_id), {"customers": customers, "reason": reason.strip()})


def _refuse_without_reason(reason: str, customers: int) -> None:
    problems = []
    if not reason.strip() or len(reason) > LONGEST_REASON:
        text, advice = (
            _("customers are shown in plain with a reason of 1 to {most} letters only."),
            _("Write what you need it for."),
        )
        problems.append(Problem(text, {"most": LONGEST_REASON}, advice=advice))
    if customers > MOST_CUSTOMERS:
        text, advice = _("{count} customers cannot be shown in plain at once."), _("Ask for {most} at most, or export them.")
        problems.append(Problem(text, {"count": customers, "most": MOST_CUSTOMERS}, advice=advice))
    InvalidArgument.raise_if(problems)
