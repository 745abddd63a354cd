"""What is an amount worth in the workspace's currency? By the rate of its month; a missing rate is an error and never 1.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.sources import Source
from fenji.errors import InvalidSettings, Problem
from fenji.language import message as _
from fenji.prepare.currency_marks import meanings, most_usual

RATE = "decimal(14, 8)"
"""With it a product of quantity and price times a rate stays inside 38 digits on both engines."""

Rates = Mapping[str, Mapping[str, Decimal]]
"""Currency -> month (2026-01) -> what one unit of it was worth in the workspace's currency."""


def code_of(said: ir.StringValue) -> ir.StringValue:
    """The code of a currency that a column names: usd, US$, 人民币; words that we do not know stay as they are, in capitals."""
    mark = said.lower().re_replace("[ \t\u3000]", "")
    return ibis.coalesce(most_usual(meanings(mark)), said.upper())


def currency_of(rows: ir.Table, sources: Sequence[Source], *, workspace: str) -> ir.StringValue:
    """The currency of each row's money: what the row says, else its source, else the workspace.

    Args:
        rows: with ``source`` and ``currency``.
        sources: the entries of sources.yaml.
        workspace: ISO code of the workspace's currency.
    """
    own = [(source.name, source.currency) for source in sources if source.currency is not None]
    of_source = rows["source"].cases(*own, else_=workspace) if own else ibis.literal(workspace)
    return code_of(rows["currency"]).fill_null(of_source)


def month_of(day: ir.DateValue) -> ir.StringValue:
    """The month of a day as 2026-01."""
    return day.year().cast("string").concat("-", day.month().cast("string").lpad(2, "0"))


def require_rates(needed: Iterable[tuple[str, str]], rates: Rates, *, workspace: str) -> None:
    """Makes sure that every month of every foreign currency has its rate.

    Args:
        needed: currency and month of the amounts that are there.
        rates: the rates of the settings.
        workspace: the workspace's currency, which needs none.

    Raises:
        InvalidSettings: rates are missing; all of them are named.
    """
    missing = sorted(
        {(currency, month) for currency, month in needed if currency != workspace and month not in rates.get(currency, {})}
    )
    InvalidSettings.raise_if(
        Problem(
            _("there is no rate of {currency} to {workspace} for {month}."),
            {"currency": currency, "workspace": workspace, "month": month},
            advice=_('Add it to fenji.toml under [rates.{currency}]: "{month}" = ...'),
        )
        for currency, month in missing
    )


def rate_table(rates: Rates, *, workspace: str) -> pa.Table:
    """The rates as a small table of ``currency``, ``month`` and ``rate``; the workspace's own is not in it.

    >>> rate_table({"USD": {"2026-01": Decimal("7.02")}}, workspace="CNY").to_pylist()
    [{'currency': 'USD', 'month': '2026-01', 'rate': Decimal('7.02000000')}]
    """
    rows = [
        {"currency": currency, "month": month, "rate": rate}
        for currency, months in sorted(rates.items())
        if currency != workspace
        for month, rate in sorted(months.items())
    ]
    schema = pa.schema([("currency", pa.string()), ("month", pa.string()), ("rate", pa.decimal128(14, 8))])
    return pa.Table.from_pylist(rows, schema=schema)


def with_rate(rows: ir.Table, rates: ir.Table | None, *, day: str, workspace: str) -> ir.Table:
    """The rows with ``rate``, the worth of one unit of their ``currency`` in the month of ``day``.

    Grain: one row per row given.
    Keeps: every row. The rate is 1 in the workspace's currency, and null where it is missing: never 1 for foreign money. That ``require_rates`` rules out.

    Args:
        rows: with ``currency``.
        rates: as ``rate_table`` gives them; None where there are none, and foreign money has no worth.
        day: the column of the day whose month counts.
        workspace: the workspace's currency.
    """
    one = ibis.literal("1").cast(RATE)
    if rates is None:
        return rows.mutate(rate=ibis.ifelse(rows["currency"] == workspace, one, ibis.null(RATE)))
    asked = rows.mutate(rate_month=month_of(rows[day])).view()
    found = asked.left_join(rates, [asked["currency"] == rates["currency"], asked["rate_month"] == rates["month"]])
    return found.select(*rows.columns, rate=ibis.ifelse(asked["currency"] == workspace, one, rates["rate"]))


def at_latest_rate(rows: ir.Table, amount: str, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str) -> ir.Table:
    """The rows with an amount that stands as it is now, such as a cost or a fee, in the workspace's currency.

    Grain: one row per row given.
    Keeps: every row. The rate is that of the latest month that has one; the amount of a currency without any is null.

    Args:
        rows: with ``source`` and the amount in its source's currency.
        amount: the column that is converted.
        sources: the entries of sources.yaml.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency.
        workspace: the workspace's currency.
    """
    silent = rows.mutate(currency=ibis.null("string"))
    asked = silent.mutate(currency=currency_of(silent, sources, workspace=workspace))
    own = ibis.ifelse(asked["currency"] == workspace, ibis.literal("1").cast(RATE), ibis.null(RATE))
    if rates is None:
        return asked.mutate(**{amount: converted(asked[amount], own)})
    latest = rates.group_by("currency").aggregate(month=rates["month"].max())
    latest = latest.join(rates, ["currency", "month"]).select(rate_currency="currency", latest_rate="rate")
    joined = asked.mutate(own_rate=own).left_join(latest, asked["currency"] == latest["rate_currency"])
    found = joined.select(*asked.columns, "own_rate", "latest_rate")
    return found.mutate(**{amount: converted(found[amount], ibis.coalesce(found["own_rate"], found["latest_rate"]))})


def converted(amount: ir.DecimalValue, rate: ir.DecimalValue) -> ir.DecimalValue:
    """The amount in the workspace's currency, rounded once: to the cent, half away from zero."""
    return (amount.try_cast("decimal(23, 8)") * rate).cast("decimal(18, 2)")
