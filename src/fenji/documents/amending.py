"""How is one value of a document that people have written changed? In its place: their comments and their order stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

Spot = tuple[str, ...]
"""Name of a source and the keys below it: ``("orders", "columns", "paid_at")``."""


def with_values(text: str, values: Mapping[Spot, str]) -> str | None:
    """The text of sources.yaml with other values, each written as YAML on one line.

    A value whose key the entry does not have yet gets a line of its own before the last key of the entry.

    Returns:
        None where the entry is not in the text, one of the values stands there as an alias or anchor, or has no place for a line.
    """
    spans: list[tuple[int, int, str]] = []
    for spot, value in values.items():
        node = _node(text, spot)
        if node is None:
            place = _last_key(_node(text, spot[:-1]))
            if place is None:
                return None
            at = place.start_mark.index
            spans.append((at, at, f"{spot[-1]}: {value}\n{' ' * place.start_mark.column}"))
            continue
        if text[node.start_mark.index] in "*&!":
            return None
        spans.append((node.start_mark.index, _end(node), ("  " if _is_block(node) else "") + value))
    for start, end, value in sorted(spans, reverse=True):
        text = text[:start] + value + text[end:]
    return text


def with_top_values(text: str, values: Mapping[str, str]) -> str | None:
    """A document with other values under some of its uppermost keys, each written as YAML on one line.

    Returns:
        None where a key is missing, or its value is an alias, has an anchor or a tag, or is no plain scalar.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    spans: list[tuple[int, int, str]] = []
    for key, value in values.items():
        node = _below(root, key)
        if not isinstance(node, yaml.ScalarNode) or text[node.start_mark.index : node.start_mark.index + 1] in {"*", "&", "!"}:
            return None
        # A block of text ends with the line after it.
        spans.append((node.start_mark.index, node.end_mark.index, value + ("\n" if node.style in {"|", ">"} else "")))
    for start, end, value in sorted(spans, reverse=True):
        text = text[:start] + value + text[end:]
    return text


def without_entry(text: str, name: str) -> str | None:
    """The text of sources.yaml without one entry, without the comments right above it and those inside it.

    Returns:
        None where the entry is not in the text, or the list is not written in lines of its own.
    """
    entries = _below(yaml.compose(text, Loader=yaml.SafeLoader), "sources")
    if not isinstance(entries, yaml.SequenceNode) or not _is_block(entries):
        return None
    place = next((at for at, each in enumerate(entries.value) if getattr(_below(each, "source"), "value", None) == name), None)
    if place is None:
        return None
    lines = text.splitlines(keepends=True)
    first = entries.value[place].start_mark.line
    last = text.count("\n", 0, _end(entries.value[place])) + 1
    depth = entries.value[place].start_mark.column - 1
    while last < len(lines) and lines[last].lstrip().startswith("#") and len(lines[last]) - len(lines[last].lstrip()) >= depth:
        last += 1
    floor = 0 if place == 0 else text.count("\n", 0, _end(entries.value[place - 1])) + 1
    while first > floor and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    if len(entries.value) == 1:
        head = next(at for at in range(first, -1, -1) if lines[at].startswith("sources:"))
        lines[head] = lines[head].replace("sources:", "sources: []", 1)
    return "".join([*lines[:first], *lines[last:]])


def _last_key(node: yaml.Node | None) -> yaml.Node | None:
    """The last key of a mapping in lines of its own; None elsewhere."""
    pairs = node.value if isinstance(node, yaml.MappingNode) and _is_block(node) else ()
    return pairs[-1][0] if pairs else None


def _is_block(node: yaml.Node) -> bool:
    """Whether the value stands in lines of its own below its key."""
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _end(node: yaml.Node) -> int:
    """Where the last value ends: the comments behind it belong to what follows."""
    while _is_block(node) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _node(text: str, spot: Spot) -> yaml.Node | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    name, *keys = spot
    entries = _below(root, "sources")
    found: yaml.Node | None = None
    if isinstance(entries, yaml.SequenceNode):
        found = next((each for each in entries.value if getattr(_below(each, "source"), "value", None) == name), None)
    for key in keys:
        found = _below(found, key)
    return found


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs: Sequence[tuple[yaml.Node, yaml.Node]] = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if getattr(name, "value", None) == key), None)
