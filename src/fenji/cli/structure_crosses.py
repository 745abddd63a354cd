"""Who are the customers of each tier, and what do they buy where? Groups beside the average, with the test whether chance explains it."""

from __future__ import annotations

from typing import Any

from fenji.analyze.structure.bands import ColumnGroups, MetricBands
from fenji.analyze.structure.cross_products import CrossCell, CrossLine, GroupKey
from fenji.analyze.structure.independence import Independence
from fenji.cli.output import Col, Output, money, number, percent
from fenji.cli.structure_words import first_day, tier_names, wording_of
from fenji.language import message as _
from fenji.wording.groups import group_label, grouping_name
from fenji.workflow.structure import NamedCross, Part, StructureResult

GROUPS_SHOWN = 25
"""Groups of a table listed for people; --json lists them all."""
LINE_NAMES = {"category": _("category"), "product_id": _("product"), "channel": _("channel")}


def crosses_by(part: Part, crosses: list[dict[str, Any]], window: dict[str, Any]) -> dict[str, Any]:
    """The cross analyses under the name of what was asked."""
    return {"composition": crosses} if part is Part.COMPOSITION else window | {"products": crosses}


def cross_json(cross: NamedCross, result: StructureResult, output: Output) -> dict[str, Any]:
    """One cross analysis of the JSON object."""
    structure = cross.structure
    return {
        "by": _field_of(cross),
        "name": _cross_name(cross, result, output),
        "customers": structure.total.customers,
        "is_overlapping": structure.is_overlapping,
        "test": _test_json(structure.test),
        "groups": [_group_json(cross, line, result, output) for line in structure.lines],
    }


def show_cross(cross: NamedCross, result: StructureResult, output: Output) -> None:
    """Customers and revenue of each group, and in each tier the share of its customers with the index beside it."""
    structure = cross.structure
    name = _cross_name(cross, result, output)
    output.heading(_("Tiers by {by}: share of the tier's customers, and index (100 = average)"), by=name)
    tiers = [Col(each, is_number=True) for each in tier_names(result, output)]
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
        output.say(_("Customers are those with a purchase from {first} on; revenue is after returns."), first=first_day(result))
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


def _cross_name(cross: NamedCross, result: StructureResult, output: Output) -> str:
    if isinstance(cross.grouping, str):
        return output.text(LINE_NAMES[cross.grouping])
    return grouping_name(cross.grouping, wording_of(result, output))


def _group_name(cross: NamedCross, key: GroupKey, result: StructureResult, output: Output) -> str:
    if key.is_rest:
        return output.text(_("(all others)"))
    grouping = ColumnGroups(cross.grouping) if isinstance(cross.grouping, str) else cross.grouping
    label = group_label(grouping, key.value, wording_of(result, output))
    name = cross.names.get(label)
    return f"{label} {name}" if name else label


def _share(cell: CrossCell) -> str:
    return f"{percent(cell.customer_share)} {number(cell.customer_index)}{'*' if cell.is_small else ''}"


def _revenue_share(cell: CrossCell) -> str:
    return f"{percent(cell.revenue_share)} {number(cell.revenue_index)}"


def _p_value(test: Independence | None) -> str:
    if test is None:
        return "-"
    return "<0.001" if test.p_value < 0.001 else number(test.p_value, 3)  # noqa: PLR2004 - as papers print it
