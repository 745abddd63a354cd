"""Whose is each row? The customer of its id in its id space, or else of its phone, e-mail or union id; null where nobody is known."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.identity import PREFIXES, id_space
from fenji.prepare.rows import Check, leave_out


def attribute(rows: ir.Table, feed: Feed, identity: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The rows with their ``customer_key``.

    Grain: one row per row given.
    Keeps: every row; the key is null where a row says nothing, or only an identifier that many ids share.

    Args:
        rows: typed rows of the feed.
        feed: which feed they are; fields that none of its sources maps are not looked at.
        identity: clean.identity.
        sources: the entries of sources.yaml.
    """
    mapped = {name for source in sources if source.feed is feed for name in source.columns}
    names = [name for name in ("customer_id", *PREFIXES) if name in mapped]
    found, keys = rows, []
    for name in names:
        known = _keys_by(identity, name)
        # Rows with an id are known by it alone: all that its identifiers say is in the identity table already.
        value = (
            found[name] if name == "customer_id" else ibis.ifelse(found["customer_id"].isnull(), found[name], ibis.null("string"))
        )
        asked = found.mutate(asked_space=id_space(found["source"], sources), asked=value)
        keys.append(f"{name}_key")
        found = asked.left_join(known, [asked["asked_space"] == known["space"], asked["asked"] == known["name"]]).select(
            *found.columns, **{keys[-1]: known["known_key"]}
        )
    key = ibis.coalesce(*(found[each] for each in keys)) if keys else ibis.null("int64")
    return found.select(*rows.columns, customer_key=key)


def key_of(rows: ir.Table, column: str, name: str, identity: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The rows with the customer of one more id column, such as that of a referrer, as ``name``."""
    known = _keys_by(identity, "customer_id")
    asked = rows.mutate(asked_space=id_space(rows["source"], sources))
    joined = asked.left_join(known, [asked["asked_space"] == known["space"], asked[column] == known["name"]])
    return joined.select(*rows.columns, **{name: known["known_key"]})


def require_customer(rows: ir.Table) -> ir.Table:
    """The attributed rows, those that are nobody's rejected for it."""
    return leave_out(rows, [Check(rows["customer_key"].isnull(), Reason.MISSING_CUSTOMER)])


def kept(rows: ir.Table) -> ir.Table:
    """The rows that nothing speaks against."""
    return rows.filter(rows["reason"].isnull())


def _keys_by(identity: ir.Table, name: str) -> ir.Table:
    """Which customer is known by an id, or by an identifier that stands for one: (space, name, known_key)."""
    if name == "customer_id":
        return identity.select(space="source", name="source_customer_id", known_key="customer_key")
    prefix = PREFIXES[name]
    made_up = identity.filter(identity["source_customer_id"].startswith(prefix))
    return made_up.select(space="source", name=made_up["source_customer_id"].substr(len(prefix)), known_key="customer_key")
