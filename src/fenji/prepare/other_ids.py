"""Which rows name a person by a key that a list of customers resolves to the person's own id?

Some systems give a buyer a new key with every order, and say in a list of customers whose keys these are. Every row that names
such a key is that person's.

Reads   typed rows of the customer feed with ``other_id``, and rows of any feed with ``customer_id``
Keeps   every row; an id that no list resolves stays
Source  the key of a customer table and the person behind it, as in the Olist data (customer_id, customer_unique_id)
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.identity import id_space


def are_told(sources: Sequence[Source]) -> bool:
    """Whether any list of customers tells such keys."""
    return any(source.feed is Feed.CUSTOMER and {"other_id", "customer_id"} <= source.columns.keys() for source in sources)


def persons_of_keys(customer_rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Whose each key is.

    Grain: one row per id space and key.
    Keeps: keys that the kept rows give to one person; a key of several persons tells nothing.

    Args:
        customer_rows: typed rows of the customer feed.
        sources: the entries of sources.yaml.

    Returns:
        ``space``, ``key`` and ``person``.
    """
    told = kept(customer_rows).filter(lambda rows: rows["other_id"].notnull() & rows["customer_id"].notnull())
    told = told.select(space=id_space(told["source"], sources), key="other_id", person="customer_id")
    counted = told.group_by("space", "key").aggregate(person=told["person"].min(), persons=told["person"].nunique())
    return counted.filter(counted["persons"] == 1).select("space", "key", "person")


def by_person(rows: ir.Table, persons: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """The rows with the person's own id in the place of a key.

    Grain: one row per row given.

    Args:
        rows: with ``source`` and ``customer_id``.
        persons: from ``persons_of_keys``.
        sources: the entries of sources.yaml.
    """
    asked = rows.mutate(asked_space=id_space(rows["source"], sources))
    found = asked.left_join(persons, [asked["asked_space"] == persons["space"], asked["customer_id"] == persons["key"]])
    return found.select(
        *(name for name in rows.columns if name != "customer_id"), customer_id=found["person"].fill_null(found["customer_id"])
    ).select(*rows.columns)
