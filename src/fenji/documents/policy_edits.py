"""How does the text of a policy get other rules without losing what people have written around them? Lines are changed in their places, comments stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import yaml

from fenji.documents.policies import policy_from_text
from fenji.domain.conditions import Condition, Group, leaves
from fenji.domain.policies import Policy
from fenji.domain.rule_edits import is_alike
from fenji.errors import InvalidDocument

Span = tuple[int, int, str]
"""From where to where in a text, and what stands there instead."""


def with_rules(text: str, wanted: Policy) -> str | None:
    """The text of a policy with the rules of another one that has the same tiers and caps; every comment stays.

    Args:
        text: reads as a policy that differs from ``wanted`` in rules only.
        wanted: as the text is to read.

    Returns:
        None where that cannot be done in the text as it is written, such as with a rule that several tiers share.
    """
    before = policy_from_text(text)
    if before == wanted:
        return text
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or len(before.tiers) != len(wanted.tiers) or len(before.caps) != len(wanted.caps):
        return None
    spans: list[Span] = []
    for section, number, name, old, new in _pairs(before, wanted):
        node = _at(root, section, number, name)
        if old == new:
            continue
        if old is None or new is None or node is None:
            return None
        spans += _changed_lines(text, node, old, new) if is_alike(old, new) and _has_lines(node) else [_whole(text, node, new)]
    found = text
    for start, end, written in sorted(spans, reverse=True):
        found = found[:start] + written + found[end:]
    try:
        is_kept = policy_from_text(found) == wanted and sorted(comments_in(found)) == sorted(comments_in(text))
    except (InvalidDocument, yaml.YAMLError):
        return None
    return found if is_kept else None


def comments_in(text: str) -> list[str]:
    r"""Every comment of a YAML text, in its order.

    >>> comments_in("a: '#1'  # one\nb: 2 # two")
    ['# one', '# two']
    """
    return [each for _at, each in _comments(text)]


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for one, other in pairwise(yaml.scan(text, Loader=yaml.SafeLoader)):
        first = one.end_mark.index
        for found in re.finditer(r"#[^\n]*", text[first : max(first, other.start_mark.index)]):
            yield first + found.start(), found[0].rstrip()


def _pairs(before: Policy, wanted: Policy) -> Iterator[tuple[str, int, str, Condition | None, Condition | None]]:
    for number, (old, new) in enumerate(zip(before.tiers, wanted.tiers, strict=True)):
        yield "tiers", number, "qualify", old.qualify, new.qualify
        yield "tiers", number, "keep", old.keep, new.keep
    for number, (one, other) in enumerate(zip(before.caps, wanted.caps, strict=True)):
        yield "caps", number, "when", one.when, other.when


def _at(root: yaml.Node, section: str, number: int, name: str) -> yaml.Node | None:
    entries = _below(root, section)
    if not isinstance(entries, yaml.SequenceNode) or number >= len(entries.value):
        return None
    return _below(entries.value[number], name)


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if getattr(name, "value", None) == key), None)


def _lines(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        for _key, value in node.value:
            yield from _lines(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _lines(each)
    elif isinstance(node, yaml.ScalarNode):
        yield node


def _has_lines(node: yaml.Node) -> bool:
    """Whether every line of a rule is written on a line, not as a block of text."""
    return all(each.style in (None, "'", '"') for each in _lines(node))


def _changed_lines(text: str, node: yaml.Node, old: Condition, new: Condition) -> Iterator[Span]:
    for scalar, one, other in zip(_lines(node), leaves(old), leaves(new), strict=True):
        if one != other:
            start, end = scalar.start_mark.index, scalar.end_mark.index
            quote = text[start] if text[start] in "'\"" else ""
            yield start, end, f"{quote}{other}{quote}"


def _whole(text: str, node: yaml.Node, rule: Condition) -> Span:
    """The whole rule on one line, below the comments that stood inside it."""
    start, end = node.start_mark.index, _end(node)
    inside = [each for at, each in _comments(text) if start <= at < end]
    margin = " " * max(node.start_mark.column, 6)
    above = "".join(f"{each}\n{margin}" for each in inside)
    block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return start, end, f"{above}{_written(rule)}" + ("\n" if block else "")


def _end(node: yaml.Node) -> int:
    """Where the last value ends: comments behind it belong to what follows."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _written(rule: Condition) -> str:
    if isinstance(rule, Group):
        return f"{{{rule.junction.value}: [{', '.join(map(_written, rule.parts))}]}}"
    return str(rule)
