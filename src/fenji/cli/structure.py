"""The command ``fenji structure``: what are the customers of each tier like, what do they buy where and when, and on how few does the revenue rest?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.bands import ColumnGroups, MetricBands, group_label, grouping_name
from fenji.analyze.concentration import BestCustomers, Inequality
from fenji.analyze.cross_products import CrossCell, CrossLine, GroupKey
from fenji.analyze.descriptive import QUANTILES, Description
from fenji.analyze.habits import Habit, HabitCell, Rhythm
from fenji.analyze.independence import Independence
from fenji.analyze.rule_words import Wording
from fenji.analyze.tier_counts import MAIN_METRICS
from fenji.cli.options import AsJson, AsOf, Engine, Lang, PastRun, Policy, Workspace, day_of, engine_of, one_of
from fenji.cli.output import Col, Output, money, number, percent, problem_json
from fenji.domain.metrics import Unit
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.structure import NamedCross, Part, StructureResult, structure_of

HELP = _(
    "Shows what lies behind the tiers: statistics of every metric, who the customers are, what they buy and where, on how few the revenue rests, and when they order."
)
EXAMPLES = (
    "fenji structure\n"
    "fenji structure --of profile --metric orders_12m --metric net_revenue_12m\n"
    "fenji structure --of composition --by region\n"
    "fenji structure --of products --as-of 2011-12-09\n"
    "fenji structure --of concentration --json\n"
    "fenji structure --of habits"
)

Of = Annotated[
    str,
    typer.Option(
        "--of",
        metavar="profile|composition|products|concentration|habits",
        help=_(
            "What to show: statistics of metrics (the default), who the customers are, what they buy by which channel, on how few the revenue rests, or when they order."
        ),
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar=_("COLUMN"),
        help=_(
            "Of composition: a customer column such as region, or bands of a metric such as orders_12m:0,1,5. Default: every customer column that has values."
        ),
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar=_("METRIC"),
        help=_("Of profile: a metric; may be given several times. Default: the main metrics, and with --json all of them."),
    ),
]
GROUPS_SHOWN = 25
"""Groups of a table listed for people; --json lists them all."""

RHYTHM_NAMES = {Rhythm.HOUR: _("Orders by hour"), Rhythm.WEEKDAY: _("Orders by weekday"), Rhythm.MONTH: _("Orders by month")}
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
    _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip
LINE_NAMES = {"category": _("category"), "product_id": _("product"), "channel": _("channel")}


def command(
    context: typer.Context,
    *,
    of: Of = Part.PROFILE,
    by: By = None,
    metric: Metrics = None,
    as_of: AsOf = None,
    run: PastRun = None,
    policy: Policy = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints one part of the structure of the tiers."""
    output = Output.chosen(context, lang, is_json=as_json)
    part = one_of(Part, of, _("part")) or Part.PROFILE
    _check(part, by=by, metric=metric, run=run, policy=policy)
    metrics = metric or ([] if output.is_json else list(MAIN_METRICS))
    with output.progress() as progress:
        result = structure_of(
            workspace,
            part,
            as_of=day_of(as_of),
            run_id=run,
            by=by,
            metrics=metrics if part is Part.PROFILE else (),
            policy=policy,
            engine=engine_of(engine),
            progress=progress,
        )
    if output.is_json:
        output.json(answer(result, output))
    else:
        show(result, output)


def _check(part: Part, *, by: str | None, metric: list[str] | None, run: str | None, policy: str | None) -> None:
    """Options that belong to another part are mistakes, not ignored."""
    if by is not None and part is not Part.COMPOSITION:
        raise InvalidArgument.of(_("--by belongs to --of composition."))
    if metric and part is not Part.PROFILE:
        raise InvalidArgument.of(_("--metric belongs to --of profile."))
    if run is not None and policy is not None:
        raise InvalidArgument.of(_("a past run has followed its own policy; leave out --policy."))


def answer(result: StructureResult, output: Output) -> dict[str, Any]:
    """The JSON object."""
    tiers = result.tiers
    head = {
        "run_id": tiers.run_id,
        "as_of": tiers.as_of,
        "is_as_of_defaulted": tiers.is_as_of_defaulted,
        "policy": tiers.policy,
        "version": tiers.version,
        "of": result.part,
        "currency": tiers.currency,
        "customers": tiers.customers,
        "tiers": [
            {"tier": each.tier, "name": each.name.in_language(output.language), "customers": each.customers}
            for each in tiers.tiers
        ],
    }
    return head | _answered(result, output) | {"warnings": [problem_json(each, output.language) for each in result.warnings]}


