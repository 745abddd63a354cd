"""With which tiers does a shop begin that has none? A ladder of plain names, whose thresholds divide the shop's own buyers at round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.suggestions import Method, count_between, points_from, suggested_thresholds, value_points
from fenji.answers.policies import SuggestedTier
from fenji.answers.starting import FirstPolicy
from fenji.documents.policies import policy_from_text, render_policy
from fenji.documents.writing import write_whole
from fenji.domain.conditions import Comparison, Operator
from fenji.domain.metrics import REVENUE, Better
from fenji.domain.policies import Policy, Tier
from fenji.domain.words import Words
from fenji.engines.engine import Engine
from fenji.errors import Conflict, InvalidArgument, InvalidInput, Problem
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.workspace.clean_base import CleanBase
from fenji.workspace.drafts import held_tiers, shown_percent
from fenji.workspace.folder import POLICIES_FOLDER
from fenji.workspace.templates import template_text
from fenji.workspace.tiering import registry_of

SHARES_OF_BUYERS = (Decimal("0.6"), Decimal("0.25"), Decimal("0.1"), Decimal("0.05"))
"""Lowest tier first. A few at the top can be looked after one by one, and the next tier is within reach of many."""
LEEWAY = 0.15
"""How far these may be missed for a round number: nobody decides between 610 and 600, and everybody remembers 600."""
LADDER = (
    ("standard", Words("普通会员", "Standard")),
    ("silver", Words("银卡会员", "Silver")),
    ("gold", Words("金卡会员", "Gold")),
    ("diamond", Words("钻石会员", "Diamond")),
)
"""Slugs and names, lowest first."""
POLICY_SLUG = "spend"
"""The one that the template of the same name has, so that the first policy takes the template's place."""
EFFECTIVE_ON = date(2000, 1, 1)
"""Before any review that a company asks for: the first version holds for its whole past."""
AUTHOR = "fenji"
FEW_BUYERS = 40
"""Below it the highest tier is one customer or nobody."""


def suggest_thresholds(
    engine: Engine,
    base: CleanBase,
    *,
    as_of: date,
    language: Language,
    metric: str = REVENUE,
    shares: Sequence[Decimal] = SHARES_OF_BUYERS,
) -> FirstPolicy:
    """A first policy from the clean base alone; no run, no policy and no review need exist, and nothing is written.

    Args:
        engine: where the base can be read.
        base: the clean tables, from ``analyzing.clean_base``.
        as_of: later rows change nothing.
        language: of the comments and the reason.
        metric: a built-in metric of which more is better.
        shares: of buyers, lowest tier first; at most as many as ``LADDER`` has names.

    Raises:
        InvalidArgument: shares or a metric that make no sense.
        InvalidInput: nobody has more than 0 of the metric.
        NotFound: there is no such metric; the nearest name is given.
    """
    template = _template()
    registry = registry_of((), template, base.event_kinds)
    _check(metric, registry, shares)
    needed = registry.needed_for(tuple(dict.fromkeys((metric, REVENUE))))
    panel = engine.stage(customer_metric(base.facts, base.customer, metrics=needed, as_of=as_of))
    points = engine.fetch(value_points(panel.filter(panel[metric] > 0), metric)).to_pylist()
    if not points:
        raise InvalidInput.of(
            _("no customer has any {metric} on {day}: there is nothing to divide into tiers."),
            advice=_("Choose a day within the data, or see with fenji map whether the amounts are read."),
            metric=metric,
            day=as_of,
        )
    thresholds = suggested_thresholds(points_from(points), Method.QUANTILES, len(shares), shares, leeway=LEEWAY)
    counted = engine.fetch(count_between(panel, metric, REVENUE, thresholds)).to_pylist()
    buyers = int(sum(each["customers"] for each in points))
    policy = _policy(template, thresholds, metric, shares, as_of=as_of, buyers=buyers, language=language)
    tiers = held_tiers(policy, thresholds, counted)
    return FirstPolicy(as_of, policy, _file(policy, tiers, language), tiers, buyers, metric, _remarks(tiers, shares, buyers))


