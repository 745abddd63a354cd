"""Which ids mean the same customer? By shared id, phone, e-mail or union id, with everything doubtful reported.

Reads   the mentions of persons in every feed's kept rows; clean.identity as published before
Writes  clean.identity: one row per customer id of each id space; clean.identity_conflict: one row per doubtful identifier
Units   keys are whole numbers from 1; probability is 0..1
Keeps   every id that a kept row mentions, exactly once; rows without an id stand under their first usable identifier
Source  exact rules only; keys stay with their ids from run to run as ``_keys`` says
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.tables.clean import IDENTITY, IDENTITY_CONFLICT

Components = Callable[[ir.Table], ir.Table]
"""Links (left, right) in; every linked node with the smallest node of its group out: (node, component)."""

WORKSPACE_IDS = "workspace"
"""The id space of all sources that name no other."""

PREFIXES: Mapping[str, str] = {"phone": "phone:", "email": "email:", "union_id": "union:"}
"""Identifier -> how the made-up id of a row without customer_id begins; in the order in which they are tried."""

_SEVERAL: Mapping[str, str] = {"phone": "several_phones", "email": "several_emails", "union_id": "several_union_ids"}
NODE_SEPARATOR = "\x1f"
_HASH_LENGTH = 12


def id_space(source: ir.StringValue, sources: Sequence[Source]) -> ir.StringValue:
    """The id space of a row's customer id, from its source."""
    own = [(each.name, each.shares_ids_with) for each in sources if each.shares_ids_with is not None]
    return source.cases(*own, else_=WORKSPACE_IDS) if own else ibis.literal(WORKSPACE_IDS)


def keyed(value: ir.StringValue, key: str) -> ir.StringValue:
    """The hash of a text under a key of hex digits, as 64 hex digits: SHA-256 inside SHA-256 under its halves, as HMAC does.

    Phones are guessable: whoever tries all of them finds the one behind a plain hash.
    """
    half = len(key) // 2
    inner = (ibis.literal(f"{key[:half]}:") + value).hexdigest("sha256")
    return (ibis.literal(f"{key[half:]}:") + inner).hexdigest("sha256")


def is_made_up(source_customer_id: ir.StringValue) -> ir.BooleanValue:
    """Whether the id stands for rows that carry an identifier only."""
    return source_customer_id.re_search("^(phone|email|union):")


def mention_persons(rows: Mapping[Feed, ir.Table], sources: Sequence[Source]) -> ir.Table:
    """Everyone whom a kept row mentions, as the row does it.

    Grain: one row per distinct combination of id space, customer_id, phone, email and union_id.
    Keeps: kept rows (reason is null) that say anything about whose they are; referrers are mentioned too.

    Args:
        rows: typed rows by feed, each with ``source`` and ``reason``.
        sources: the entries of sources.yaml, which say what id space a source belongs to.
    """
    parts = [part for feed, table in rows.items() for part in _mentions_of(feed, table.filter(table["reason"].isnull()))]
    if not parts:
        return _nobody()
    spaced = [part.mutate(space=id_space(part["source"], sources)).drop("source").distinct() for part in parts]
    columns = ("space", "customer_id", *PREFIXES)
    return ibis.union(*(part.select(columns) for part in spaced), distinct=True) if len(spaced) > 1 else spaced[0].select(columns)


def name_ids(mentions: ir.Table, *, shared_by_many: int) -> ir.Table:
    """The mentions with the id that each stands under.

    Grain: one row per distinct (id, phone, email, union_id).
    Keeps: every mention that says whose it is. A mention without customer_id stands under its first identifier that is not
    shared by many ids, or by many other identifiers of rows without id: a shop's own phone says nothing about who the customer is, so
    that rows with nothing else have none.

    Returns:
        source (the id space), source_customer_id, node (both in one text), phone, email, union_id.
    """
    with_id = mentions.filter(mentions["customer_id"].notnull()).mutate(source_customer_id=lambda t: t["customer_id"])
    without = mentions.filter(mentions["customer_id"].isnull())
    for kind in PREFIXES:
        crowded = _crowded(with_id, mentions, kind, shared_by_many)
        # The value stays where it is; only as a name it will not do.
        without = without.left_join(crowded, without[kind] == crowded["value"]).select(
            *without.columns, **{f"{kind}_name": ibis.ifelse(crowded["value"].isnull(), without[kind], ibis.null("string"))}
        )
    made_up = ibis.coalesce(*(ibis.literal(prefix) + without[f"{kind}_name"] for kind, prefix in PREFIXES.items()))
    without = without.mutate(source_customer_id=made_up).filter(lambda t: t["source_customer_id"].notnull())
    columns = ("space", "source_customer_id", *PREFIXES)
    named = with_id.select(columns).union(without.select(columns), distinct=True)
    node = named["space"] + ibis.literal(NODE_SEPARATOR) + named["source_customer_id"]
    return named.select(*PREFIXES, "source_customer_id", source="space", node=node)