def _answered(result: StructureResult, output: Output) -> dict[str, Any]:
    window = {"opens_after": result.opens_after}
    if result.part is Part.PROFILE:
        return {"profile": [vars(each) for each in result.profile]}
    if result.part is Part.CONCENTRATION:
        found = result.concentration
        if found is None:
            return {"concentration": None}
        inequalities = {name: _inequality_json(getattr(found, name)) for name in ("buyers", "everyone")}
        return {"concentration": {**vars(found), **inequalities}}
    if result.part is Part.HABITS:
        habits = {str(each.rhythm): [_slot_json(slot, result) for slot in each.slots] for each in result.habits}
        return window | {"time_zone": result.time_zone, "midnight_orders": result.midnight_orders, "habits": habits}
    crosses = [_cross_json(each, result, output) for each in result.crosses]
    return crosses_by(result.part, crosses, window)


def crosses_by(part: Part, crosses: list[dict[str, Any]], window: dict[str, Any]) -> dict[str, Any]:
    """The cross analyses under the name of what was asked."""
    return {"composition": crosses} if part is Part.COMPOSITION else window | {"products": crosses}


def _inequality_json(found: Inequality | None) -> dict[str, Any] | None:
    if found is None:
        return None
    points = {name: [vars(each) for each in getattr(found, name)] for name in ("top", "curve")}
    return {**vars(found), **points}


def _slot_json(slot: Any, result: StructureResult) -> dict[str, Any]:  # noqa: ANN401 - a dataclass, read by its fields
    cells = zip(result.tiers.tiers, slot.cells, strict=True)
    return {"slot": slot.slot, **vars(slot.total), "tiers": [{"tier": tier.tier, **vars(cell)} for tier, cell in cells]}


def _cross_json(cross: NamedCross, result: StructureResult, output: Output) -> dict[str, Any]:
    structure = cross.structure
    return {
        "by": _field_of(cross),
        "name": _cross_name(cross, result, output),
        "customers": structure.total.customers,
        "is_overlapping": structure.is_overlapping,
        "test": _test_json(structure.test),
        "groups": [_group_json(cross, line, result, output) for line in structure.lines],
    }


def _field_of(cross: NamedCross) -> str:
    if isinstance(cross.grouping, str):
        return cross.grouping
    return cross.grouping.metric if isinstance(cross.grouping, MetricBands) else cross.grouping.column


def _group_json(cross: NamedCross, line: CrossLine, result: StructureResult, output: Output) -> dict[str, Any]:
    cells = zip(cross.structure.tiers, line.cells, strict=True)
    return {
        "group": line.key.value,
        "is_rest": line.key.is_rest,
        "name": _group_name(cross, line.key, result, output),
        **_cell_json(line.total),
        "test": _test_json(line.test),
        "tiers": [{"tier": tier, **_cell_json(cell)} for tier, cell in cells],
    }


def _cell_json(cell: CrossCell) -> dict[str, Any]:
    return {**vars(cell), "is_small": cell.is_small}


def _test_json(test: Independence | None) -> dict[str, Any] | None:
    return None if test is None else {**vars(test), "is_reliable": test.is_reliable}


def show(result: StructureResult, output: Output) -> None:
    """The tables for people."""
    output.warn(result.warnings)
    tiers = result.tiers
    values = {"as_of": tiers.as_of, "policy": tiers.policy, "version": tiers.version, "run_id": tiers.run_id}
    output.heading(_("Structure of the tiers as of {as_of}, policy {policy} version {version} (run {run_id})"), **values)
    if result.part is Part.PROFILE:
        _show_profile(result, output)
    elif result.part is Part.CONCENTRATION:
        _show_concentration(result, output)
    elif result.part is Part.HABITS:
        _show_habits(result, output)
    else:
        for cross in result.crosses:
            _show_cross(cross, result, output)
        if not result.crosses:
            output.say(_("No column to group by has any value."))


def _tier_names(result: StructureResult, output: Output) -> list[str]:
    """The highest first."""
    return [each.name.in_language(output.language) for each in reversed(result.tiers.tiers)]


