"""Whom to serve first, and how few bring how much, as charts?"""

from __future__ import annotations

from fenji.answers.priority import PriorityResult
from fenji.domain.priority import Part
from fenji.domain.telling import PERSONAL
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, NEUTRAL, Axis, Series, Unit, tier_color
from fenji.reports.charts.data import Bars, Layout
from fenji.reports.charts.of_answers.parts import Reader, behind
from fenji.wording import figures
from fenji.wording.priority import PART_NAMES

LISTED = 20
"""Customers shown; the list holds all."""


def mark_bars(found: PriorityResult, say: Reader) -> Bars:
    """Shares of customers beside shares of the measure for the marks A, B and C."""
    measure = found.measures[found.pareto.measure]
    name = say.name(measure.name)
    told = [
        say(
            _("{mark}: {share} of customers bring {amount}"),
            mark=each.mark,
            share=figures.share(each.customer_share),
            amount=figures.share(each.amount_share),
        )
        for each in found.marks
    ]
    lists = tuple(behind(mark=each.mark, as_of=found.as_of) for each in found.marks)
    return Bars(
        language=say.language,
        title=say(_("A, B and C customers")),
        subtitle=say(_("By {measure}."), measure=name),
        sentence=say(_("{tiers}."), tiers=say(_("; ")).join(told)),
        categories=tuple(str(each.mark) for each in found.marks),
        category_title=say(_("mark")),
        axis=Axis(say(_("share")), Unit.SHARE),
        series=(
            Series(say(_("share of customers")), NEUTRAL, tuple(each.customer_share for each in found.marks), conditions=lists),
            Series(name, ACCENT, tuple(each.amount_share for each in found.marks)),
        ),
        is_horizontal=True,
    )


def point_bars(found: PriorityResult, say: Reader) -> Bars | None:
    """The first customers with the points that each part brings; None where nobody has a place."""
    rows = found.order[:LISTED]
    if not rows:
        return None
    parts = [each.part for each in found.parts]
    return Bars(
        language=say.language,
        title=say(_("Points of the first {count} {count:customer|customers}"), count=len(rows)),
        sentence=say(_("The first has {score} points."), score=figures.number(rows[0].score)),
        categories=tuple(f"{each.position}. {say.view.text(each.customer_id, PERSONAL)}" for each in rows),
        category_title=say(_("customer")),
        axis=Axis(say(_("points")), Unit.NUMBER),
        series=tuple(
            Series(say(PART_NAMES[part]), tier_color(place, len(Part)), tuple(each.points(part) for each in rows))
            for place, part in enumerate(parts)
        ),
        layout=Layout.STACKED,
        is_horizontal=True,
    )
