"""Do the tiers of a policy form a ladder? Gaps, overlaps, tiers that nobody can reach, thresholds that fall on the way up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fenji.analyze.policies.findings import Finding, Keys, LintScope
from fenji.analyze.rules.spans import Box, Known, Span, box_implies, boxes_of, implies, is_possible, nature_of
from fenji.domain.metrics import Better
from fenji.domain.policies import Tier
from fenji.language import message as _


@dataclass(frozen=True)
class Step:
    """A tier above the first, with its rule as boxes."""

    tier: Tier
    rank: int
    boxes: tuple[Box, ...] | None
    """The possible alternatives; None where there are too many."""

    @property
    def only(self) -> Box | None:
        """The rule as one conjunction, where it is one."""
        return self.boxes[0] if self.boxes is not None and len(self.boxes) == 1 else None


def ladder_findings(scope: LintScope) -> Iterator[Finding]:
    """What is wrong with the tiers taken together."""
    steps = _steps(scope)
    unreachable = list(_unreachable(scope, steps))
    yield from unreachable
    yield from _everybody(scope, steps)
    hidden = {finding.tier for finding in unreachable}
    visible = [step for step in steps if step.tier.slug not in hidden]
    yield from _easier_above(scope, visible)
    yield from _bands(scope, visible)
    yield from _keep_rules(scope)


def _steps(scope: LintScope) -> list[Step]:
    """Tiers whose rules can be met; a rule that nobody can meet has its own finding."""
    steps = []
    for rank, tier in enumerate(scope.policy.tiers):
        if rank == 0 or tier.qualify is None:
            continue
        boxes = _possible_boxes(scope, tier)
        if boxes is None or boxes:
            steps.append(Step(tier, rank, boxes))
    return steps


def _possible_boxes(scope: LintScope, tier: Tier) -> tuple[Box, ...] | None:
    boxes = boxes_of(tier.qualify, scope.metrics) if tier.qualify is not None else None
    return None if boxes is None else tuple(box for box in boxes if is_possible(box, scope.metrics))


def _unreachable(scope: LintScope, steps: list[Step]) -> Iterator[Finding]:
    """Tiers whose every customer also meets a higher one: since the highest rule decides, nobody would stand there."""
    for position, lower in enumerate(steps):
        for higher in steps[position + 1 :]:
            if implies(lower.boxes, higher.boxes, scope.metrics):
                text = _(
                    "nobody can stand in tier '{tier}': whoever meets its rule also meets that of the higher tier '{higher}'."
                )
                advice = _("Make the rule of '{higher}' harder than that of '{tier}', or list the tiers in the other order.")
                keys: Keys = ("tiers", lower.rank, "qualify")
                slugs = {"higher": higher.tier.slug}
                yield scope.error("unreachable_tier", keys, text, tier=lower.tier.slug, advice=advice, **slugs)
                break


def _everybody(scope: LintScope, steps: list[Step]) -> Iterator[Finding]:
    """Tiers that every customer meets leave nobody below."""
    for step in steps:
        if any(
            all(nature_of(slug, scope.metrics).span.is_inside(span) for slug, span in box.items()) for box in step.boxes or ()
        ):
            text = _("every customer meets the rule of tier '{tier}': the tiers below it stay empty.")
            yield scope.warning("met_by_everybody", ("tiers", step.rank, "qualify"), text, tier=step.tier.slug)


def _easier_above(scope: LintScope, steps: list[Step]) -> Iterator[Finding]:
    """Thresholds that fall on the way up, metric by metric, among rules that are conjunctions."""
    latest: dict[str, tuple[Step, Span]] = {}
    for step in steps:
        for name, span in (step.only or {}).items():
            if name in latest and _asks_less(span, latest[name][1], scope.better(name)):
                lower = latest[name][0]
                text = _("tier '{tier}' asks for less {metric} than the lower tier '{lower}'.")
                values = {"metric": name, "lower": lower.tier.slug}
                yield scope.warning("non_monotone", ("tiers", step.rank, "qualify"), text, tier=step.tier.slug, **values)
            latest[name] = (step, span)


def _asks_less(higher: Span, lower: Span, better: Better) -> bool:
    if higher.top is not None and lower.top is not None and higher.top > lower.top:
        return True
    if better is Better.LOWER:
        return higher.high is not None and lower.high is not None and not _upper(higher).is_inside(_upper(lower))
    if better is Better.HIGHER:
        return higher.low is not None and lower.low is not None and not _lower(higher).is_inside(_lower(lower))
    return False


def _bands(scope: LintScope, steps: list[Step]) -> Iterator[Finding]:
    """Rules that end before the best values: a customer who grows beyond the end must be taken up by the next tier at once."""
    for position, step in enumerate(steps):
        for name, span in (step.only or {}).items():
            better = scope.better(name)
            end = span.high if better is Better.HIGHER else span.low if better is Better.LOWER else None
            if end is None or step.only is None:
                continue
            above = [each for each in steps[position + 1 :] if each.boxes is None or any(name in box for box in each.boxes)]
            yield from _end_of_band(scope, step, name, above)


def _end_of_band(scope: LintScope, step: Step, name: str, above: list[Step]) -> Iterator[Finding]:
    box = step.only or {}
    span, better = box[name], scope.better(name)
    keys: Keys = ("tiers", step.rank, "qualify")
    tier, edge = step.tier.slug, _end_text(span, better)
    open_end = _("Leave out the limit at which the tier ends.")
    begins = span.low if better is Better.HIGHER else span.high
    if not above and begins is None:
        # Not a band: a rule that asks for the bad direction, which has its own finding.
        return
    if not above:
        text = _("gap: customers beyond {metric} {edge} fall out of tier '{tier}', and no higher tier takes them up.")
        yield scope.error("gap", keys, text, tier=tier, advice=open_end, metric=name, edge=edge)
        return
    upper = above[0]
    if upper.only is None:
        # The next rule has alternatives: whether they close up is not decided here.
        return
    meeting = _("Let the limits meet: a boundary belongs to the upper tier.")
    values = {"metric": name, "edge": edge, "higher": upper.tier.slug, "start": _start_text(upper.only[name], better)}
    relation = _closes_up(span, upper.only[name], better, whole=nature_of(name, scope.metrics).whole)
    if relation > 0:
        text = _("gap: tier '{tier}' ends at {metric} {edge}, but '{higher}' begins only at {start}.")
        yield scope.error("gap", keys, text, tier=tier, advice=meeting, **values)
    elif relation < 0:
        text = _("overlap: tier '{tier}' ends at {metric} {edge}, but '{higher}' begins already at {start}.")
        yield scope.error("overlap", keys, text, tier=tier, advice=meeting, **values)
    elif not box_implies({**box, name: upper.only[name]}, upper.only, scope.metrics):
        text = _(
            "gap: customers of tier '{tier}' who grow beyond {metric} {edge} without the rest of '{higher}' fall to a lower tier."
        )
        yield scope.error("gap", keys, text, tier=tier, advice=open_end, **values)


def _closes_up(lower: Span, upper: Span, better: Better, *, whole: bool) -> int:
    """Whether the upper span begins where the lower one ends: 0 exactly there, 1 later, -1 earlier."""
    if better is Better.LOWER:
        lower, upper = _mirrored(lower), _mirrored(upper)
    if lower.high is None or upper.low is None:
        return -1
    if whole:
        return (upper.low > lower.high + 1) - (upper.low < lower.high + 1)
    if upper.low != lower.high:
        return 1 if upper.low > lower.high else -1
    return int(lower.high_open) + int(upper.low_open) - 1


def _keep_rules(scope: LintScope) -> Iterator[Finding]:
    """Keep rules that ask for more than gaining the tier does: they never keep anybody."""
    for rank, tier in enumerate(scope.policy.tiers):
        if tier.keep is None or tier.qualify is None:
            continue
        gain, keep = boxes_of(tier.qualify, scope.metrics), boxes_of(tier.keep, scope.metrics)
        if implies(gain, keep, scope.metrics):
            continue
        harder = _harder_metrics(scope, gain, keep)
        if harder or implies(keep, gain, scope.metrics):
            text = _("keeping tier '{tier}' asks for more than gaining it ({metrics}).")
            values = {"metrics": ", ".join(harder) or str(tier.keep)}
            yield scope.warning("keep_harder", ("tiers", rank, "keep"), text, tier=tier.slug, **values)


def _harder_metrics(scope: LintScope, gain: tuple[Box, ...] | None, keep: tuple[Box, ...] | None) -> list[str]:
    if gain is None or keep is None or len(gain) != 1 or len(keep) != 1:
        return []
    return [name for name, span in gain[0].items() if name in keep[0] and _asks_less(span, keep[0][name], scope.better(name))]


def _lower(span: Span) -> Span:
    return Span(span.low, None, low_open=span.low_open, known=Known.VALUE)


def _upper(span: Span) -> Span:
    return Span(None, span.high, high_open=span.high_open, known=Known.VALUE)


def _mirrored(span: Span) -> Span:
    """The span seen from the other end, for metrics of which less is better."""
    return Span(_negative(span.high), _negative(span.low), low_open=span.high_open, high_open=span.low_open, known=span.known)


def _negative(number: Decimal | None) -> Decimal | None:
    return None if number is None else -number


def _end_text(span: Span, better: Better) -> str:
    number, is_open = (span.high, span.high_open) if better is Better.HIGHER else (span.low, span.low_open)
    sign = ("<" if is_open else "<=") if better is Better.HIGHER else (">" if is_open else ">=")
    return f"{sign} {number:f}"


def _start_text(span: Span, better: Better) -> str:
    number, is_open = (span.low, span.low_open) if better is Better.HIGHER else (span.high, span.high_open)
    sign = (">" if is_open else ">=") if better is Better.HIGHER else ("<" if is_open else "<=")
    return "-" if number is None else f"{sign} {number:f}"