def find_ties(named: ir.Table, *, link_by: Sequence[str], shared_by_many: int) -> ir.Table:
    """The phones, e-mails and union ids that tie ids to each other.

    Grain: one row per identifier and id that shares it with another id.
    Keeps: identifiers of the kinds in ``link_by``, unless more than ``shared_by_many`` ids share it (a shop's own phone); ids,
    unless they have more than that many of the kind (a guest account).

    Args:
        named: from ``name_ids``; staged, since it is read several times.
        link_by: of phone, email and union_id.
        shared_by_many: the most ids that may share an identifier.

    Returns:
        kind, value, node, and ``first``: the smallest node that has the identifier.
    """
    held = _held(named, link_by)
    # Most identifiers belong to one id only: everything after this grouping sees the few that do not.
    shared = held.group_by("kind", "value").aggregate(ids=held.count())
    shared = shared.filter(shared["ids"].between(2, shared_by_many))
    owned = held.group_by("kind", "node").aggregate(values=held.count())
    guests = owned.filter(owned["values"] > shared_by_many)
    usable = held.semi_join(shared, ["kind", "value"]).anti_join(guests, ["kind", "node"])
    around = usable.group_by("kind", "value").aggregate(first=usable["node"].min(), ids=usable.count())
    around = around.filter(around["ids"] > 1)
    return usable.join(around, ["kind", "value"]).select("kind", "value", "node", "first")


def identify(
    named: ir.Table,
    ties: ir.Table,
    known: ir.Table | None,
    *,
    link_by: Sequence[str],
    components: Components,
    keys_given: int = 0,
) -> ir.Table:
    """The customer of every id: ids that are tied directly or through others are one customer.

    Grain: one row per (id space, id): clean.identity.
    Keeps: every id of ``named``, exactly once.

    ``rule`` says why an id belongs to its customer: own_id for exactly one id of each customer that has an id of its own, the
    first of ``link_by`` that ties it for the others, and the identifier itself for rows without id.

    Args:
        named: from ``name_ids``.
        ties: from ``find_ties``; staged.
        known: clean.identity as published before, None on the first run.
        link_by: as given to ``find_ties``.
        components: from links to groups; runs on the engine.
        keys_given: the largest key ever given, where it is known to be above those of ``known``; no key is given twice.
    """
    ids = named.select("source", "source_customer_id", "node").distinct()
    links = ties.filter(ties["node"] != ties["first"]).select(left="first", right="node").distinct()
    groups = components(links)
    linked = ids.left_join(groups, "node").select(*ids.columns, group=groups["component"])
    grouped = linked.select(*ids.columns, component=ibis.coalesce(linked["group"], linked["node"]))
    keys = _keys(grouped, known, keys_given)
    rules = _rules(grouped, ties, link_by)
    keyed = grouped.join(keys, "component").select("source", "source_customer_id", "node", "customer_key")
    found = keyed.join(rules, "node")
    # From text, since an engine may take the literal 1.0 for a decimal.
    sure = ibis.literal("1").cast("float64")
    return found.mutate(probability=sure).select(IDENTITY.schema.names).cast(IDENTITY.schema)


def find_conflicts(named: ir.Table, ties: ir.Table, *, link_by: Sequence[str], shared_by_many: int, key: str = "") -> ir.Table:
    """Identifiers that many ids share, and ids with several phones, e-mails or union ids.

    Grain: one row per (kind, identifier): clean.identity_conflict; the identifier is hashed, for the several_ kinds it is the id.
    Keeps: every doubtful identifier of the kinds in ``link_by``; nothing where ids are not linked.

    Args:
        named: from ``name_ids``.
        ties: from ``find_ties``.
        link_by: as given to ``find_ties``.
        shared_by_many: as given to ``find_ties``.
        key: of the hashes; see ``keyed``.
    """
    held = _held(named, link_by)
    shared = held.group_by("kind", "value").aggregate(ids=held.count())
    many = shared.filter(shared["ids"] > shared_by_many)
    many = many.select(
        kind=many["kind"] + "_shared_by_many", identifier=_hashed(many["value"], key), ids="ids", merged=ibis.literal(value=False)
    )
    values = held.group_by("kind", "node").aggregate(ids=held.count())
    several = values.filter(values["ids"] > 1)
    tied = ties.select(tied_kind="kind", tied_node="node").distinct()
    joined = several.left_join(tied, [several["kind"] == tied["tied_kind"], several["node"] == tied["tied_node"]])
    several = joined.select(
        kind=joined["kind"].cases(*_SEVERAL.items(), else_=joined["kind"]),
        identifier=_hashed(joined["node"], key),
        ids="ids",
        merged=joined["tied_node"].notnull(),
    )
    both = many.union(several, distinct=False)
    # Two values may, once in a great while, have the same twelve digits.
    merged = both.group_by("kind", "identifier").aggregate(ids=both["ids"].sum(), merged=both["merged"].any())
    return merged.select(IDENTITY_CONFLICT.schema.names).cast(IDENTITY_CONFLICT.schema)


