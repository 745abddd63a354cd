"""Which things hang together when only pairs are known? Links in, and for everything linked its group out, on any engine.

Every round joins each node to the neighbor that comes first in an order drawn anew for that round, and repeats on what is
left. At least a quarter of the linked nodes is expected to vanish in each round, so about ``log(n) / log(4/3)`` rounds are
enough (in practice half of that), the table of links never grows, and the result does not depend on the orders drawn.
Cannot: more than 2,147,483,646 linked nodes.

Source  Bögeholz, Brand, Todor: In-database connected component analysis (ICDE 2020), the finite fields method
"""

from __future__ import annotations

import random

import ibis
import ibis.expr.types as ir

from fenji.engines.engine import Engine

_PRIME = 2_147_483_647
"""2^31 - 1: a product of two smaller numbers fits 64 bits, so that ``(a x + b) mod p`` is exact on every engine."""


def connected_components(engine: Engine, links: ir.Table) -> ir.Table:
    """The group of every node that is linked to another one.

    Grain: one row per distinct node of the links.
    Keeps: every node of the links, exactly once; a link of a node to itself is fine, null ends are not.
    Source: see the file's first lines.

    Args:
        engine: where the rounds run; two staged tables per round.
        links: columns ``left`` and ``right`` of one orderable type; direction, order and repeats do not matter.

    Returns:
        Staged table (node, component), the component being the smallest node of the group.
    """
    links = engine.stage(links.select("left", "right").distinct())
    nodes = engine.stage(_numbered(links))
    edges = engine.stage(_edges_of_numbers(links, nodes))
    maps: list[ir.Table] = []
    draw = random.Random(1)  # noqa: S311 - any order will do; the same one every time makes runs repeatable
    while _count(engine, edges):
        nearest = engine.stage(_nearest(edges, draw.randrange(1, _PRIME), draw.randrange(_PRIME)))
        maps.append(nearest)
        edges = engine.stage(_contracted(edges, nearest))
    return engine.stage(_named(nodes, _composed(engine, nodes, maps)))


def circles(engine: Engine, links: ir.Table) -> ir.Table:
    """The nodes that come back to themselves when everyone points at one other node at most.

    Grain: one row per node on a circle. A node that points at itself is a circle of one.
    Keeps: the nodes on circles; whatever only leads to a circle is left out. Rounds: log2 of the longest chain, or of the
    number of links where there is a circle.

    Args:
        engine: where the rounds run; one staged table per round.
        links: columns ``left`` (unique) and ``right``, no nulls.

    Returns:
        Staged table (node, component), the component being the smallest node of the circle.
    """
    pointers = engine.stage(links.select("left", "right"))
    steps = pointers
    reach, total = 1, _count(engine, pointers)
    # After `reach` steps along the pointers only those are still on their way who lead to a circle, or into a longer chain.
    while reach < total and _count(engine, steps):
        middle = steps.select(middle="left", end="right")
        steps = engine.stage(steps.join(middle, steps["right"] == middle["middle"]).select("left", right="end"))
        reach *= 2
    on_circle = steps.select(node="right").distinct()
    return connected_components(engine, pointers.semi_join(on_circle, pointers["left"] == on_circle["node"]))


def _count(engine: Engine, table: ir.Table) -> int:
    counted = engine.fetch(table.aggregate(rows=table.count()))
    return int(counted["rows"][0].as_py())


def _numbered(links: ir.Table) -> ir.Table:
    # Numbers follow the order of the nodes, so that the smallest number of a group is its smallest node.
    ends = links.select(node="left").union(links.select(node="right"), distinct=True)
    return ends.select("node", number=ibis.row_number().over(order_by=ends["node"].asc()) + 1)


def _edges_of_numbers(links: ir.Table, nodes: ir.Table) -> ir.Table:
    left = nodes.select(left="node", a="number")
    right = nodes.select(right="node", b="number")
    numbered = links.join(left, "left").join(right, "right")
    return numbered.filter(numbered["a"] != numbered["b"]).select("a", "b").distinct()


def _nearest(edges: ir.Table, factor: int, offset: int) -> ir.Table:
    """Each linked node beside the first of itself and its neighbors in the order ``(factor x + offset) mod p``."""

    def in_field(value: ir.IntegerValue, times: int, plus: int) -> ir.IntegerValue:
        return (value * ibis.literal(times, "int64") + ibis.literal(plus, "int64")) % ibis.literal(_PRIME, "int64")

    both = edges.select(node="a", other="b").union(edges.select(node="b", other="a"), distinct=False)
    nearest = both.group_by("node").aggregate(place=in_field(both["other"], factor, offset).min())
    place = ibis.least(nearest["place"], in_field(nearest["node"], factor, offset))
    # Every place belongs to one node only, found by solving factor x + offset = place in the field of p elements.
    inverse = pow(factor, -1, _PRIME)
    return nearest.select("node", first=in_field(place, inverse, -offset * inverse % _PRIME))


def _contracted(edges: ir.Table, nearest: ir.Table) -> ir.Table:
    left = nearest.select(a="node", first_a="first")
    right = nearest.select(b="node", first_b="first")
    joined = edges.join(left, "a").join(right, "b")
    low, high = ibis.least(joined["first_a"], joined["first_b"]), ibis.greatest(joined["first_a"], joined["first_b"])
    return joined.filter(joined["first_a"] != joined["first_b"]).select(a=low, b=high).distinct()


def _composed(engine: Engine, nodes: ir.Table, maps: list[ir.Table]) -> ir.Table:
    """Every number beside the one it ended at: the rounds' maps followed one after another."""
    ends = nodes.select("number", end="number")
    for nearest in maps:
        ends = engine.stage(
            ends.left_join(nearest, ends["end"] == nearest["node"]).select(
                "number", end=ibis.coalesce(nearest["first"], ends["end"])
            )
        )
    return ends


def _named(nodes: ir.Table, ends: ir.Table) -> ir.Table:
    smallest = ends.group_by("end").aggregate(smallest=ends["number"].min())
    joined = nodes.join(ends, "number").join(smallest, "end")
    first = nodes.select(smallest="number", component="node")
    return joined.join(first, "smallest").select("node", "component")
