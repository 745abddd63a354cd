"""In what tables do people read value? Classes, the grid of value and potential, tiers, models, the trial on the past, customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from fenji.cli.output import Col, Output, money, number, percent
from fenji.domain.value import CutBy, OrderModel, SpendModel, ValueClass
from fenji.language import message as _
from fenji.workflow.value import ValueResult

Row = Mapping[str, Any]

CLASS_NAMES = {
    ValueClass.HIGH: _("high"),
    ValueClass.MIDDLE: _("middle"),
    ValueClass.LOW: _("low"),
    None: _("not known"),
}
CUT_NAMES = {
    CutBy.REVENUE_SHARE: _("share of the sum"),
    CutBy.CUSTOMER_SHARE: _("share of customers"),
    CutBy.AMOUNT: _("amount"),
}
PARAMETERS = {
    **dict.fromkeys(("bg_nbd", "mbg_nbd"), ("r", "alpha", "a", "b", "log_likelihood")),
    OrderModel.AVERAGE_RATE: ("orders_per_week",),
    SpendModel.GAMMA_GAMMA: ("p", "q", "gamma", "average", "correlation"),
    SpendModel.AVERAGE: ("average",),
    "rhythm": ("spread",),
}
"""What is shown of each model; everything is in the JSON."""
LARGE = 1000
"""From there on four figures would cut off digits."""
MOST_REPEATS = 10
"""The last row of the hold-out stands for so many and more."""


def class_name(slug: str | None, output: Output) -> str:
    """A class in words."""
    return output.text(CLASS_NAMES[None if slug is None else ValueClass(slug)])


def show_classes(result: ValueResult, output: Output) -> None:
    """Customers and money in the classes of value and of potential."""
    for part, cuts, title in (
        ("current", result.rules.current, _("Classes by value: {measure}, cut by {by}")),
        ("potential", result.rules.potential, _("Classes by potential: {measure}, cut by {by}")),
    ):
        output.heading(title, measure=str(cuts.measure), by=output.text(CUT_NAMES[cuts.by]))
        rows = []
        for each in (*ValueClass, None):
            own = [row for row in result.grid if row[f"{part}_class"] == each]
            if own:
                start = "-" if each in (ValueClass.LOW, None) else number(result.value(part, str(each)), 2)
                rows.append((class_name(each, output), start, *_sums(own, result)))
        output.table([Col(output.text(_("class"))), Col(output.text(_("from")), is_number=True), *_sum_columns(output)], rows)


def show_grid(result: ValueResult, output: Output) -> None:
    """The nine fields of value and potential: customers, and what they brought."""
    output.heading(_("Value by potential: customers, and their revenue of twelve months"))
    classes = [*ValueClass, *([None] if any(row["potential_class"] is None for row in result.grid) else [])]
    rows = []
    for current in ValueClass:
        cells = []
        for potential in classes:
            own = [row for row in result.grid if (row["current_class"], row["potential_class"]) == (current, potential)]
            brought = sum((row["net_revenue_12m"] for row in own), Decimal(0))
            cells.append(f"{number(sum(row['customers'] for row in own))} ({number(brought)})")
        rows.append((class_name(current, output), *cells))
    head = [output.text(_("potential {name}"), name=class_name(each, output)) for each in classes]
    output.table([Col(output.text(_("value"))), *(Col(each, is_number=True) for each in head)], rows)


def show_tiers(result: ValueResult, output: Output) -> None:
    """What each tier brought and is expected to bring."""
    output.heading(_("Value by tier"))
    names = {each.slug: each.name.in_language(output.language) for each in reversed(result.policy.tiers)}
    rows = []
    for tier, name in [*names.items(), (None, output.text(_("lost")))]:
        own = [row for row in result.grid if row["tier"] == tier]
        if own:
            rows.append((name, *_sums(own, result)))
    output.table([Col(output.text(_("tier"))), *_sum_columns(output)], rows)


def show_models(result: ValueResult, output: Output) -> None:
    """Parameters with their intervals, beside the model that was not chosen."""
    output.heading(_("Models; intervals of 95 %"))
    rows = []
    for (model, quantity), row in result.quantities.items():
        if quantity in PARAMETERS.get(model, ()):
            interval = "-" if row["lower"] is None else f"[{_figures(row['lower'])}, {_figures(row['upper'])}]"
            used = output.text(_("in use")) if row["is_chosen"] else ""
            rows.append((model, quantity, _figures(row["value"]), interval, used))
    titles = (_("model"), _("quantity"), _("estimate"), _("interval"), "")
    numbers = (False, False, True, True, False)
    output.table(
        [Col(output.text(each) if each else "", is_number=right) for each, right in zip(titles, numbers, strict=True)], rows
    )


def show_trial(result: ValueResult, output: Output) -> None:
    """How models fitted earlier would have done since."""
    weeks = result.value("holdout", "weeks")
    if not weeks:
        return
    output.heading(_("Tried on the past: fitted on what was known {weeks} weeks ago"), weeks=number(weeks))
    output.say(
        _(
            "The customers of that day placed {actual} repeat orders since; {expected} were expected ({error}); as many as before would have been {before} ({before_error})."
        ),
        actual=number(result.value("holdout", "actual")),
        expected=number(result.value("holdout", "expected")),
        error=_signed(result.value("holdout", "error_share")),
        before=number(result.value("holdout", "before")),
        before_error=_signed(result.value("holdout", "before_error_share")),
    )
    rows = [
        (
            number(row["repeats"]) + ("+" if row["repeats"] == MOST_REPEATS else ""),
            number(row["customers"]),
            number(row["actual"]),
            number(row["expected"]),
        )
        for row in result.holdout
    ]
    titles = (_("repeat orders before"), _("customers"), _("orders since"), _("expected"))
    output.table([Col(output.text(each), is_number=True) for each in titles], rows)


def show_survival(result: ValueResult, output: Output) -> None:
    """How long contracts last, where there are any."""
    own = [row for row in result.survival if row["plan"] == "all"]
    if not own:
        return
    output.heading(_("Contracts: share still running after months"))
    if result.value("contracts", "customers"):
        output.say(
            _(
                "{customers} customers have {contracts} contracts in force, with {fee} {currency} a month; in twelve months {later} of these are expected to be in force. Fees expected by then: {fees} {currency}; of {months} months, discounted: {clv} {currency}."
            ),
            customers=number(result.value("contracts", "customers")),
            contracts=number(result.value("contracts", "contracts")),
            fee=number(result.value("contracts", "monthly_fee")),
            currency=result.currency,
            later=number(result.value("contracts", "contracts_12m")),
            fees=number(result.value("contracts", "expected_fees_12m")),
            months=result.rules.clv_months,
            clv=number(result.value("contracts", "fee_clv")),
        )
    listed = [row for row in own if row["period"] in {1, 2, 3, 6, 12, 18, 24, 36, 48, 60}] or own
    rows = [
        (
            number(row["period"]),
            number(row["at_risk"]),
            percent(row["survival"]),
            "-" if row["lower"] is None else f"[{percent(row['lower'])}, {percent(row['upper'])}]",
            percent(row["expected"]),
        )
        for row in listed
    ]
    titles = (_("months"), _("at risk"), _("still running"), _("interval"), _("fitted curve"))
    output.table([Col(output.text(each), is_number=True) for each in titles], rows)


def show_top(result: ValueResult, output: Output) -> None:
    """The most valuable customers."""
    if not result.top:
        return
    output.heading(_("The {count} customers with the highest lifetime value"), count=len(result.top))
    names = {each.slug: each.name.in_language(output.language) for each in result.policy.tiers}
    rows = [
        (
            row["customer_id"] or "-",
            names.get(row["tier"], output.text(_("lost"))),
            money(row["net_revenue_12m"]),
            percent(row["p_alive"]),
            number(row["expected_orders_12m"], 1),
            money(row["expected_revenue_12m"]),
            money(row["clv"]),
        )
        for row in result.top
    ]
    titles = (
        _("customer"),
        _("tier"),
        _("revenue of 12 months"),
        _("still a customer"),
        _("expected order days"),
        _("expected revenue"),
        _("lifetime value"),
    )
    output.table([Col(output.text(each), is_number=place > 1) for place, each in enumerate(titles)], rows)


def _sum_columns(output: Output) -> list[Col]:
    titles = (
        _("customers"),
        _("share"),
        _("still customers"),
        _("revenue of 12 months"),
        _("margin"),
        _("expected order days"),
        _("expected revenue"),
        _("lifetime value"),
    )
    return [Col(output.text(each), is_number=True) for each in titles]


def _sums(rows: Iterable[Row], result: ValueResult) -> tuple[str, ...]:
    own = list(rows)
    everyone = sum(row["customers"] for row in result.grid)
    customers = sum(row["customers"] for row in own)
    return (
        number(customers),
        percent(customers / everyone if everyone else None),
        number(_sum(own, "alive")),
        number(_sum(own, "net_revenue_12m")),
        number(_sum(own, "margin_12m")),
        number(_sum(own, "expected_orders_12m")),
        number(_sum(own, "expected_revenue_12m")),
        number(_sum(own, "clv")),
    )


def _sum(rows: list[Row], name: str) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [float(row[name]) for row in rows if row[name] is not None]
    return sum(known) if known else None


def _figures(value: float | None) -> str:
    """A parameter to four figures, log-likelihoods to a tenth; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.1f}" if abs(value) >= LARGE else f"{value:.4g}"


def _signed(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:+.1f}%"
