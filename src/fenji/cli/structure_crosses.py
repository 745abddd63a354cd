"""Who are the customers of each tier, and what do they buy where? Groups beside the average, with the test whether chance explains it."""

from __future__ import annotations

from decimal import Decimal

from fenji.analyze.structure.cross_products import CrossCell
from fenji.analyze.structure.independence import Independence
from fenji.answers.structure import Part, StructureCross, StructureResult
from fenji.cli.output import Col, Output, money, number, percent
from fenji.cli.structure_words import first_day, tier_names
from fenji.language import message as _

GROUPS_SHOWN = 25
"""Groups of a table listed for people; --json lists them all."""


def show_cross(cross: StructureCross, result: StructureResult, output: Output) -> None:
    """Customers and revenue of each group, and in each tier the share of its customers with the index beside it."""
    name = cross.name.in_language(output.language)
    output.heading(_("Tiers by {by}: share of the tier's customers, and index (100 = average)"), by=name)
    tiers = [Col(each, is_number=True) for each in tier_names(result, output)]
    head = [Col(name), Col(output.text(_("customers")), is_number=True), *tiers, Col(output.text(_("p-value")), is_number=True)]
    shown = cross.groups[:GROUPS_SHOWN]
    labels = [each.name.in_language(output.language) for each in shown]
    rows = [
        (label, number(each.customers), *(_share(tier) for tier in reversed(each.tiers)), _p_value(each.test))
        for label, each in zip(labels, shown, strict=True)
    ]
    everyone = [number(each.customers) for each in reversed(cross.totals)]
    rows.append((output.text(_("all")), number(cross.customers), *everyone, _p_value(cross.test)))
    output.table(head, rows)
    output.heading(
        _("Revenue of 12 months by {by} ({currency}): share of the tier's revenue, and index"),
        by=name,
        currency=result.currency,
    )
    rows = [
        (label, money(each.net_revenue_12m), *(_revenue_share(tier) for tier in reversed(each.tiers)))
        for label, each in zip(labels, shown, strict=True)
    ]
    revenue = [each.net_revenue_12m for each in reversed(cross.totals)]
    rows.append((output.text(_("all")), money(sum(revenue, Decimal(0))), *(money(each) for each in revenue)))
    output.table([head[0], Col(output.text(_("revenue")), is_number=True), *tiers], rows)
    if len(cross.groups) > GROUPS_SHOWN:
        output.say(
            _("... and {more} more {more:group|groups}; --json lists them all."), more=number(len(cross.groups) - GROUPS_SHOWN)
        )
    _show_test(cross, result, output)


def _show_test(cross: StructureCross, result: StructureResult, output: Output) -> None:
    """What the test says, and how far it can be believed."""
    test = cross.test
    if result.part is Part.PRODUCTS:
        output.say(_("Customers are those with a purchase from {first} on; revenue is after returns."), first=first_day(result))
    if any(tier.is_small for each in cross.groups for tier in each.tiers):
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
    if cross.is_overlapping:
        output.say(
            _(
                "Customers in several groups count in each, so the test over the whole table is only a guide; the p-values per line count everyone once."
            )
        )


def _share(cell: CrossCell) -> str:
    return f"{percent(cell.customer_share)} {number(cell.customer_index)}{'*' if cell.is_small else ''}"


def _revenue_share(cell: CrossCell) -> str:
    return f"{percent(cell.revenue_share)} {number(cell.revenue_index)}"


def _p_value(test: Independence | None) -> str:
    if test is None:
        return "-"
    return "<0.001" if test.p_value < 0.001 else number(test.p_value, 3)  # noqa: PLR2004 - as papers print it
