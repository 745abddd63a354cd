"""By which ids is one customer known, and what tied them together? The identity of a published run, read back for one person."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from fenji.answers.timeline import IdentityResult, KnownContact, KnownId
from fenji.domain.contacts import ContactKind
from fenji.domain.words import Spoken
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.language import translate
from fenji.tables import clean
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question

_KEY = "customer_key"
RULES = {
    "own_id": _("the id itself"),
    "phone": _("the same phone"),
    "email": _("the same e-mail"),
    "union_id": _("the same union id"),
}
"""What tied an id to its customer, in words."""


def identity_of(root: Path, customer_key: int, *, run: str | None = None) -> IdentityResult:
    """The ids and contact points of one customer.

    Args:
        root: the workspace.
        customer_key: as fenji knows the customer.
        run: a published run; None: the last one.

    Raises:
        NotFound: no workspace, no such run, or nobody of that key who may be seen.
    """
    with open_question(open_workspace(root, by_customer=True)) as session:
        chosen = session.latest() if run is None else session.runs.published(run)
        own = {_KEY: customer_key}
        person = session.rows(chosen.run_id, clean.CUSTOMER, where=own)
        if not person:
            raise NotFound.of(_("there is no such customer at this review."))
        ids = session.rows(chosen.run_id, clean.IDENTITY, where=own)
        points = session.rows(chosen.run_id, clean.CONTACT_POINT, where=own)
    return IdentityResult(
        run_id=chosen.run_id,
        as_of=chosen.new.as_of,
        customer_key=customer_key,
        customer_id=person[0]["customer_id"],
        ids=tuple(
            KnownId(
                row["source"],
                row["source_customer_id"],
                row["rule"],
                Spoken(partial(translate, RULES.get(row["rule"], row["rule"]))),
                row["probability"],
            )
            for row in sorted(ids, key=lambda each: (each["source"], each["source_customer_id"]))
        ),
        contacts=tuple(
            KnownContact(ContactKind(row["kind"]), row["written"], row["last_seen_on"], row["source"])
            for row in sorted(points, key=lambda each: (each["last_seen_on"] or date.min, each["value"]), reverse=True)
        ),
    )
