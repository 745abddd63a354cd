"""What has happened with one customer? Orders, returns, feedback, contacts and coupons up to a day, newest first, never more than asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.answers.timeline import Happened, TimelineEntry, TimelineResult
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session

MOST_ENTRIES = 1_000
_PRODUCTS = 3
"""Named of an order."""
_KEY = "customer_key"

Row = Mapping[str, Any]


def timeline_of(
    root: Path, customer_key: int, *, as_of: date | None = None, run: str | None = None, limit: int = 50
) -> TimelineResult:
    """What has happened with one customer.

    Args:
        root: the workspace.
        customer_key: as fenji knows the customer.
        as_of: the last day that counts; None: that of the run.
        run: a published run; None: the last one.
        limit: entries at most, 1 to ``MOST_ENTRIES``.

    Raises:
        NotFound: no workspace, no such run, or nobody of that key who may be seen.
        InvalidArgument: a limit out of range.
    """
    if not 1 <= limit <= MOST_ENTRIES:
        raise InvalidArgument.of(_("a page has 1 to {most} rows, not {limit}."), most=MOST_ENTRIES, limit=limit)
    with open_question(open_workspace(root, by_customer=True)) as session:
        chosen = session.latest() if run is None else session.runs.published(run)
        past = PastRun(session, chosen)
        if not session.rows(chosen.run_id, clean.CUSTOMER, where={_KEY: customer_key}):
            raise NotFound.of(_("there is no such customer at this review."))
        told = _Told(session, chosen.run_id, customer_key, as_of or chosen.new.as_of or past.reviews[-1], limit)
        parts = [told.orders(), *(told.of(each) for each in _KINDS)]
        entries = sorted((entry for part in parts for entry in part.entries), key=_newest_first)
        return TimelineResult(
            run_id=chosen.run_id,
            as_of=told.as_of,
            currency=past.currency,
            customer_key=customer_key,
            entries=tuple(entries[:limit]),
            known=sum(part.known for part in parts),
            is_of_newest_data=past.collected.run_id == session.latest().run_id,
        )


def _newest_first(entry: TimelineEntry) -> tuple[int, str, str]:
    return -entry.on.toordinal(), entry.what, entry.reference or ""


@dataclass(frozen=True)
class _Part:
    """The newest entries of one sort, and how many there are."""

    entries: Sequence[TimelineEntry]
    known: int


@dataclass(frozen=True)
class _Kind:
    """One table whose rows are entries."""

    contract: Contract
    on: str
    entry: Callable[[Row, date], TimelineEntry]


@dataclass(frozen=True)
class _Told:
    session: Session
    run_id: str
    customer_key: int
    as_of: date
    limit: int

    def of(self, kind: _Kind) -> _Part:
        """The newest rows of a table."""
        rows = self._own(kind.contract, kind.on)
        count = self._count(rows)
        found = self._fetch(rows.order_by(rows[kind.on].desc()).limit(self.limit)) if count else []
        return _Part([kind.entry(row, self.as_of) for row in found], count)

    def orders(self) -> _Part:
        """Orders and returns, each with what was bought."""
        lines = self._own(clean.ORDER_LINE, "ordered_on")
        key = ["source", "order_id", "kind"]
        found = lines.group_by(*key).aggregate(
            on=lines["ordered_on"].max(),
            amount=lines["net_revenue"].sum(),
            lines=lines.count(),
            channel=lines["channel"].max(),
        )
        count = self._count(found)
        newest = self._fetch(found.order_by([found["on"].desc(), *(found[each] for each in key)]).limit(self.limit))
        bought = self._bought(lines, newest)
        entries = [_order(row, bought.get(_of_order(row), ())) for row in newest]
        return _Part(entries, count)

    def _bought(self, lines: ir.Table, orders: Sequence[Row]) -> dict[tuple[str, ...], tuple[str, ...]]:
        """The products with most revenue of some orders, by their names."""
        if not orders:
            return {}
        asked = lines.filter(lines["order_id"].isin([row["order_id"] for row in orders]), lines["product_id"].notnull())
        summed = asked.group_by("source", "order_id", "kind", "product_id").aggregate(revenue=asked["net_revenue"].sum())
        rows = sorted(self._fetch(summed), key=lambda row: (-abs(row["revenue"]), row["product_id"]))
        found: dict[tuple[str, ...], list[str]] = {}
        for row in rows:
            found.setdefault(_of_order(row), []).append(row["product_id"])
        names = self._names({each for own in found.values() for each in own[: 2 * _PRODUCTS]})
        told = {order: dict.fromkeys(names.get(each, each) for each in own[: 2 * _PRODUCTS]) for order, own in found.items()}
        return {order: tuple(own)[:_PRODUCTS] for order, own in told.items()}

    def _names(self, products: Iterable[str]) -> dict[str, str]:
        wanted = sorted(products)
        if not wanted:
            return {}
        rows = self.session.rows(self.run_id, clean.PRODUCT, where={"product_id": wanted})
        return {row["product_id"]: row["name"] for row in rows if row["name"]}

    def _own(self, contract: Contract, on: str) -> ir.Table:
        """The customer's rows of a table up to the day."""
        table = self.session.read(self.run_id, contract)
        key = self.session.engine.asked(self.customer_key)
        return table.filter(table[_KEY] == key, table[on] <= ibis.literal(self.as_of, type="date"))

    def _count(self, table: ir.Table) -> int:
        return int(self._fetch(table.aggregate(rows=table.count()))[0]["rows"])

    def _fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.session.engine.fetch(table).to_pylist()
        return found


def _of_order(row: Row) -> tuple[str, ...]:
    return row["source"], row["order_id"], row["kind"]


def _entry(on: date, what: Happened, **more: Any) -> TimelineEntry:  # noqa: ANN401 - fields of the record
    unknown: dict[str, Any] = dict.fromkeys(TimelineEntry.__dataclass_fields__)
    return TimelineEntry(**unknown | {"products": (), "on": on, "what": what} | more)


def _order(row: Row, products: tuple[str, ...]) -> TimelineEntry:
    what = Happened.RETURN if row["kind"] == "return" else Happened.ORDER
    return _entry(
        row["on"],
        what,
        reference=row["order_id"],
        amount=row["amount"],
        lines=row["lines"],
        products=products,
        channel=row["channel"],
    )


def _feedback(row: Row, as_of: date) -> TimelineEntry:
    is_complaint = row["kind"] == "complaint"
    is_open = row["resolved_on"] is None or row["resolved_on"] > as_of
    return _entry(
        row["on"],
        Happened.FEEDBACK,
        kind=row["kind"],
        score=row["score"],
        topic=row["topic"],
        is_open=is_open if is_complaint else None,
        hours_to_resolution=None if is_open else row["hours_to_resolution"],
        words=row["text"],
    )


def _contact(row: Row, _as_of: date) -> TimelineEntry:
    return _entry(row["contacted_on"], Happened.CONTACT, reference=row["campaign_id"], channel=row["channel"])


def _redemption(row: Row, _as_of: date) -> TimelineEntry:
    return _entry(row["redeemed_on"], Happened.REDEMPTION, reference=row["coupon_id"], amount=row["value"])


_KINDS = (
    _Kind(clean.FEEDBACK, "on", _feedback),
    _Kind(clean.CAMPAIGN_CONTACT, "contacted_on", _contact),
    _Kind(clean.REDEMPTION, "redeemed_on", _redemption),
)
