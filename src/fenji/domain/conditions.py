"""What does one line of a business rule say? ``metric op number``, ``metric is [not] null`` or ``metric in top 5%``, joined by all and any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Operator(StrEnum):
    """How a metric is compared with a number."""

    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"
    EQUAL = "="
    NOT_EQUAL = "!="


class Junction(StrEnum):
    """Whether every part of a group must hold, or one is enough."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True)
class Comparison:
    """``net_revenue_12m >= 2000``. A customer without a value does not meet it, whatever the operator."""

    metric: str
    operator: Operator
    number: Decimal

    def __str__(self) -> str:
        return f"{self.metric} {self.operator} {self.number:f}"


@dataclass(frozen=True)
class Presence:
    """``satisfaction_12m is null`` or ``is not null``."""

    metric: str
    is_null: bool

    def __str__(self) -> str:
        return f"{self.metric} is {'null' if self.is_null else 'not null'}"


@dataclass(frozen=True)
class TopShare:
    """``net_revenue_12m in top 5%``: at least the value of the customer at that rank; equal values stand together."""

    metric: str
    share: Decimal
    """0 to 1."""

    def __str__(self) -> str:
        return f"{self.metric} in top {(self.share * 100).normalize():f}%"


@dataclass(frozen=True)
class Group:
    """Conditions joined by all or any."""

    junction: Junction
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return f"{self.junction}({', '.join(str(part) for part in self.parts)})"


Condition = Comparison | Presence | TopShare | Group

_COMPARISON = re.compile(
    r"^\s*(?P<metric>[a-z][a-z0-9_]*)\s*(?P<operator>>=|<=|!=|==|=|>|<)\s*(?P<number>-?[0-9][0-9_,]*(\.[0-9]+)?)\s*$"
)
_PRESENCE = re.compile(r"^\s*(?P<metric>[a-z][a-z0-9_]*)\s+is\s+(?P<negation>not\s+)?null\s*$")
_TOP = re.compile(r"^\s*(?P<metric>[a-z][a-z0-9_]*)\s+in\s+top\s+(?P<percent>[0-9]+(\.[0-9]+)?)\s*%\s*$")


def parse_condition(text: str) -> Comparison | Presence | TopShare:
    """Reads one line of a rule.

    >>> str(parse_condition("net_revenue_12m >= 2,000"))
    'net_revenue_12m >= 2000'

    Raises:
        ValueError: the text is none of the three forms.
    """
    if found := _COMPARISON.match(text):
        number = Decimal(found["number"].replace(",", "").replace("_", ""))
        return Comparison(found["metric"], Operator("=" if found["operator"] == "==" else found["operator"]), number)
    if found := _PRESENCE.match(text):
        return Presence(found["metric"], is_null=found["negation"] is None)
    if found := _TOP.match(text):
        share = Decimal(found["percent"]) / 100
        if 0 < share <= 1:
            return TopShare(found["metric"], share)
    raise ValueError(text)


def leaves(condition: Condition) -> Iterator[Comparison | Presence | TopShare]:
    """Every single line of a condition, in order."""
    if isinstance(condition, Group):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition
