"""What does a policy file say? policies/*.yaml as Policy records and back, every problem at its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml

from fenji.documents.amending import with_top_values
from fenji.documents.reader import Document, parse_document, text_of, validated
from fenji.domain.conditions import Condition, Group, Junction, Operator, parse_condition
from fenji.domain.policies import Cap, Downgrade, Policy, Review, ReviewPeriod, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Path as Keys

_JUNCTIONS = [junction.value for junction in Junction]
_LOOKALIKES = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "≠": "!=", "<>": "!=", "＞": ">", "＜": "<", "＝": "="}
"""What people type for our operators."""

_OPERATION = re.compile(r"^\s*[a-z][a-z0-9_]*\s*(?P<operator>[^\sa-z0-9_.,-]+)\s*-?[0-9.,_]+\s*$")

_SLUG = r"^[a-z][a-z0-9_-]{0,63}$"
_Slug = Annotated[str, pydantic.Field(pattern=_SLUG)]


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _WordsBody(_Body):
    zh: str
    en: str


class _TierBody(_Body):
    tier: _Slug
    name: _WordsBody | str
    qualify: Any = None
    keep: Any = None


class _CapBody(_Body):
    when: Any
    at_most: str
    why: str


class _ReviewBody(_Body):
    every: ReviewPeriod = ReviewPeriod.MONTH
    downgrade: Downgrade = Downgrade.ONE_STEP
    grace_reviews: Annotated[int, pydantic.Field(ge=0, le=120)] = 0
    hold_reviews: Annotated[int, pydantic.Field(ge=0, le=120)] = 0


class _VariantBody(_Body):
    where: Annotated[dict[str, str | list[str]], pydantic.Field(min_length=1)]
    scale: Annotated[dict[str, Decimal], pydantic.Field(min_length=1)]


class _ScoreBody(_Body):
    weight: Decimal
    scale: Literal["percentile"] | tuple[Decimal, Decimal]


class _PolicyBody(_Body):
    policy: _Slug
    version: Annotated[int, pydantic.Field(ge=1)]
    effective_on: date
    author: str
    why: str
    tiers: Annotated[list[_TierBody], pydantic.Field(min_length=1)]
    caps: list[_CapBody] = []
    review: _ReviewBody = _ReviewBody()
    variants: list[_VariantBody] = []
    score: dict[str, _ScoreBody] = {}


@dataclass(frozen=True)
class PolicyDocument:
    """A policy with the document that it was read from, so that what is found later can be placed too."""

    policy: Policy
    document: Document


def read_policy_document(path: Path) -> PolicyDocument:
    """The policy in a file, with the places of its parts (``document.place(keys)``).

    Raises:
        NotFound: there is no such file.
        InvalidDocument: with every problem at its line, and the nearest name for an unknown one.
    """
    return policy_document_from_text(text_of(path), str(path))


@lru_cache(maxsize=200)
def policy_document_from_text(text: str, file: str) -> PolicyDocument:
    """The policy in a text that was a file once, such as a published version; ``file`` is the name that problems carry.

    Raises:
        InvalidDocument: as ``read_policy_document``.
    """
    document = parse_document(text, file)
    return PolicyDocument(_policy_in(document), document)


def policy_from_text(text: str, file: str = "policy") -> Policy:
    """The policy in a text, such as the frozen copy of a run; ``file`` is the name that problems carry.

    Raises:
        InvalidDocument: as ``read_policy_document``.
    """
    return policy_document_from_text(text, file).policy


def render_policy(policy: Policy) -> str:
    """The policy as YAML that reads back as the same policy."""
    body: dict[str, object] = {
        "policy": policy.slug,
        "version": policy.version,
        "effective_on": policy.effective_on,
        "author": policy.author,
        "why": policy.why,
        "tiers": [_tier_data(tier) for tier in policy.tiers],
        "caps": [{"when": _condition_data(cap.when), "at_most": cap.at_most, "why": cap.why} for cap in policy.caps],
        "review": {
            "every": policy.review.every.value,
            "downgrade": policy.review.downgrade.value,
            "grace_reviews": policy.review.grace_reviews,
            "hold_reviews": policy.review.hold_reviews,
        },
        "variants": [_variant_data(variant) for variant in policy.variants],
        "score": {part.metric: _score_data(part) for part in policy.score},
    }
    given = {name: value for name, value in body.items() if value not in ([], {})}
    return str(yaml.dump(given, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def policy_named_in(text: str) -> str | None:
    """The name of the policy that a text gives, whatever else is wrong with it; None where it gives none."""
    try:
        data = parse_document(text, "policy").data
    except InvalidDocument:
        return None
    name = data.get("policy") if isinstance(data, Mapping) else None
    return name if isinstance(name, str) and re.fullmatch(_SLUG, name) else None


def signed_text(text: str, policy: Policy) -> str:
    """The text of a policy with another author, reason and day of effect; comments and order stay where they can.

    Args:
        text: reads as the policy but for these three.
        policy: as the text is to read.
    """
    values = {
        "author": json.dumps(policy.author, ensure_ascii=False),
        "why": json.dumps(policy.why, ensure_ascii=False),
        "effective_on": policy.effective_on.isoformat(),
    }
    before = policy_from_text(text)
    changed = {name: value for name, value in values.items() if getattr(before, name) != getattr(policy, name)}
    found = with_top_values(text, changed)
    try:
        if found is not None and policy_from_text(found) == policy:
            return found
    except InvalidDocument:
        pass
    return render_policy(policy)


@dataclass
class _RuleReader:
    """Reads the conditions of one document and notes what is wrong with them."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    found: dict[Keys, Condition] = field(default_factory=dict)

    def read(self, data: object, keys: Keys) -> None:
        """Keeps the condition that stands under these keys."""
        condition = self._condition(data, keys)
        if condition is not None:
            self.found[keys] = condition

    def _condition(self, data: object, keys: Keys) -> Condition | None:
        if isinstance(data, str):
            try:
                return parse_condition(data)
            except ValueError:
                self.problems.append(self._not_a_condition(data, keys))
        elif isinstance(data, Mapping):
            return self._group(data, keys)
        else:
            text = _("a rule must be a condition such as 'orders_12m >= 10', or a group 'all' or 'any' of conditions.")
            advice = _("For a list of conditions write `all: [...]` or `any: [...]`.") if isinstance(data, list) else None
            self.problems.append(Problem(text, {}, self.document.place(keys), advice))
        return None

    def _group(self, data: Mapping[str, object], keys: Keys) -> Group | None:
        unknown = [name for name in data if name not in _JUNCTIONS]
        self.problems += [unknown_name("group", name, _JUNCTIONS, place=self.document.place((*keys, name))) for name in unknown]
        if unknown:
            return None
        if len(data) != 1:
            text = _("a group has either 'all' or 'any'; put one inside the other to use both.")
            self.problems.append(Problem(text, {}, self.document.place(keys)))
            return None
        ((name, parts),) = data.items()
        if not isinstance(parts, list) or not parts:
            text = _("'{name}' must be a list of conditions.")
            self.problems.append(Problem(text, {"name": name}, self.document.place((*keys, name))))
            return None
        read = [self._condition(part, (*keys, name, position)) for position, part in enumerate(parts)]
        known = tuple(part for part in read if part is not None)
        return Group(Junction(name), known) if len(known) == len(read) else None

    def _not_a_condition(self, text: str, keys: Keys) -> Problem:
        place = self.document.place(keys)
        operation = _OPERATION.match(text)
        if operation and (operator := operation["operator"]) not in list(Operator):
            meant = _LOOKALIKES.get(operator)
            if meant is None:
                return unknown_name("operator", operator, [each.value for each in Operator], place=place)
            values = {"what": "operator", "name": operator, "guess": meant}
            return Problem(_("unknown {what} '{name}'."), values, place, _("Did you mean {guess}?"))
        message = _("'{condition}' is not a condition.")
        advice = _(
            "Write 'orders_12m >= 10' (>=, >, <=, <, =, !=), 'satisfaction_12m is null', 'satisfaction_12m is not null' "
            "or 'net_revenue_12m in top 5%'; metric names are small letters, digits and underscores."
        )
        return Problem(message, {"condition": text[:80]}, place, advice)