def _show_profile(result: StructureResult, output: Output) -> None:
    """One table per metric: tiers down, the highest first, statistics across."""
    titles = [_("with a value"), _("mean"), _("standard deviation"), *(_("p10"), _("p25"), _("median"), _("p75"), _("p90"))]
    names = {each.tier: each.name.in_language(output.language) for each in result.tiers.tiers}
    head = [Col(output.text(_("tier"))), *(Col(output.text(title), is_number=True) for title in titles)]
    for slug in dict.fromkeys(each.metric for each in result.profile):
        metric = result.tiers.registry.named(slug)
        own = [each for each in result.profile if each.metric == slug]
        is_money = metric.unit is Unit.MONEY
        name = metric.name.in_language(output.language)
        output.heading(f"{name} ({result.tiers.currency})" if is_money else name)
        rows = []
        for each in reversed(own):
            title = names[each.tier] if each.tier is not None else output.text(_("all"))
            rows.append((title, number(each.customers), *(number(value, 2) for value in _statistics(each))))
        output.table(head, rows)
    shown, known = len({each.metric for each in result.profile}), len(result.tiers.registry)
    if shown < known:
        output.say(
            _("{shown} of {known} metrics; --metric NAME shows another one, --json all of them."), shown=shown, known=known
        )


def _statistics(each: Description) -> list[float | None]:
    return [each.mean, each.standard_deviation, *(getattr(each, name) for name in QUANTILES)]


def _show_cross(cross: NamedCross, result: StructureResult, output: Output) -> None:
    """Customers and revenue of each group, and in each tier the share of its customers with the index beside it."""
    structure = cross.structure
    name = _cross_name(cross, result, output)
    output.heading(_("Tiers by {by}: share of the tier's customers, and index (100 = average)"), by=name)
    tiers = [Col(each, is_number=True) for each in _tier_names(result, output)]
    head = [Col(name), Col(output.text(_("customers")), is_number=True), *tiers, Col(output.text(_("p-value")), is_number=True)]
    shown = structure.lines[:GROUPS_SHOWN]
    labels = [_group_name(cross, line.key, result, output) for line in shown]
    rows = [
        (label, number(line.total.customers), *(_share(cell) for cell in reversed(line.cells)), _p_value(line.test))
        for label, line in zip(labels, shown, strict=True)
    ]
    everyone = [number(each.customers) for each in reversed(structure.totals)]
    rows.append((output.text(_("all")), number(structure.total.customers), *everyone, _p_value(structure.test)))
    output.table(head, rows)
    output.heading(
        _("Revenue of 12 months by {by} ({currency}): share of the tier's revenue, and index"),
        by=name,
        currency=result.tiers.currency,
    )
    rows = [
        (label, money(line.total.net_revenue_12m), *(_revenue_share(cell) for cell in reversed(line.cells)))
        for label, line in zip(labels, shown, strict=True)
    ]
    revenue = [money(each.net_revenue_12m) for each in reversed(structure.totals)]
    rows.append((output.text(_("all")), money(structure.total.net_revenue_12m), *revenue))
    output.table([head[0], Col(output.text(_("revenue")), is_number=True), *tiers], rows)
    if len(structure.lines) > GROUPS_SHOWN:
        output.say(
            _("... and {more} more {more:group|groups}; --json lists them all."), more=number(len(structure.lines) - GROUPS_SHOWN)
        )
    _show_test(cross, result, output)


def _show_test(cross: NamedCross, result: StructureResult, output: Output) -> None:
    """What the test says, and how far it can be believed."""
    structure, test = cross.structure, cross.structure.test
    if result.part is Part.PRODUCTS:
        output.say(_("Customers are those with a purchase from {first} on; revenue is after returns."), first=_first_day(result))
    if any(cell.is_small for line in structure.lines for cell in line.cells):
        output.say(_("* fewer than 5 customers would be expected here, so the index says little."))
    if test is None:
        output.say(_("There is nothing to test: fewer than two groups or tiers have customers."))
        return
    output.say(
        _(
            "Chi-square test of independence: {chi_square} with {freedom} degrees of freedom, p-value {p_value}, Cramér's V {strength} (0 no tie, 1 complete)."
        ),
        chi_square=number(test.chi_square, 1),
        freedom=test.degrees_of_freedom,
        p_value=_p_value(test),
        strength=number(test.cramers_v, 3),
    )
    if not test.is_reliable:
        output.say(
            _(
                "Of {cells} cells {small} expect fewer than 5 customers (the smallest {least}): too many for this p-value to be believed."
            ),
            cells=number(test.cells),
            small=number(test.small_cells),
            least=number(test.smallest_expected, 1),
        )
    if structure.is_overlapping:
        output.say(
            _(
                "Customers in several groups count in each, so the test over the whole table is only a guide; the p-values per line count everyone once."
            )
        )


def _first_day(result: StructureResult) -> str:
    return str(result.opens_after + timedelta(days=1))


