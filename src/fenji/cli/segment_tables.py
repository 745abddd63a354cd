"""How are segments shown to people? The tables and sentences of ``fenji segments``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from fenji.answers.segments import ClusterRow, CutRow, SegmentRow, SegmentsResult, TreeRow
from fenji.cli.output import Col, Output, money, number, percent
from fenji.domain.segments import BINS, SEGMENTATION_NAMES, RhythmMeasure, Segmentation, Target
from fenji.language import message as _
from fenji.wording.reasons import LOST_BY_RULE
from fenji.wording.rules import Wording
from fenji.wording.segments import AMONG_WORDS, segment_name
from fenji.workflow.segments_run import SEGMENTS_FILE

LISTED = 6
"""Regions and categories shown; JSON has all of them."""

SCORE_NAMES: Mapping[str, str] = {
    "recency_score": _("recency"),
    "frequency_score": _("frequency"),
    "money_score": _("money"),
}
VERDICTS: Mapping[str, str] = {
    "chosen": _("chosen"),
    "less_separated": _("possible"),
    "one_cloud": _("no better than without groups"),
    "unstable": _("not found again"),
    "too_small": _("a cluster too small"),
    "empty": _("fewer different customers than clusters"),
    "too_few_customers": _("too few customers"),
    "all_alike": _("all customers alike"),
}
NO_TREE: Mapping[str, str] = {
    "too_few_customers": _("{count} {count:customer is|customers are} too few for rules."),
    "one_outcome": _("All {count} customers are in the same one: there is nothing to tell apart."),
    "no_split": _("No condition on these metrics tells the {count} customers apart."),
}
RHYTHM_NAMES: Mapping[RhythmMeasure, str] = {RhythmMeasure.MEDIAN: _("median"), RhythmMeasure.MEAN: _("mean")}
TARGET_NAMES: Mapping[Target, str] = {Target.TIERS: _("tiers"), Target.CLUSTERS: _("clusters")}
SHOWN_OF_CUSTOMER = (
    Segmentation.LIFECYCLE,
    Segmentation.RFM,
    Segmentation.FREQUENCY,
    Segmentation.ORDER_SIZE,
    Segmentation.RECENCY,
    Segmentation.SPENDING_POWER,
    Segmentation.MAIN_CATEGORY,
    Segmentation.INTEREST,
    Segmentation.REGION,
    Segmentation.CLUSTER,
)


def wording_of(result: SegmentsResult, output: Output) -> Wording:
    """How rules and values are put into words."""
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)


def _segment_name(segmentation: Segmentation, segment: str | None, result: SegmentsResult, output: Output) -> str:
    return segment_name(segmentation, segment, {each.cluster: each.name for each in result.clusters}, output.language)


def show_head(result: SegmentsResult, output: Output) -> None:
    """Of whom and when."""
    values = {
        "as_of": result.as_of,
        "count": number(result.customers),
        "policy": result.policy,
        "version": result.version,
    }
    if result.is_as_of_defaulted:
        text = _(
            "Segments of {count} {count:customer|customers} as of {as_of} (choose another day with --as-of), policy {policy} version {version}"
        )
        output.heading(text, **values)
    else:
        output.heading(
            _("Segments of {count} {count:customer|customers} as of {as_of}, policy {policy} version {version}"), **values
        )


def show_lifecycle(result: SegmentsResult, output: Output) -> None:
    """The stages, and when one begins."""
    output.heading(_("Lifecycle stages"))
    if not _show_beside_tiers(result.segmentations[Segmentation.LIFECYCLE], result, output):
        return
    plan = result.plan.lifecycle
    rhythm = next((each for each in result.cuts if each.measure == "rhythm_days"), None)
    if rhythm is None or rhythm.threshold is None:
        return
    output.say(
        _(
            "At risk: no order for more than {risk} of the customer's own intervals between orders; lost: for more than {lost}, or lost by the rules of the tiers. New: first order less than {new} days ago. Won back: ordered again less than {back} days ago after being lost."
        ),
        risk=_plain(plan.at_risk_after),
        lost=_plain(plan.lost_after),
        new=plan.new_days,
        back=plan.won_back_days,
    )
    output.say(
        _(
            "The own interval of a customer is the {measure} of {count} intervals or more; for everybody else {days} days count, the middle of all customers. None counts as shorter than {least} days."
        ),
        measure=output.text(RHYTHM_NAMES[plan.rhythm]),
        count=plan.least_intervals,
        days=_value(rhythm.threshold),
        least=plan.least_days,
    )


def show_rfm(result: SegmentsResult, output: Output, *, is_full: bool) -> None:
    """The ten names, and with ``is_full`` the cuts of the scores."""
    output.heading(_("RFM segments: recency, frequency and money"))
    if not _show_beside_tiers(result.segmentations[Segmentation.RFM], result, output) or not is_full:
        return
    output.heading(_("Scores"))
    wording = wording_of(result, output)
    rows = []
    for measure, name in SCORE_NAMES.items():
        cuts = [each for each in result.cuts if each.measure == measure]
        rows.append((output.text(name), wording.name(cuts[0].metric), *_scores(cuts, wording, output)))
    columns = [Col(output.text(_("score of"))), Col(output.text(_("metric")), may_wrap=True)]
    output.table([*columns, *(Col(str(score), is_number=True) for score in range(1, BINS + 1))], rows)
    output.say(
        _("The second part of a name is the mean of frequency and money, halves rounded up. Equal values have equal scores.")
    )


def show_classes(result: SegmentsResult, output: Output) -> None:
    """Behavior, spending power, interests and region, one after the other."""
    output.heading(_("Behavior, spending power, interests and region"))
    rows = []
    for segmentation in SHOWN_OF_CUSTOMER[2:-1]:
        found = [each for each in result.segmentations[segmentation] if each.segment is not None]
        for place, each in enumerate(found[:LISTED]):
            title = SEGMENTATION_NAMES[segmentation].in_language(output.language) if place == 0 else ""
            rows.append((title, *_counted(each, output)))
        if len(found) > LISTED:
            rows.append(("", output.text(_("{count} more"), count=len(found) - LISTED), *_rest(found[LISTED:], result)))
    if not rows:
        output.say(_("There are none; the notes say why."))
        return
    output.table([Col(output.text(_("by"))), *_count_columns(result, output)], rows)
    output.say(_("Shares are of all customers; customers without an order in the period are in none of these."))


def show_clusters(result: SegmentsResult, output: Output, *, is_full: bool) -> None:
    """The clusters; with ``is_full`` what sets each apart and how their number was chosen."""
    output.heading(_("Clusters: customers who resemble one another"))
    if not result.clusters:
        output.say(_("There are none; the notes say why."))
    else:
        rows = [
            (*_counted(each, output), _stability(each, result.clusters))
            for each in result.segmentations[Segmentation.CLUSTER]
            if each.segment
        ]
        rows.sort(key=lambda row: [each.cluster for each in result.clusters].index(row[0].split(" ")[0]))
        output.table([*_count_columns(result, output), Col(output.text(_("found again")), is_number=True)], rows)
    if not is_full:
        return
    for each in result.clusters:
        output.heading("{name}", name=_segment_name(Segmentation.CLUSTER, each.cluster, result, output))
        for line in each.description.in_language(output.language):
            output.say("  {line}", line=line)
    _show_choices(result, output)


def show_tree(result: SegmentsResult, target: Target, output: Output) -> None:
    """The rules of a tree, those that cover most customers first."""
    tree = next(each for each in result.trees if each.target is target)
    output.heading(_("What tells the {target} apart"), target=output.text(TARGET_NAMES[target]))
    if not tree.rules:
        output.say(NO_TREE[tree.verdict], count=number(tree.customers))
        return
    rows = [
        (
            _outcome(tree, each.outcome, result, output),
            number(each.customers),
            percent(each.share),
            percent(each.precision),
            percent(each.coverage),
            each.sentence.in_language(output.language),
        )
        for each in tree.rules
    ]
    titles = (_("customers"), _("share"), _("precision"), _("coverage"))
    columns = [Col(output.text(_("then"))), *(Col(output.text(title), is_number=True) for title in titles)]
    output.table([*columns, Col(output.text(_("if")), may_wrap=True)], rows)
    output.say(
        _(
            "Precision: the share of customers meeting the rule who are in the group. Coverage: the share of the group who meet the rule."
        )
    )
    own = [name for name in result.policy_metrics if name in tree.metrics]
    if target is Target.TIERS and own:
        wording = wording_of(result, output)
        output.say(
            _("The policy itself asks for: {metrics}. For what else tells the tiers apart write in {file}: explain: {option}"),
            metrics=output.text(_(", ")).join(wording.name(each) for each in own),
            file=SEGMENTS_FILE,
            option="{without_policy_metrics: true}",
        )
    output.say(
        _(
            "Together the rules put {accuracy} right, {held_out} of customers they had not seen; naming the largest for everybody would put {largest} right."
        ),
        accuracy=percent(tree.accuracy),
        held_out=percent(tree.held_out_accuracy),
        largest=percent(tree.largest_share),
    )


def show_customer(result: SegmentsResult, output: Output) -> None:
    """One customer's place in every segmentation."""
    if result.customer is None:
        output.say(_("The customer was not known on that day."))
        return
    place = result.customer.segments
    rows = [
        (SEGMENTATION_NAMES[each].in_language(output.language), _segment_name(each, getattr(place, each), result, output))
        for each in SHOWN_OF_CUSTOMER
    ]
    scores = [getattr(place, name) for name in SCORE_NAMES]
    rows.append((output.text(_("scores of recency, frequency and money")), "-" if None in scores else " ".join(map(str, scores))))
    if place.rhythm_days is not None:
        text = (
            _("{days} {days:day|days}, the customer's own")
            if place.has_own_rhythm
            else _("{days} {days:day|days}, the middle of all customers")
        )
        rows.append((output.text(_("interval between orders")), output.text(text, days=_value(place.rhythm_days))))
    output.table([Col(output.text(_("segmentation"))), Col(output.text(_("customer")))], rows)