def _policy_in(document: Document) -> Policy:
    rules = _RuleReader(document)
    for keys, data in _rule_data(document.data):
        rules.read(data, keys)
    try:
        body = validated(_PolicyBody, document)
    except InvalidDocument as error:
        raise InvalidDocument(*_in_order([*error.problems, *rules.problems])) from error
    InvalidDocument.raise_if(_in_order([*rules.problems, *_reference_problems(body, document)]))
    return _policy(body, rules.found)


def _rule_data(data: object) -> Iterator[tuple[Keys, object]]:
    """Every condition of a document as far as its shape can be made out, so that all problems are found at once."""
    for section, names in (("tiers", ("qualify", "keep")), ("caps", ("when",))):
        entries = data.get(section) if isinstance(data, Mapping) else None
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            for name in names:
                if isinstance(entry, Mapping) and entry.get(name) is not None:
                    yield (section, number, name), entry[name]


def _reference_problems(body: _PolicyBody, document: Document) -> Iterator[Problem]:
    slugs: list[str] = []
    for number, tier in enumerate(body.tiers):
        if tier.tier in slugs:
            values = {"tier": tier.tier}
            yield Problem(_("tier '{tier}' is listed more than once."), values, document.place(("tiers", number, "tier")))
        slugs.append(tier.tier)
    for number, cap in enumerate(body.caps):
        if cap.at_most not in slugs:
            yield unknown_name("tier", cap.at_most, slugs, place=document.place(("caps", number, "at_most")))
        if cap.when is None:
            yield Problem(_("'{name}' is missing."), {"name": "when"}, document.place(("caps", number)))


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.place.row if problem.place else None) or 0)


