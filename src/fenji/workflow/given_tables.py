"""What do the models and rules say of tables that somebody holds in memory? No workspace, no run: orders in, metrics, tiers or values out.

Memory: the table that is given and the result are held whole; what lies between is the engine's, and spills to disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.lint import Finding, Severity, lint_policy
from fenji.analyze.reviews.tiers import tiered_panel
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.value.deciding import outlook
from fenji.analyze.value.order_histories import order_histories
from fenji.documents.policies import policy_document_from_text
from fenji.domain.metrics import REVENUE, Fact, Metric
from fenji.domain.policies import SCORE, Policy
from fenji.domain.value import DEFAULT_RULES
from fenji.engines.duck import DuckEngine
from fenji.errors import InvalidArgument, InvalidDocument, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.prepare.orders.lines import make_order_lines
from fenji.tables.clean import CUSTOMER, MOMENT, MONEY
from fenji.tables.insight import metric_type
from fenji.workspace.fitting import fit_histories, sampled_days, scored_customers

NEEDED = ("customer_id", "ordered_on", "net_revenue")
"""What an order must say; negative revenue is a return."""
OPTIONAL = ("order_id", "product_id", "category", "channel", "quantity")
"""Without ``order_id`` every row is an order of its own."""
SOURCE = "orders"
PLACE = "the table of orders"


def metrics_of_orders(orders: pa.Table, *, as_of: date, columns: Mapping[str, str] | None = None) -> pa.Table:
    """The metrics of every customer at a date, from orders alone.

    Args:
        orders: one row per order, or per line where several rows share an ``order_id``; see ``NEEDED`` and ``OPTIONAL``.
        as_of: the last day that counts; later rows change nothing.
        columns: our name: the table's own name, for columns that are called otherwise.

    Returns:
        One row per customer known by then: customer_id, as_of, and every metric that orders tell, in the order of the reference.

    Raises:
        InvalidArgument: columns are missing or hold something else; all problems at once.
    """
    with _engine() as engine:
        customers, lines = clean_tables(engine, orders, columns or {})
        panel = customer_metric({Fact.ORDER_LINE: lines}, customers, metrics=_metrics_of_orders(), as_of=as_of)
        return _named(engine, panel, customers)


def values_of_orders(orders: pa.Table, *, as_of: date, columns: Mapping[str, str] | None = None) -> pa.Table:
    """What every customer has brought and is expected to bring, by the models that the workspace's analysis uses too.

    Args:
        orders: as for ``metrics_of_orders``.
        as_of: the last day that counts.
        columns: as for ``metrics_of_orders``.

    Returns:
        One row per customer with an order by then: customer_id, order_days, revenue, and the columns of ``scoring.SCORES``: null
        where too few customers come again for a model.

    Raises:
        InvalidArgument: as ``metrics_of_orders``.
    """
    with _engine() as engine:
        customers, lines = clean_tables(engine, orders, columns or {})
        histories = engine.stage(order_histories(lines, as_of=as_of))
        fitted = fit_histories(engine, lines, histories, as_of=as_of)
        found = outlook(sampled_days(engine, lines, fitted.totals, as_of=as_of), fitted.models, as_of=as_of)
        scores = scored_customers(engine, lines, histories, found, DEFAULT_RULES, as_of=as_of)
        known = histories.select("customer_key", "revenue", order_days=histories.repeats + 1)
        return _named(engine, known.inner_join(scores, "customer_key"), customers)


def tiers_of_metrics(metrics: pa.Table, policy: str) -> pa.Table:
    """The tier of every customer by a policy, as at a first review: what qualifies, bounded by the caps.

    Args:
        metrics: one row per customer: ``customer_id``, the metrics that the policy names, and the customer columns of its variants.
        policy: the YAML text of the policy.

    Returns:
        One row per customer: customer_id, tier, qualified_tier, and cause (new, or cap where a cap bounds the tier).

    Raises:
        InvalidArgument: a column is missing, or a customer stands in two rows.
        InvalidDocument: the policy cannot be used; all problems at once.
    """
    read = policy_document_from_text(policy, "policy").policy
    asked = [each for each in metrics_in(conditions_of(read)) if each != SCORE]
    needed = dict.fromkeys(["customer_id", *asked, *(each.metric for each in read.score), *_variant_columns(read)])
    known = metrics.column_names
    InvalidArgument.raise_if(unknown_name(_("column"), each, known) for each in needed if each not in known)
    if len(pc.unique(metrics["customer_id"])) != metrics.num_rows:
        raise InvalidArgument.of(_("a customer stands in several rows; one row per customer is expected."))
    day = date.today()  # noqa: DTZ011 - a first review has no history, so that no number depends on the day
    with _engine() as engine:
        given = engine.from_arrow(_numbered(metrics.select(list(needed))))
        panel = given.select(
            "customer_key",
            *[each for each in needed if each != "customer_id" and each not in _variant_columns(read)],
            as_of=ibis.literal(day, type="date"),
        )
        if REVENUE not in panel.columns:
            panel = panel.mutate(**{REVENUE: ibis.literal(0).cast(MONEY)})
        customers = given.select("customer_key", "customer_id", *_variant_columns(read))
        found = tiered_panel(panel, customers, policy=read, as_of=day)
        return _named(engine, found.select("customer_key", "tier", "qualified_tier", "cause"), customers)


def findings_of(policy: str, *, own: Sequence[Metric] = ()) -> tuple[Finding, ...]:
    """What the linter says of a policy text, errors first; what cannot be read at all is one error for each problem.

    Args:
        policy: the YAML text.
        own: metrics beside the built-in ones.
    """
    try:
        read = policy_document_from_text(policy, "policy")
    except InvalidDocument as error:
        return tuple(Finding(Severity.ERROR, "unreadable", each) for each in error.problems)
    asked = [*metrics_in(conditions_of(read.policy)), *(part.metric for part in read.policy.score)]
    return lint_policy(read.policy, Registry.of((), own, named=asked).metrics, place=read.document.place)


def clean_tables(engine: DuckEngine, orders: pa.Table, columns: Mapping[str, str]) -> tuple[ir.Table, ir.Table]:
    """Customers and order lines as the shelf clean has them, from a table of orders.

    Raises:
        InvalidArgument: columns are missing or hold something else; all problems at once.
    """
    given = engine.from_arrow(_checked(orders, columns))
    people = given.group_by("customer_id").aggregate(first_seen_on=given.ordered_on.min())
    people = people.mutate(customer_key=ibis.row_number().over(order_by=people.customer_id).cast("int64") + 1)
    absent = {name: ibis.null(type_) for name, type_ in CUSTOMER.schema.items() if name not in people.columns}
    customers = engine.stage(people.mutate(**absent).select(list(CUSTOMER.schema.names)))
    keyed = given.inner_join(customers.select("customer_id", "customer_key"), "customer_id")
    is_return = keyed.net_revenue < 0
    # Two customers may bear one number, and an order is of the day of its first sale, as in a run.
    order = ["customer_key", "order_id"]
    first_on = keyed.ordered_on.min(where=~is_return).over(group_by=order)
    placed = keyed.mutate(
        ordered_on=ibis.ifelse(is_return, keyed.ordered_on, first_on),
        line_number=ibis.row_number().over(group_by=order, order_by=[is_return, keyed.row_number]).cast("int64") + 1,
        order_revenue=keyed.net_revenue.sum(where=~is_return).over(group_by=order).cast(MONEY),
        kind=ibis.ifelse(is_return, "return", "sale"),
    )
    is_order = (placed.line_number == 1) & (placed.kind == "sale")
    lines = placed.mutate(
        order_source=ibis.literal(SOURCE),
        ordered_at=placed.ordered_on.cast("timestamp").cast(MOMENT),
        order_revenue=ibis.ifelse(is_order, placed.order_revenue, ibis.null(MONEY)),
        currency=ibis.literal("XXX"),  # ISO 4217 for no currency: the table does not say it, and no metric reads it
        reason=ibis.null("string"),
        is_order=is_order,
    )
    return customers, engine.stage(make_order_lines(engine.stage(lines)))


def _metrics_of_orders() -> list[Metric]:
    """The built-in metrics that orders alone tell; of ratios those whose two parts do."""
    told = [each for each in Registry.of().metrics if each.fact is Fact.ORDER_LINE]
    slugs = {each.slug for each in told}
    return [each for each in Registry.of().metrics if each in told or (each.ratio_of and slugs.issuperset(each.ratio_of))]


def _checked(orders: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """The columns that are known, under our names and in our types; every order has an id."""
    names = {name: columns.get(name, name) for name in (*NEEDED, *OPTIONAL)}
    problems = [unknown_name(_("column"), each, (*NEEDED, *OPTIONAL)) for each in columns if each not in names]
    problems += [
        unknown_name(_("column"), names[name], orders.column_names)
        for name in dict.fromkeys((*NEEDED, *columns))
        if name in names and names[name] not in orders.column_names
    ]
    InvalidArgument.raise_if(problems)
    found: dict[str, pa.Array] = {}
    for name in [each for each in names if names[each] in orders.column_names]:
        found[name] = _typed(name, orders[names[name]], names[name], problems)
    InvalidArgument.raise_if(problems)
    rows = pa.array(range(1, orders.num_rows + 1), pa.int64())
    ids = found.get("order_id", pa.nulls(orders.num_rows, pa.string()))
    found["order_id"] = pc.coalesce(ids, pc.binary_join_element_wise("row", pc.cast(rows, pa.string()), "-"))
    found["quantity"] = pc.fill_null(found.get("quantity", pa.nulls(orders.num_rows, pa.decimal128(18, 3))), 1)
    texts = {name: found.get(name, pa.nulls(orders.num_rows, pa.string())) for name in ("product_id", "category", "channel")}
    return pa.table({**found, **texts, "row_number": rows})


def _typed(name: str, values: pa.ChunkedArray, column: str, problems: list[Problem]) -> pa.ChunkedArray:
    """A column in our type; what does not fit is told."""
    place, kind = Place(PLACE, column=column), values.type
    if name in NEEDED and values.null_count:
        problems.append(
            Problem(
                _("{count} rows have no value."), {"count": values.null_count}, place, _("Leave these rows out, or fill them.")
            )
        )
    if name == "ordered_on":
        if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
            problems.append(
                Problem(
                    _("a date is expected, and {type} came."),
                    {"type": str(kind)},
                    place,
                    _("Make dates of it first, such as with pandas.to_datetime."),
                )
            )
            return values
        local = pc.local_timestamp(values) if getattr(kind, "tz", None) else values
        return pc.cast(local, pa.date32(), safe=False)
    if name in ("net_revenue", "quantity"):
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            problems.append(
                Problem(
                    _("a number is expected, and {type} came."),
                    {"type": str(kind)},
                    place,
                    _("Make numbers of it first, such as with pandas.to_numeric."),
                )
            )
            return values
        if pa.types.is_floating(kind) and not pc.all(pc.is_finite(values)).as_py():
            problems.append(
                Problem(
                    _("there are numbers that are none (NaN or infinite)."), {}, place, _("Leave these rows out, or fill them.")
                )
            )
            return values
        places = 2 if name == "net_revenue" else 3
        rounded = pc.round(values, places, "half_towards_infinity") if pa.types.is_floating(kind) else values
        # By way of a wider type: Arrow asks for all digits that a whole number of 64 bits might have.
        return pc.cast(pc.cast(rounded, pa.decimal128(38, places), safe=False), pa.decimal128(18, places))
    return pc.cast(values, pa.string())


def _variant_columns(policy: Policy) -> list[str]:
    return sorted({column for variant in policy.variants for column in variant.where})


def _numbered(metrics: pa.Table) -> pa.Table:
    """The table with our keys, ids as text, known metrics in their types, and NaN as no value."""
    known = {each.slug: each for each in Registry.of().metrics}
    found: dict[str, pa.Array] = {"customer_key": pa.array(range(1, metrics.num_rows + 1), pa.int64())}
    for name in metrics.column_names:
        values = metrics[name]
        if pa.types.is_floating(values.type):
            values = pc.if_else(pc.is_nan(values), None, values)
        if name == "customer_id":
            values = pc.cast(values, pa.string())
        elif name in known and metric_type(known[name]) == MONEY and not pa.types.is_decimal(values.type):
            values = pc.cast(
                pc.round(pc.cast(values, pa.float64()), 2, "half_towards_infinity"), pa.decimal128(18, 2), safe=False
            )
        found[name] = values
    return pa.table(found)


def _named(engine: DuckEngine, table: ir.Table, customers: ir.Table) -> pa.Table:
    """The rows with the ids that were given instead of our keys, in the order of these ids."""
    names = customers.select("customer_key", "customer_id")
    joined = table.inner_join(names, "customer_key").order_by("customer_key")
    wanted = [each for each in table.columns if each != "customer_key"]
    return engine.fetch(joined.select("customer_id", *wanted), limit=MOST_CUSTOMERS)


MOST_CUSTOMERS = 20_000_000
"""Rows that are given back at once: what a table in memory may hold."""


@contextmanager
def _engine() -> Iterator[DuckEngine]:
    engine = DuckEngine(Path(tempfile.gettempdir()))
    try:
        yield engine
    finally:
        engine.close()