def _cross_name(cross: NamedCross, result: StructureResult, output: Output) -> str:
    if isinstance(cross.grouping, str):
        return output.text(LINE_NAMES[cross.grouping])
    return grouping_name(cross.grouping, _wording(result, output))


def _group_name(cross: NamedCross, key: GroupKey, result: StructureResult, output: Output) -> str:
    if key.is_rest:
        return output.text(_("(all others)"))
    grouping = ColumnGroups(cross.grouping) if isinstance(cross.grouping, str) else cross.grouping
    label = group_label(grouping, key.value, _wording(result, output))
    name = cross.names.get(label)
    return f"{label} {name}" if name else label


def _wording(result: StructureResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.tiers.registry}, output.language, result.tiers.currency)


def _share(cell: CrossCell) -> str:
    return f"{percent(cell.customer_share)} {number(cell.customer_index)}{'*' if cell.is_small else ''}"


def _revenue_share(cell: CrossCell) -> str:
    return f"{percent(cell.revenue_share)} {number(cell.revenue_index)}"


def _p_value(test: Independence | None) -> str:
    if test is None:
        return "-"
    return "<0.001" if test.p_value < 0.001 else number(test.p_value, 3)  # noqa: PLR2004 - as papers print it


def _show_concentration(result: StructureResult, output: Output) -> None:
    """Who is in the curve and who is not, the best customers, and the whole curve."""
    found = result.concentration
    if found is None or found.buyers is None or found.everyone is None:
        output.say(_("Nobody in a tier brought any revenue in the 12 months."))
        return
    counts = {"customers": number(found.customers), "positive": number(found.positive), "zero": number(found.zero)}
    output.say(_("Of {customers} customers in a tier, {positive} brought revenue in the 12 months and {zero} none."), **counts)
    if found.negative:
        output.say(
            _(
                "{negative} were refunded more than they paid, {amount} {currency} in all: they count as nothing in shares, curve and Gini."
            ),
            negative=number(found.negative),
            amount=money(found.negative_revenue_12m),
            currency=result.tiers.currency,
        )
    bases = (found.buyers, found.everyone)
    titles = [_("of customers with revenue"), _("share of revenue"), _("of all customers"), _("share of revenue")]
    head = [Col(output.text(_("the best"))), *(Col(output.text(title), is_number=True) for title in titles)]
    output.heading(
        _("On how few customers the revenue of {amount} {currency} rests"),
        amount=money(found.positive_revenue_12m),
        currency=result.tiers.currency,
    )
    output.table(head, _best_rows([each.top for each in bases]))
    output.say(
        _("Gini coefficient (0 all equal, 1 one has everything): {buyers} among customers with revenue, {everyone} among all."),
        buyers=number(found.buyers.gini, 3),
        everyone=number(found.everyone.gini, 3),
    )
    output.heading(_("Pareto curve"))
    output.table(head, _best_rows([each.curve for each in bases]))


def _best_rows(points: Sequence[Sequence[BestCustomers]]) -> list[list[str]]:
    return [
        [f"{pair[0].percent}%", *(cell for each in pair for cell in (number(each.customers), percent(each.revenue_share)))]
        for pair in zip(*points, strict=True)
    ]


def _show_habits(result: StructureResult, output: Output) -> None:
    output.say(_("Orders from {first} on, in the time zone {zone}."), first=_first_day(result), zone=result.time_zone)
    for habit in result.habits:
        _show_habit(habit, result, output)


def _show_habit(habit: Habit, result: StructureResult, output: Output) -> None:
    """Slots down, tiers across; slots in which nobody orders are left out."""
    output.heading(
        _("{what}: share of the tier's orders, and index (100 = average)"), what=output.text(RHYTHM_NAMES[habit.rhythm])
    )
    head = [Col(""), *(Col(output.text(title), is_number=True) for title in (_("orders"), _("share")))]
    names = [Col(each, is_number=True) for each in _tier_names(result, output)]
    rows = [
        (
            _slot_name(habit.rhythm, slot.slot, output),
            number(slot.total.orders),
            percent(slot.total.share),
            *(_habit(cell) for cell in reversed(slot.cells)),
        )
        for slot in habit.slots
        if slot.total.orders
    ]
    output.table([*head, *names], rows)


def _habit(cell: HabitCell) -> str:
    return f"{percent(cell.share)} {number(cell.index)}"


def _slot_name(rhythm: Rhythm, slot: int, output: Output) -> str:
    if rhythm is Rhythm.HOUR:
        return f"{slot:02d}:00"
    return output.text(WEEKDAYS[slot - 1] if rhythm is Rhythm.WEEKDAY else MONTHS[slot - 1])
