"""Who are our customers, and what do we know of each? Everyone known from any table, with or without orders.

Reads   clean.identity, clean.referral, raw.customer and raw.order_line as typed and attributed rows
Writes  clean.customer: one row per customer
Units   days of the workspace's zone
Keeps   every customer of clean.identity, exactly once
Source  of several rows on one customer the first that says something wins: sources in the order of sources.yaml, then the latest
        registered, then the last file by name and the last row. Names and places that no customer row knows come from the
        latest order. registered_on is the earliest; a refusal of marketing under one of several ids is a refusal;
        a province of China has one name however it is written
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.identity import is_made_up
from fenji.prepare.latest_words import first_said, latest_words, source_place
from fenji.prepare.regions import one_name
from fenji.tables.clean import CUSTOMER

_GENDERS: tuple[tuple[str, str], ...] = (
    ("male", r"^(?:m|male|man|mr\.?|boy|男|男性|男士|先生|1)$"),
    ("female", r"^(?:f|female|woman|mrs\.?|ms\.?|miss|girl|女|女性|女士|小姐|2)$"),
    ("other", r"^(?:other|others|x|diverse|non-?binary|其他|其它)$"),
)
"""1 and 2 as in ISO 5218 and GB/T 2261.1; 0 and 9 there mean that nothing is known."""

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "company",
        "企业|公司|单位|机构|法人|对公|团体|集团|个体工商户|^b$|b2b|compan|corporat|business|organi[sz]ation|enterprise|firm|institution",
    ),
    ("person", "个人|自然人|对私|零售客户|散客|会员|消费者|^c$|^p$|b2c|person|individual|private|consumer|natural"),
)

_FROM_CUSTOMER_ROWS = (
    "name",
    "kind",
    "gender",
    "birth_on",
    "region",
    "city",
    "industry",
    "occupation",
    "income_band",
    "education",
    "acquisition_channel",
    "prior_tier",
)
_FROM_ORDERS = {"name": "customer_name", "region": "region", "city": "city"}


def find_first_days(days: Sequence[tuple[ir.Table, str]]) -> ir.Table:
    """The earliest day on which each customer is seen in any table.

    Grain: one row per customer with a day: (customer_key, first_seen_on).
    Keeps: customers with any day; rows that are nobody's are passed over.

    Args:
        days: tables with ``customer_key`` and the name of their day.
    """
    firsts = []
    for table, day in days:
        seen = table.filter(table["customer_key"].notnull() & table[day].notnull())
        firsts.append(seen.group_by("customer_key").aggregate(first_seen_on=seen[day].min()))
    every = ibis.union(*firsts, distinct=False) if len(firsts) > 1 else firsts[0]
    return every.group_by("customer_key").aggregate(first_seen_on=every["first_seen_on"].min())


def make_customers(
    identity: ir.Table,
    customer_rows: ir.Table,
    order_rows: ir.Table,
    *,
    first_days: ir.Table,
    referral: ir.Table,
    sources: Sequence[Source],
) -> ir.Table:
    """clean.customer.

    Args:
        identity: clean.identity.
        customer_rows: attributed rows of the customer feed; rejected ones are passed over.
        order_rows: attributed rows of the order feed; rejected ones are passed over.
        first_days: from ``find_first_days``.
        referral: clean.referral.
        sources: the entries of sources.yaml, in its order.
    """
    everyone = _everyone(identity)
    ranked = _ranked(kept(customer_rows), sources)
    parts = [_attributes(ranked), _consents(ranked), first_days]
    parts.append(referral.select(customer_key="referred_key", referred_by_key="customer_key"))
    parts.append(latest_words(kept(order_rows), "customer_key", _FROM_ORDERS, sources))
    found = everyone
    for part in parts:
        other = part.rename(other_key="customer_key")
        new = [name for name in other.columns if name != "other_key"]
        found = found.left_join(other, found["customer_key"] == other["other_key"]).select(*found.columns, *new)
    fallbacks = {name: ibis.coalesce(found[name], found[f"latest_{name}"]) for name in _FROM_ORDERS}
    fallbacks["region"] = one_name(fallbacks["region"])
    return found.mutate(**fallbacks).select(CUSTOMER.schema.names).cast(CUSTOMER.schema)


def _everyone(identity: ir.Table) -> ir.Table:
    """Every customer with the smallest of their ids; made-up ids only where there is no other."""
    own = identity["source_customer_id"].min(where=~is_made_up(identity["source_customer_id"]))
    grouped = identity.group_by("customer_key").aggregate(own=own, any_id=identity["source_customer_id"].min())
    return grouped.select("customer_key", customer_id=ibis.coalesce(grouped["own"], grouped["any_id"]))


def _ranked(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Customer rows in our words, with ``place`` 0 for the one that is asked first about its customer."""
    rows = rows.filter(rows["customer_key"].notnull())
    worded = rows.mutate(
        gender=_in_our_words(rows["gender"], _GENDERS),
        kind=_in_our_words(rows["kind"], _KINDS),
        asked=source_place(rows, sources),
    )
    place = ibis.row_number().over(
        group_by="customer_key",
        order_by=[
            worded["asked"].asc(),
            worded["registered_at"].desc(nulls_first=False),
            worded["file"].desc(),
            worded["row_number"].desc(),
            worded["source"].asc(),
        ],
    )
    return worded.mutate(place=place)


def _attributes(ranked: ir.Table) -> ir.Table:
    firsts = {name: first_said(ranked, name) for name in _FROM_CUSTOMER_ROWS}
    return ranked.group_by("customer_key").aggregate(**firsts, registered_on=ranked["registered_on"].min())


def _consents(ranked: ir.Table) -> ir.Table:
    """What each id said last; a customer may be contacted if none of them says no."""
    said = ranked.filter(ranked["consent_marketing"].notnull())
    latest = said.group_by("customer_key", "source", "customer_id").aggregate(
        consent_marketing=said["consent_marketing"].argmin(said["place"])
    )
    return latest.group_by("customer_key").aggregate(consent_marketing=latest["consent_marketing"].all())


def _in_our_words(cell: ir.StringValue, words: tuple[tuple[str, str], ...]) -> ir.StringValue:
    lower = cell.lower()
    return ibis.cases(*((lower.re_search(pattern), ours) for ours, pattern in words), else_=ibis.null("string"))
