"""What becomes of a rule when one of its lines is changed, added or taken out? Rules themselves never change; each edit gives another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fenji.domain.conditions import Comparison, Condition, Group, Junction, Presence, TopShare

Line = Comparison | Presence | TopShare
Path = tuple[int, ...]
"""Which group of a rule: the places of the parts that lead to it; empty: the rule itself."""


def with_lines(rule: Condition, lines: Mapping[int, Line]) -> Condition:
    """The rule with other lines in some places, counted from 0 through all groups; its shape stays.

    >>> from fenji.domain.conditions import parse_condition as line
    >>> str(with_lines(Group(Junction.ALL, (line("a >= 1"), line("b >= 2"))), {1: line("c >= 3")}))
    'all(a >= 1, c >= 3)'
    """
    numbers = iter(range(10**6))

    def changed(part: Condition) -> Condition:
        if isinstance(part, Group):
            return Group(part.junction, tuple(changed(each) for each in part.parts))
        return lines.get(next(numbers), part)

    return changed(rule)


def without_line(rule: Condition, number: int) -> Condition | None:
    """The rule without one line; None where nothing is left of it. A group without lines goes, one with a single line becomes that line.

    >>> from fenji.domain.conditions import parse_condition as line
    >>> str(without_line(Group(Junction.ALL, (line("a >= 1"), line("b >= 2"))), 0))
    'b >= 2'
    """
    numbers = iter(range(10**6))

    def left(part: Condition) -> Condition | None:
        if not isinstance(part, Group):
            return None if next(numbers) == number else part
        kept = tuple(each for each in map(left, part.parts) if each is not None)
        if len(kept) == len(part.parts):
            return Group(part.junction, kept)
        return Group(part.junction, kept) if len(kept) > 1 else kept[0] if kept else None

    return left(rule)


def with_part(rule: Condition, group: Path, part: Condition) -> Condition:
    """The rule with one more part at the end of a group; a single line becomes a group of both.

    >>> from fenji.domain.conditions import parse_condition as line
    >>> str(with_part(line("a >= 1"), (), line("b >= 2")))
    'all(a >= 1, b >= 2)'
    """
    if not isinstance(rule, Group):
        return Group(Junction.ALL, (rule, part))
    if not group:
        return Group(rule.junction, (*rule.parts, part))
    place, *rest = group
    return _replaced(rule, place, with_part(rule.parts[place], tuple(rest), part))


def with_junction(rule: Condition, group: Path, junction: Junction) -> Condition:
    """The rule with all or any in one of its groups."""
    if not isinstance(rule, Group):
        return rule
    if not group:
        return Group(junction, rule.parts)
    place, *rest = group
    return _replaced(rule, place, with_junction(rule.parts[place], tuple(rest), junction))


def groups_of(rule: Condition, path: Path = ()) -> Iterator[tuple[Path, Group]]:
    """Every group of a rule, the outermost first."""
    if isinstance(rule, Group):
        yield path, rule
        for place, part in enumerate(rule.parts):
            yield from groups_of(part, (*path, place))


def is_alike(one: Condition, other: Condition) -> bool:
    """Whether two rules have the same shape: only lines differ."""
    if isinstance(one, Group) and isinstance(other, Group):
        same = one.junction is other.junction and len(one.parts) == len(other.parts)
        return same and all(map(is_alike, one.parts, other.parts))
    return not isinstance(one, Group) and not isinstance(other, Group)


def _replaced(rule: Group, place: int, part: Condition) -> Group:
    return Group(rule.junction, (*rule.parts[:place], part, *rule.parts[place + 1 :]))
