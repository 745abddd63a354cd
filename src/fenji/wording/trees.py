"""What does a rule of a tree say? Both ends of a metric in one line, the conditions in the order in which the tree asks for them."""

from __future__ import annotations

from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator
from fenji.language import message as _
from fenji.language import translate
from fenji.wording.rules import Wording, sentence


def rule_sentence(condition: Condition, wording: Wording) -> str:
    """The conditions of a rule, all of which must hold, as a sentence."""
    parts = condition.parts if isinstance(condition, Group) and condition.junction is Junction.ALL else (condition,)
    said, place = [], 0
    while place < len(parts):
        both = _both_ends(parts[place], parts[place + 1], wording) if place + 1 < len(parts) else None
        said.append(both or sentence(_opened(parts[place]), wording))
        place += 1 if both is None else 2
    return translate(_("; "), wording.language).join(said)


def _both_ends(first: Condition, second: Condition, wording: Wording) -> str | None:
    """``at least 500`` and ``less than 2,000`` of one metric as one line; None where they are anything else."""
    if not isinstance(first, Comparison) or not isinstance(second, Comparison) or first.metric != second.metric:
        return None
    if first.operator is not Operator.AT_LEAST or second.operator is not Operator.LESS_THAN:
        return None
    low, high = (wording.number(each.metric, each.number) for each in (first, second))
    return translate(
        _("{metric} from {low} to under {high}"), wording.language, metric=wording.name(first.metric), low=low, high=high
    )


def _opened(condition: Condition) -> Condition:
    """A group of one as that one."""
    return condition.parts[0] if isinstance(condition, Group) and len(condition.parts) == 1 else condition