def _mentions_of(feed: Feed, rows: ir.Table) -> list[ir.Table]:
    nothing = {kind: ibis.null("string") for kind in PREFIXES}
    referrers = [rows.select("source", customer_id="referrer_id", **nothing)] if "referrer_id" in rows.columns else []
    if feed is Feed.REFERRAL:
        named = [rows.select("source", "customer_id", **nothing), *referrers]
    elif "customer_id" in rows.columns:
        named = [rows.select("source", "customer_id", *PREFIXES), *referrers]
    else:
        return []
    return [part.filter(ibis.or_(*(part[name].notnull() for name in ("customer_id", *PREFIXES)))) for part in named]


def _nobody() -> ir.Table:
    return ibis.memtable([], schema=dict.fromkeys(("space", "customer_id", *PREFIXES), "string"))


def _crowded(with_id: ir.Table, mentions: ir.Table, kind: str, shared_by_many: int) -> ir.Table:
    """The values of one kind of identifier that more ids share than may, or more other identifiers of rows without id."""
    told = mentions.filter(mentions[kind].notnull() & mentions["customer_id"].isnull())
    other = ibis.coalesce(*(ibis.literal(prefix) + told[name] for name, prefix in PREFIXES.items() if name != kind))
    others = told.select("space", owner=other, value=kind).filter(lambda t: t["owner"].notnull())
    owners = with_id.filter(with_id[kind].notnull()).select("space", owner="customer_id", value=kind)
    pairs = owners.union(others, distinct=True)
    counted = pairs.group_by("value").aggregate(ids=pairs.count())
    return counted.filter(counted["ids"] > shared_by_many).select("value")


def _held(named: ir.Table, link_by: Sequence[str]) -> ir.Table:
    """Which id has which identifier: (node, kind, value), each once."""
    if not link_by:
        return named.select("node", kind=ibis.literal(""), value="phone").filter(ibis.literal(value=False))
    parts = [named.filter(named[kind].notnull()).select("node", kind=ibis.literal(kind), value=kind) for kind in link_by]
    return ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct()


def _keys(grouped: ir.Table, known: ir.Table | None, keys_given: int) -> ir.Table:
    """The key of every customer: (component, customer_key).

    A key known before stays with the customer that has the smallest of its ids still there; a customer with several known keys
    (ids that were different customers and are now one) takes the smallest. When ids that were one customer come apart,
    the one with the smallest id keeps the key and the others are new. New customers continue after the largest key, in the
    order of their smallest (id space, id).
    """
    components = grouped.select("component").distinct()
    if known is None:
        number = ibis.row_number().over(order_by=components["component"].asc()) + 1 + keys_given
        return components.select("component", customer_key=number.cast("int64"))
    before = known.select("source", "source_customer_id", "customer_key")
    members = grouped.join(before, ["source", "source_customer_id"]).select("node", "component", "customer_key")
    heirs = members.group_by("customer_key").aggregate(node=members["node"].min())
    heirs = heirs.join(members, ["customer_key", "node"]).select("component", "customer_key")
    kept = heirs.group_by("component").aggregate(customer_key=heirs["customer_key"].min())
    new = components.anti_join(kept, "component")
    largest = before.aggregate(largest=ibis.greatest(ibis.coalesce(before["customer_key"].max(), 0), keys_given))
    numbered = new.select("component", number=ibis.row_number().over(order_by=new["component"].asc()) + 1).cross_join(largest)
    added = numbered.select("component", customer_key=(numbered["number"] + numbered["largest"]).cast("int64"))
    return kept.union(added, distinct=False)


def _rules(grouped: ir.Table, ties: ir.Table, link_by: Sequence[str]) -> ir.Table:
    """Why each id belongs to its customer: (node, rule)."""
    ranked = ties.select("node", place=ibis.cases(*((ties["kind"] == kind, place) for place, kind in enumerate(("", *link_by)))))
    tied = ranked.group_by(tied_node=ranked["node"]).aggregate(place=ranked["place"].min())
    own = grouped.filter(~is_made_up(grouped["source_customer_id"]))
    heads = own.group_by(headed="component").aggregate(head=own["node"].min())
    headed = grouped.left_join(heads, grouped["component"] == heads["headed"]).select("node", "source_customer_id", "head")
    asked = headed.left_join(tied, headed["node"] == tied["tied_node"])
    name = asked["source_customer_id"]
    made_up = [(name.startswith(prefix), kind) for kind, prefix in PREFIXES.items()]
    by_place = [(asked["place"] == place, kind) for place, kind in enumerate(("", *link_by)) if kind]
    return asked.select("node", rule=ibis.cases(*made_up, (asked["node"] == asked["head"], "own_id"), *by_place, else_="own_id"))


def _hashed(value: ir.StringValue, key: str) -> ir.StringValue:
    return keyed(value, key).substr(0, _HASH_LENGTH)