def write_first_policy(root: Path, first: FirstPolicy) -> Path:
    """Writes a first policy into the policies of a workspace, in place of the template's.

    Returns:
        The file.

    Raises:
        Conflict: a policy of this name stands there that is neither the template's nor this one: somebody has worked on it.
    """
    file = root / POLICIES_FOLDER / f"{first.policy.slug}.yaml"
    if file.exists() and file.read_text(encoding="utf-8") not in {first.text, template_text(POLICY_SLUG, _template_file())}:
        raise Conflict.of(
            _("{file} has been changed by hand and is not overwritten."),
            advice=_("Move it away, or let fenji policy suggest make a draft of its next version."),
            file=str(file),
        )
    write_whole(file, first.text)
    return file


def _template_file() -> str:
    return f"{POLICIES_FOLDER}/{POLICY_SLUG}.yaml"


def _template() -> Policy:
    """The template whose reviews the first policy takes over."""
    return policy_from_text(template_text(POLICY_SLUG, _template_file()))


def _check(metric: str, registry: Registry, shares: Sequence[Decimal]) -> None:
    if registry.named(metric).better is Better.LOWER:
        text = _("of {metric} less is better; tiers are suggested on metrics of which more is better.")
        raise InvalidArgument.of(text, metric=metric)
    if not 2 <= len(shares) <= len(LADDER) or sum(shares) != 1 or min(shares) <= 0:  # noqa: PLR2004 - one tier tells nobody apart
        text = _("a first policy needs 2 to {most} shares above 0 that add up to 1.")
        raise InvalidArgument.of(text, most=len(LADDER))


def _policy(
    template: Policy,
    thresholds: Sequence[Decimal],
    metric: str,
    shares: Sequence[Decimal],
    *,
    as_of: date,
    buyers: int,
    language: Language,
) -> Policy:
    rules = [None, *(Comparison(metric, Operator.AT_LEAST, each) for each in thresholds)]
    ladder = tuple(Tier(slug, name, rule) for (slug, name), rule in zip(LADDER, rules, strict=False))
    why = translate(
        _("first version: about {shares} % of the {buyers} buyers up to {day}, at round numbers"),
        language,
        shares="/".join(f"{float(each) * 100:g}" for each in shares),
        buyers=f"{buyers:,}",
        day=as_of,
    )
    return Policy(POLICY_SLUG, 1, EFFECTIVE_ON, AUTHOR, why, ladder, review=template.review)


def _file(policy: Policy, tiers: Sequence[SuggestedTier], language: Language) -> str:
    """The policy with what its tiers hold as comments above it."""
    head = _("Made from your own customers. Names and numbers may be changed; a later change belongs into a new version.")
    lines = [translate(head, language)]
    for each in reversed(tiers):
        values = {"name": each.name.in_language(language), "customers": f"{each.customers:,}"}
        values |= {"share": shown_percent(each.share), "revenue_share": shown_percent(each.revenue_share)}
        lines.append(translate(_("{name}: {customers} customers ({share}), {revenue_share} of revenue"), language, **values))
    return "".join(f"# {line}\n" for line in lines) + render_policy(policy)


def _remarks(tiers: Sequence[SuggestedTier], shares: Sequence[Decimal], buyers: int) -> tuple[Problem, ...]:
    problems = []
    if len(tiers) == 1:
        problems.append(Problem(_("all buyers bought for the same amount, so there is one tier."), code="one_tier"))
    elif len(tiers) < len(shares):
        text = _("there are {found} tiers instead of {wanted}: too many buyers bought for the same amount, or there are too few.")
        problems.append(Problem(text, {"found": len(tiers), "wanted": len(shares)}, code="fewer_tiers"))
    if buyers < FEW_BUYERS:
        text = _(
            "{buyers} {buyers:buyer says|buyers say} little about where thresholds should be; look at them again when there are more."
        )
        problems.append(Problem(text, {"buyers": buyers}, code="few_buyers"))
    return tuple(problems)
