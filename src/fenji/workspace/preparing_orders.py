"""From heads, lines, payments and returns to the order lines of the clean base: the steps of prepare that put them together, in order.

Workspaces without heads, payments and returns pass these steps by: their rows are order rows already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.engines.engine import Engine
from fenji.prepare import payments, returns, status_words
from fenji.prepare.attribution import attribute, kept
from fenji.prepare.orders import heads as order_heads
from fenji.prepare.orders import lines as order_lines
from fenji.prepare.orders import numbers as order_numbers
from fenji.prepare.orders import refunds as order_refunds
from fenji.prepare.orders.rows import judge_orders
from fenji.tables import clean

FEEDS = (Feed.ORDER, Feed.ORDER_LINE, Feed.PAYMENT, Feed.RETURN)
"""The feeds that become order lines together."""


class OrderPreparation:
    """One run through the steps; each leaves its tables for those after it."""

    def __init__(self, engine: Engine, sources: Sequence[Source], *, workspace: str) -> None:
        self.engine = engine
        self.sources = sources
        self.workspace = workspace
        self.order_sources = order_heads.as_order_sources(sources)
        self.fed = {source.feed for source in sources}
        self.typed: dict[Feed, ir.Table] = {}
        """Rows of heads and lines as they came, for those who judge columns."""
        self.judged: ir.Table
        """Order rows with what their heads say, and heads without lines; not yet with their customers."""
        self.orders: ir.Table
        """The same with their customers."""
        self.priced: ir.Table
        """Priced lines of sales, refunds and returns."""
        self.rows: dict[Feed, ir.Table] = {}
        """Heads that are no order rows, payments and returns, with what became of them."""
        self.made: dict[str, ir.Table] = {}

    def read(
        self, typed: Callable[[Feed], ir.Table], newest: Callable[[ir.Table], ir.Table], places: Mapping[Feed, ir.Table]
    ) -> None:
        """Judges every feed, and puts heads and lines together.

        Args:
            typed: gives the typed rows of a feed.
            newest: leaves out order lines that a later file corrects.
            places: the files of each feed in the order in which they were made.
        """
        self.rows[Feed.PAYMENT] = self._laid_down(
            Feed.PAYMENT, payments.judge_payments(typed(Feed.PAYMENT), self.sources, places.get(Feed.PAYMENT))
        )
        self.rows[Feed.RETURN] = self._laid_down(
            Feed.RETURN, returns.judge_returns(typed(Feed.RETURN), self.sources, places.get(Feed.RETURN))
        )
        lines = newest(typed(Feed.ORDER_LINE))
        numbered = partial(order_numbers.number_orders, sources=self.sources)
        if Feed.ORDER in self.fed or any(source.columns["order_id"].made_of for source in self.sources if _has_number(source)):
            lines = numbered(lines, Feed.ORDER_LINE)
        if Feed.ORDER in self.fed:
            heads = order_heads.settle_heads(numbered(typed(Feed.ORDER), Feed.ORDER), places.get(Feed.ORDER))
            lines = self._with_heads(lines, heads)
        else:
            self.rows[Feed.ORDER] = self._empty(typed(Feed.ORDER))
        judged = judge_orders(lines, self.order_sources)
        if any(source.needs_payment for source in self.sources):
            judged = payments.require_payment(
                order_heads.with_order(judged, self.sources), self.rows[Feed.PAYMENT], self.order_sources, self.sources
            )
        has_orders = self.fed & {Feed.ORDER, Feed.ORDER_LINE}
        self.judged = self.engine.stage(judged) if has_orders else self._empty(judged)
        self.typed.setdefault(Feed.ORDER_LINE, self.judged)
        if Feed.ORDER in self.fed:
            self.rows[Feed.ORDER] = self.engine.stage(order_heads.judge_heads(self.heads, self.judged, self.sources))

    def attribute(self, identity: ir.Table) -> None:
        """Whose each row is, and which numbers several orders share."""
        found = attribute(self.judged, Feed.ORDER_LINE, identity, self.order_sources)
        found = order_heads.with_order(found, self.sources).drop("conflict")
        shared = self.engine.stage(order_numbers.shared_numbers(found, self.order_sources))
        apart = order_numbers.take_apart(found, shared) if self._has_rows(shared) else found
        self.orders = order_heads.with_order(apart, self.sources)

    def meet_payments(self) -> None:
        """Payments and returns with the orders that they are about."""
        if not self.fed & {Feed.PAYMENT, Feed.RETURN}:
            return
        index = self.engine.stage(payments.order_index(self.orders, self.sources, workspace=self.workspace))
        for feed in (Feed.PAYMENT, Feed.RETURN):
            self.rows[feed] = self.engine.stage(payments.meet_orders(self.rows[feed], index, self.sources))

    def needed_rates(self) -> list[ir.Table]:
        """Currency and month of every amount."""
        needed = [order_lines.needed_rates(self.judged, self.order_sources, workspace=self.workspace)]
        for feed, day in ((Feed.PAYMENT, payments.rate_day), (Feed.RETURN, lambda rows: rows["order_on"])):
            if feed in self.fed:
                needed.append(payments.needed_rates(self.rows[feed], day, self.sources, workspace=self.workspace))
        return needed

    def price(self, products: ir.Table | None, rates: ir.Table | None) -> None:
        """What every line cost, what was paid and what came back.

        Args:
            products: clean.product, for categories; None where nothing tells any.
            rates: as ``rate_table`` gives them.
        """
        orders = self.orders
        if Feed.PAYMENT in self.fed:
            valued = payments.value_payments(self.rows[Feed.PAYMENT], self.sources, rates=rates, workspace=self.workspace)
            self.valued = self.engine.stage(valued)
            orders = payments.with_payments(orders, self.valued, self.sources, workspace=self.workspace)
        tells_refunds = any("refund_amount" in source.columns for source in self.order_sources if source.feed is Feed.ORDER_LINE)
        once = None
        if tells_refunds:
            if Feed.RETURN in self.fed:
                orders = returns.with_return_days(orders, self.rows[Feed.RETURN])
            repeated = self.engine.stage(order_refunds.repeated_refunds(orders, self.order_sources, self.sources))
            once = repeated if self._has_rows(repeated) else None
        documents = order_lines.document_rows(orders, products, self.order_sources, workspace=self.workspace, refunded_once=once)
        priced = order_lines.price_lines(documents, rates, self.order_sources, workspace=self.workspace)
        self.priced = self.engine.stage(priced)
        self._take_back(rates)
        self._make(clean.ORDER_LINE.full_name, order_lines.make_order_lines(self.priced))
        self._make(clean.ORDER_NUMBER_CONFLICT.full_name, order_numbers.order_number_conflicts(kept(self.priced)))
        self._make(clean.UNKNOWN_STATUS.full_name, self._unknown_statuses())

    def rejected(self) -> list[tuple[Feed, ir.Table]]:
        """Every row with a verdict by feed, each record in one of them."""
        found = [(feed, self.rows[feed]) for feed in (Feed.ORDER, Feed.PAYMENT, Feed.RETURN) if feed in self.fed]
        documents = self.priced.filter(self.priced["part"] == 0)
        return found + [(feed, part) for rows in (self.judged, documents) for feed, part in self._by_feed(rows)]

    def kept(self) -> dict[Feed, ir.Table]:
        """The rows of every feed that reached the clean base."""
        documents = kept(self.priced.filter(self.priced["part"] == 0))
        found = dict(self._by_feed(documents))
        names = ("source", "file", "row_number")
        for feed in (Feed.ORDER, Feed.PAYMENT, Feed.RETURN):
            if feed in self.fed:
                own = kept(self.rows[feed]).select(*names)
                found[feed] = own.union(found[feed].select(*names)) if feed in found else own
        return found

    def _with_heads(self, lines: ir.Table, heads: ir.Table) -> ir.Table:
        """Lines with what their heads say, and after them the heads that are orders of one row."""
        if Feed.ORDER_LINE in self.fed:
            lines = self.typed[Feed.ORDER_LINE] = self.engine.stage(lines)
        else:
            lines = self._empty(lines)
        self.heads = self.engine.stage(heads)
        self.typed[Feed.ORDER] = self.heads
        met = order_heads.inherit(lines, self.heads, self.sources, workspace=self.workspace)
        met = self.engine.stage(met) if Feed.ORDER_LINE in self.fed else met
        return met.union(order_heads.heads_as_orders(self.heads, met, self.sources))

    def _take_back(self, rates: ir.Table | None) -> None:
        """Lists of returns first, then payments below zero: what an earlier one tells already counts once."""
        for feed, name in ((Feed.RETURN, clean.RETURN), (Feed.PAYMENT, clean.PAYMENT)):
            if feed not in self.fed:
                empty = name.schema.to_pyarrow().empty_table()
                self._make(name.full_name, self.engine.from_arrow(empty))
        if Feed.RETURN in self.fed:
            placed = self._placed(self.rows[Feed.RETURN], rates)
            self.rows[Feed.RETURN] = placed
            self._make(clean.RETURN.full_name, returns.make_returns(placed))
        if Feed.PAYMENT in self.fed:
            back = returns.payments_back(kept(self.rows[Feed.PAYMENT]), self.rows[Feed.RETURN])
            if self._has_rows(back):
                placed = self._placed(back, rates)
                self.rows[Feed.PAYMENT] = self.engine.stage(returns.with_verdicts(self.rows[Feed.PAYMENT], placed))
            stands = self.valued.semi_join(kept(self.rows[Feed.PAYMENT]), ["source", "file", "row_number"])
            self._make(clean.PAYMENT.full_name, payments.make_payments(stands))

    def _unknown_statuses(self) -> ir.Table:
        """Words are few and orders are many: where every word is known, no order is looked at."""
        empty = self.engine.from_arrow(clean.UNKNOWN_STATUS.schema.to_pyarrow().empty_table())
        if not any("status" in source.columns for source in self.order_sources):
            return empty
        words = self.engine.stage(status_words.words_seen(self.orders))
        unknown = self.engine.stage(status_words.unexplained(words, self.order_sources))
        if not self._has_rows(unknown):
            return empty
        documents = kept(self.priced.filter(self.priced["part"] == 0))
        return status_words.make_unknown_statuses(self.orders, unknown, documents)

    def _placed(self, rows: ir.Table, rates: ir.Table | None) -> ir.Table:
        placed = self.engine.stage(returns.place_returns(rows, self.priced, self.sources, rates=rates, workspace=self.workspace))
        self.priced = self.engine.stage(self.priced.union(returns.return_lines(placed, self.priced)))
        return placed

    def _by_feed(self, rows: ir.Table) -> list[tuple[Feed, ir.Table]]:
        """Order rows apart by the feed of their source."""
        found = []
        for feed in (Feed.ORDER, Feed.ORDER_LINE):
            names = [source.name for source in self.sources if source.feed is feed]
            if names:
                found.append((feed, rows.filter(rows["source"].isin(names))))
        return found

    def _laid_down(self, feed: Feed, table: ir.Table) -> ir.Table:
        return self.engine.stage(table) if feed in self.fed else self._empty(table)

    def _empty(self, table: ir.Table) -> ir.Table:
        return self.engine.from_arrow(table.schema().to_pyarrow().empty_table())

    def _has_rows(self, table: ir.Table) -> bool:
        return bool(self.engine.fetch(table.limit(1)).num_rows)

    def _make(self, name: str, table: ir.Table) -> None:
        self.made[name] = table


def _has_number(source: Source) -> bool:
    return source.feed in (Feed.ORDER, Feed.ORDER_LINE) and "order_id" in source.columns