def _policy(body: _PolicyBody, rules: Mapping[Keys, Condition]) -> Policy:
    tiers = [
        Tier(tier.tier, _words(tier.name), rules.get(("tiers", number, "qualify")), rules.get(("tiers", number, "keep")))
        for number, tier in enumerate(body.tiers)
    ]
    caps = [Cap(rules["caps", number, "when"], cap.at_most, cap.why) for number, cap in enumerate(body.caps)]
    review = Review(body.review.every, body.review.downgrade, body.review.grace_reviews, body.review.hold_reviews)
    variants = [
        Variant({name: (value,) if isinstance(value, str) else tuple(value) for name, value in each.where.items()}, each.scale)
        for each in body.variants
    ]
    score = [
        ScorePart(name, part.weight, None if part.scale == "percentile" else part.scale) for name, part in body.score.items()
    ]
    return Policy(
        body.policy,
        body.version,
        body.effective_on,
        body.author,
        body.why,
        tuple(tiers),
        tuple(caps),
        review,
        tuple(variants),
        tuple(score),
    )


def _words(name: _WordsBody | str) -> Words:
    return Words(name, name) if isinstance(name, str) else Words(name.zh, name.en)


def _tier_data(tier: Tier) -> dict[str, object]:
    rules = {"qualify": tier.qualify, "keep": tier.keep}
    given = {name: _condition_data(rule) for name, rule in rules.items() if rule is not None}
    return {"tier": tier.slug, "name": {"zh": tier.name.zh, "en": tier.name.en}, **given}


def _condition_data(condition: Condition) -> object:
    if isinstance(condition, Group):
        return {condition.junction.value: [_condition_data(part) for part in condition.parts]}
    return str(condition)


def _variant_data(variant: Variant) -> dict[str, object]:
    where = {name: values[0] if len(values) == 1 else list(values) for name, values in variant.where.items()}
    return {"where": where, "scale": {name: _number(factor) for name, factor in variant.scale.items()}}


def _score_data(part: ScorePart) -> dict[str, object]:
    scale: object = "percentile" if part.scale is None else [_number(end) for end in part.scale]
    return {"weight": _number(part.weight), "scale": scale}


def _number(number: Decimal) -> int | float | str:
    """The number as YAML writes it; as text where a double could not hold it."""
    if number == number.to_integral_value():
        return int(number)
    return float(number) if Decimal(repr(float(number))) == number else f"{number:f}"


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper; texts that look like numbers or dates to any reader are quoted."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if re.match(r"[-+.0-9]", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