def _show_beside_tiers(rows: Sequence[SegmentRow], result: SegmentsResult, output: Output) -> bool:
    """Prints the segments of a segmentation; says so where there are none."""
    if all(each.segment is None for each in rows):
        output.say(_("There are none; the notes say why."))
        return False
    tiers = list(reversed(list(result.tier_names)))
    has_lost = any(each.in_no_tier for each in rows)
    lines = []
    for each in rows:
        counts = [number(each.tiers[tier]) for tier in tiers]
        lines.append((*_counted(each, output), *counts, *([number(each.in_no_tier)] if has_lost else [])))
    names = [result.tier_names[tier].in_language(output.language) for tier in tiers] + (
        [output.text(LOST_BY_RULE)] if has_lost else []
    )
    output.table([*_count_columns(result, output), *(Col(name, is_number=True) for name in names)], lines)
    return True


def _count_columns(result: SegmentsResult, output: Output) -> list[Col]:
    titles = (_("customers"), _("share"), _("revenue of 12 months ({currency})"), _("share of revenue"))
    numbers = [Col(output.text(title, currency=result.currency), is_number=True) for title in titles]
    return [Col(output.text(_("segment")), may_wrap=True), *numbers]


def _counted(row: SegmentRow, output: Output) -> tuple[str, ...]:
    return (
        row.name.in_language(output.language),
        number(row.customers),
        percent(row.share),
        money(row.net_revenue_12m),
        percent(row.revenue_share),
    )


