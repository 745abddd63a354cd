"""In what tables do people read value? Classes, the grid of value and potential, tiers, models, the trial on the past, customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fenji.answers.value import FittedOrders, FittedSpending, ValueCell, ValueResult
from fenji.cli.output import Col, Output, money, number, percent
from fenji.domain.value import CutBy, OrderModel, SpendModel, ValueClass
from fenji.language import message as _
from fenji.wording.reasons import LOST_BY_RULE
from fenji.wording.rules import Wording

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
PARAMETERS: dict[OrderModel | SpendModel, tuple[str, ...]] = {
    OrderModel.BG_NBD: ("r", "alpha", "a", "b", "log_likelihood"),
    OrderModel.MBG_NBD: ("r", "alpha", "a", "b", "log_likelihood"),
    OrderModel.AVERAGE_RATE: ("orders_per_week",),
    OrderModel.CONTINUED: (),
    OrderModel.RECENCY: (),
    SpendModel.GAMMA_GAMMA: ("average", "correlation", "p", "q", "gamma"),
    SpendModel.AVERAGE: ("average",),
}
"""What is shown of each model; everything is in the JSON."""
LARGE = 1000
"""From there on four figures would cut off digits."""
MOST_REPEATS = 10
"""The last row of the hold-out stands for so many and more."""


def class_name(value_class: ValueClass | None, output: Output) -> str:
    """A class in words."""
    return output.text(CLASS_NAMES[value_class])


def show_classes(result: ValueResult, output: Output) -> None:
    """Customers and money in the classes of value and of potential."""
    rules, summary = result.rules, result.summary
    wording = Wording(result.measures, output.language, result.currency)
    for title, cuts, starts, classes in (
        (
            _("Classes by value: {measure}, cut by {by}"),
            rules.current,
            {ValueClass.HIGH: summary.current_high, ValueClass.MIDDLE: summary.current_middle},
            [each.current_class for each in result.grid],
        ),
        (
            _("Classes by potential: {measure}, cut by {by}"),
            rules.potential,
            {ValueClass.HIGH: summary.potential_high, ValueClass.MIDDLE: summary.potential_middle},
            [each.potential_class for each in result.grid],
        ),
    ):
        output.heading(title, measure=wording.name(cuts.measure), by=output.text(CUT_NAMES[cuts.by]))
        rows = []
        for each in (*ValueClass, None):
            own = [cell for cell, its_class in zip(result.grid, classes, strict=True) if its_class is each]
            if own:
                start = None if each is None else starts.get(each)
                rows.append((class_name(each, output), number(start, 2), *_sums(own, result)))
        output.table([Col(output.text(_("class"))), Col(output.text(_("from")), is_number=True), *_sum_columns(output)], rows)


def show_grid(result: ValueResult, output: Output) -> None:
    """The nine fields of value and potential: customers, and what they brought."""
    output.heading(_("Value by potential: customers, and their revenue of twelve months"))
    classes = [*ValueClass, *([None] if any(row.potential_class is None for row in result.grid) else [])]
    rows = []
    for current in ValueClass:
        cells = []
        for potential in classes:
            own = [row for row in result.grid if (row.current_class, row.potential_class) == (current, potential)]
            brought = sum((row.net_revenue_12m for row in own), Decimal(0))
            cells.append(f"{number(sum(row.customers for row in own))} ({number(brought)})")
        rows.append((class_name(current, output), *cells))
    head = [output.text(_("potential {name}"), name=class_name(each, output)) for each in classes]
    output.table([Col(output.text(_("value"))), *(Col(each, is_number=True) for each in head)], rows)


def show_tiers(result: ValueResult, output: Output) -> None:
    """What each tier brought and is expected to bring."""
    output.heading(_("Value by tier"))
    names = {each.slug: each.name.in_language(output.language) for each in reversed(result.tier_policy.tiers)}
    rows = []
    for tier, name in [*names.items(), (None, output.text(LOST_BY_RULE))]:
        own = [row for row in result.grid if row.tier == tier]
        if own:
            rows.append((name, *_sums(own, result)))
    output.table([Col(output.text(_("tier"))), *_sum_columns(output)], rows)


def show_models(result: ValueResult, output: Output) -> None:
    """Parameters with their intervals, beside the model that was not chosen."""
    output.heading(_("Models; intervals of 95 %"))
    models: list[FittedOrders | FittedSpending] = [*result.order_models, result.spend_model]
    rows = [line for model in models for line in _parameters(model, output)]
    summary = result.summary
    ends = _figure_ends(summary.rhythm_spread_lower, summary.rhythm_spread_upper)
    rows.append(("rhythm", "spread", _figures(summary.rhythm_spread), ends, output.text(_("in use"))))
    titles = (_("model"), _("quantity"), _("estimate"), _("interval"), "")
    numbers = (False, False, True, True, False)
    output.table(
        [Col(output.text(each) if each else "", is_number=right) for each, right in zip(titles, numbers, strict=True)], rows
    )


def _parameters(model: FittedOrders | FittedSpending, output: Output) -> Iterator[tuple[str, ...]]:
    is_used = isinstance(model, FittedSpending) or model.is_chosen
    values = vars(model)
    for name in PARAMETERS[model.model]:
        ends = _figure_ends(values.get(f"{name}_lower"), values.get(f"{name}_upper"))
        yield (str(model.model), name, _figures(values[name]), ends, output.text(_("in use")) if is_used else "")


def show_trial(result: ValueResult, output: Output, *, details: bool) -> None:
    """The back-test of the models; with details by number of earlier orders."""
    summary = result.summary
    if not summary.holdout_weeks:
        return
    output.heading(_("Back-test: fitted on what was known {weeks} weeks ago"), weeks=number(summary.holdout_weeks))
    output.say(
        _(
            "The customers of that day placed {actual} repeat orders since; {expected} were expected ({error}); as many as before would have been {before} ({before_error})."
        ),
        actual=number(summary.holdout_actual),
        expected=number(summary.holdout_expected),
        error=_signed(summary.holdout_error_share),
        before=number(summary.holdout_before),
        before_error=_signed(summary.holdout_before_error_share),
    )
    if not details:
        return
    rows = [
        (
            number(row.repeats) + ("+" if row.repeats == MOST_REPEATS else ""),
            number(row.customers),
            number(row.actual),
            number(row.expected),
        )
        for row in result.holdout
    ]
    titles = (_("repeat orders before"), _("customers"), _("orders since"), _("expected"))
    output.table([Col(output.text(each), is_number=True) for each in titles], rows)


def show_survival(result: ValueResult, output: Output) -> None:
    """How long contracts last, where there are any."""
    summary, own = result.summary, [row for row in result.survival if row.plan == "all"]
    if not own:
        return
    output.heading(_("Contracts: share still running after months"))
    if summary.contract_customers:
        output.say(
            _(
                "{customers} customers have {contracts} contracts in force, with {fee} {currency} a month; in twelve months {later} of these are expected to be in force. Fees expected by then: {fees} {currency}; of {months} months, discounted: {clv} {currency}."
            ),
            customers=number(summary.contract_customers),
            contracts=number(summary.contracts),
            fee=number(summary.monthly_fee),
            currency=result.currency,
            later=number(summary.contracts_12m),
            fees=number(summary.expected_fees_12m),
            months=result.rules.clv_months,
            clv=number(summary.fee_clv),
        )
    listed = [row for row in own if row.period in {1, 2, 3, 6, 12, 18, 24, 36, 48, 60}] or own
    rows = [
        (
            number(row.period),
            number(row.at_risk),
            percent(row.survival),
            "-" if row.lower is None else f"[{percent(row.lower)}, {percent(row.upper)}]",
            percent(row.expected),
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
    names = {each.slug: each.name.in_language(output.language) for each in result.tier_policy.tiers}
    rows = [
        (
            row.customer_id,
            output.text(LOST_BY_RULE) if row.tier is None else names[row.tier],
            money(row.net_revenue_12m),
            percent(row.p_alive),
            number(row.expected_orders_12m, 1),
            money(row.expected_revenue_12m),
            money(row.clv),
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


def _sums(own: Sequence[ValueCell], result: ValueResult) -> tuple[str, ...]:
    everyone = sum(row.customers for row in result.grid)
    customers = sum(row.customers for row in own)
    return (
        number(customers),
        percent(customers / everyone if everyone else None),
        number(_sum(each.alive for each in own)),
        number(_sum(each.net_revenue_12m for each in own)),
        number(_sum(each.margin_12m for each in own)),
        number(_sum(each.expected_orders_12m for each in own)),
        number(_sum(each.expected_revenue_12m for each in own)),
        number(_sum(each.clv for each in own)),
    )


def _sum(values: Iterator[float | Decimal | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [float(each) for each in values if each is not None]
    return sum(known) if known else None


def _figures(value: float | None) -> str:
    """A parameter to four figures, log-likelihoods to a tenth; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.1f}" if abs(value) >= LARGE else f"{value:.4g}"


def _figure_ends(lower: float | None, upper: float | None) -> str:
    return "-" if lower is None else f"[{_figures(lower)}, {_figures(upper)}]"


def _signed(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:+.1f}%"
