"""Where in a policy does each line of a rule stand, and what is the policy after some edits?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Protocol

from fenji.analyze.whatif.replaying import RulePart
from fenji.answers.editing import EditedGroup, EditedLine, EditedRule
from fenji.answers.policies import LintFinding
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare, leaves, parse_condition
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy, Tier
from fenji.domain.rule_edits import Line, groups_of, with_junction, with_lines, with_part, without_line
from fenji.errors import Problem
from fenji.language import message as _
from fenji.wording.rules import Voice, sentence

_KEEP = "keep"
_CAPS = "caps"
_FRESH = Comparison(REVENUE, Operator.AT_LEAST, Decimal(0))
"""The condition that a new line begins with."""


class Wanted(Protocol):
    """What is to become of rules: see ``workflow.editing.Edits``."""

    @property
    def lines(self) -> Mapping[str, str]:
        """Key of a line: what it says now."""
        ...

    @property
    def junctions(self) -> Mapping[str, str]:
        """Key of a group: all or any."""
        ...

    @property
    def added(self) -> str | None:
        """Key of a group that gets one line more."""
        ...

    @property
    def nested(self) -> str | None:
        """Key of a group that gets a group of its own."""
        ...

    @property
    def removed(self) -> str | None:
        """Key of a line that goes."""
        ...


@dataclass(frozen=True)
class _Rule:
    place: str
    part: RulePart
    tier: str
    condition: Condition
    pointer: str


def section_of(policy: Policy, place: str) -> str | None:
    """Where in the document a rule stands, as RFC 6901 writes it; None where there is none of that name."""
    return next((each.pointer for each in _rules(policy) if each.place == place), None)


def lines_by_key(policy: Policy) -> dict[str, Line]:
    """Every line of every rule."""
    return {f"{each.place}.{number}": line for each in _rules(policy) for number, line in enumerate(leaves(each.condition))}


def edited(policy: Policy, edits: Wanted) -> tuple[Policy, tuple[tuple[str, Problem], ...]]:
    """The policy after the edits that can be made, and for the others the place and what is wrong."""
    problems: list[tuple[str, Problem]] = []
    for rule in tuple(_rules(policy)):
        changed: Condition | None = _with_lines(rule, edits.lines, problems)
        for path, group in groups_of(rule.condition):
            wanted = edits.junctions.get(_group_key(rule.place, path), group.junction.value)
            if wanted in tuple(Junction) and wanted != group.junction and changed is not None:
                changed = with_junction(changed, path, Junction(wanted))
        for path in [(), *(path for path, _group in groups_of(rule.condition) if path)]:
            key = _group_key(rule.place, path)
            if key == edits.added and changed is not None:
                changed = with_part(changed, path, _FRESH)
            if key == edits.nested and changed is not None:
                changed = with_part(changed, path, _nested(changed, path))
        place, _dot, number = (edits.removed or "").rpartition(".")
        if place == rule.place and number.isdecimal() and changed is not None:
            changed = without_line(changed, int(number))
            if changed is None:
                problems.append((rule.place, Problem(_("a rule needs at least one condition."))))
                continue
        if changed is not None and changed != rule.condition:
            policy = _with_rule(policy, rule.place, changed)
    known = lines_by_key(policy)
    problems += [("", _gone(key)) for key in edits.lines if key not in known and key != edits.removed]
    return policy, tuple(problems)


def rules_edited(policy: Policy, voice: Voice, findings: Sequence[LintFinding]) -> Iterator[EditedRule]:
    """Every rule as it is edited: tiers from the highest down, then caps."""
    rules = tuple(_rules(policy))
    names = {each.slug: each.name for each in policy.tiers}
    ranked = sorted(
        rules, key=lambda each: (each.part is RulePart.CAP, -policy.rank_of(each.tier) if each.part is not RulePart.CAP else 0)
    )
    for rule in ranked:
        numbers = count()
        root = rule.condition if isinstance(rule.condition, Group) else Group(Junction.ALL, (rule.condition,))
        yield EditedRule(
            place=rule.place,
            part=rule.part,
            tier=rule.tier,
            name=names[rule.tier],
            group=_group(rule.place, root, (), numbers, voice),
            is_single=isinstance(rule.condition, Comparison),
            findings=tuple(each for each in findings if _is_at(each.pointer, rule.pointer)),
        )


def _is_at(pointer: str | None, rule: str) -> bool:
    return pointer is not None and (pointer == rule or pointer.startswith(f"{rule}/"))


def _rules(policy: Policy) -> Iterator[_Rule]:
    for number, tier in enumerate(policy.tiers):
        if tier.qualify is not None:
            yield _Rule(tier.slug, RulePart.QUALIFY, tier.slug, tier.qualify, f"/tiers/{number}/qualify")
        if tier.keep is not None:
            yield _Rule(f"{tier.slug}.{_KEEP}", RulePart.KEEP, tier.slug, tier.keep, f"/tiers/{number}/keep")
    for number, cap in enumerate(policy.caps):
        yield _Rule(f"{_CAPS}.{number}", RulePart.CAP, cap.at_most, cap.when, f"/caps/{number}/when")


def _with_rule(policy: Policy, place: str, rule: Condition) -> Policy:
    section, _dot, rest = place.partition(".")
    if section == _CAPS and rest.isdecimal():
        caps = tuple(replace(each, when=rule) if number == int(rest) else each for number, each in enumerate(policy.caps))
        return replace(policy, caps=caps)
    tiers = [each if each.slug != section else _with_tier_rule(each, rule, keeps=rest == _KEEP) for each in policy.tiers]
    return replace(policy, tiers=tuple(tiers))


def _with_tier_rule(tier: Tier, rule: Condition, *, keeps: bool) -> Tier:
    return replace(tier, keep=rule) if keeps else replace(tier, qualify=rule)


def _with_lines(rule: _Rule, lines: Mapping[str, str], problems: list[tuple[str, Problem]]) -> Condition:
    found: dict[int, Line] = {}
    for number, _before in enumerate(leaves(rule.condition)):
        written = lines.get(f"{rule.place}.{number}")
        if written is None:
            continue
        try:
            found[number] = parse_condition(written)
        except ValueError:
            problems.append((rule.place, _no_condition(written)))
    return with_lines(rule.condition, found)


def _no_condition(written: str) -> Problem:
    advice = _("Choose a metric and how it is compared, and write a number such as 2000 or 0.5.")
    return Problem(_("'{condition}' is not a condition."), {"condition": written[:80]}, None, advice)


def _gone(key: str) -> Problem:
    return Problem(
        _("the text has no line {key} any more."), {"key": key[:80]}, None, _("Look at the rules again: the text has changed.")
    )


def _nested(rule: Condition, path: tuple[int, ...]) -> Group:
    """A group of two that joins the other way than the group around it."""
    around = dict(groups_of(rule)).get(path)
    other = Junction.ANY if around is None or around.junction is Junction.ALL else Junction.ALL
    return Group(other, (_FRESH, replace(_FRESH, metric="orders_12m")))


def _group(place: str, group: Group, path: tuple[int, ...], numbers: Iterator[int], voice: Voice) -> EditedGroup:
    parts: list[EditedLine | EditedGroup] = []
    for at, part in enumerate(group.parts):
        if isinstance(part, Group):
            parts.append(_group(place, part, (*path, at), numbers, voice))
        else:
            parts.append(_edited_line(f"{place}.{next(numbers)}", part, voice))
    return EditedGroup(_group_key(place, path), group.junction, tuple(parts))


def _group_key(place: str, path: tuple[int, ...]) -> str:
    return f"{place}:{'.'.join(map(str, path))}"


def _edited_line(key: str, line: Line, voice: Voice) -> EditedLine:
    number: Decimal | None = None
    match line:
        case Comparison():
            operator, number = line.operator.value, line.number
        case TopShare():
            operator, number = "top", (line.share * 100).normalize() + 0
        case Presence():
            operator = "null" if line.is_null else "not null"
    return EditedLine(key, line.metric, operator, number, str(line), voice.say(sentence, line))