def _rest(rows: Iterable[SegmentRow], result: SegmentsResult) -> tuple[str, ...]:
    listed = list(rows)
    customers = sum(each.customers for each in listed)
    shares = [each.revenue_share for each in listed if each.revenue_share is not None]
    return (
        number(customers),
        percent(customers / result.customers if result.customers else None),
        money(sum((each.net_revenue_12m for each in listed), Decimal(0))),
        percent(sum(shares) if shares else None),
    )


def _stability(row: SegmentRow, clusters: Sequence[ClusterRow]) -> str:
    found = next(each for each in clusters if each.cluster == row.segment)
    return percent(found.stability, 0)


def _show_choices(result: SegmentsResult, output: Output) -> None:
    output.heading(_("How their number was chosen"))
    rows = [
        (
            output.text(AMONG_WORDS[each.among]),
            number(each.clusters),
            number(each.silhouette, 2),
            number(each.cloud_silhouette, 2),
            number(each.stability, 2),
            percent(each.smallest_share),
            output.text(VERDICTS[each.verdict]),
        )
        for each in result.cluster_choices
    ]
    titles = (_("clusters"), _("separation (silhouette)"), _("without groups"), _("found again (adjusted Rand)"), _("smallest"))
    columns = [Col(output.text(_("among"))), *(Col(output.text(title), is_number=True) for title in titles)]
    output.table([*columns, Col(output.text(_("verdict")))], rows)
    output.say(
        _(
            "The largest number of clusters is chosen that is found again in other samples and is far better separated than random data without groups."
        )
    )


def _scores(cuts: Sequence[CutRow], wording: Wording, output: Output) -> list[str]:
    """What each score takes: for recency at most so many days, else at least so much."""
    text = _("up to {value}") if cuts[0].measure == "recency_score" else _("from {value}")
    shown = [
        "-" if each.threshold is None else output.text(text, value=wording.number(each.metric, round(each.threshold, 2)))
        for each in cuts
    ]
    return [output.text(_("rest")), *shown]


def _outcome(tree: TreeRow, outcome: str, result: SegmentsResult, output: Output) -> str:
    if tree.target is Target.CLUSTERS:
        return _segment_name(Segmentation.CLUSTER, outcome, result, output)
    named = result.tier_names.get(outcome)
    return outcome if named is None else named.in_language(output.language)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _value(value: float) -> str:
    return f"{round(value, 1):g}"
