"""How do a run's events become points? Each event that a program rewards does so once, under a key of its own, within the limits of its period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from fenji.act.extras import first_of_period, rewarded
from fenji.act.giving import give_bonus
from fenji.act.orders import Asked
from fenji.act.settling import settle
from fenji.domain.loyalty.changes import Accounts, Changes, Wanted, fingerprint_of
from fenji.domain.loyalty.program import Extra, Program
from fenji.domain.metrics import Fact
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.loyalty.posting import OrderPosting, PostedOrders

_KNOWN = pa.schema([("event_id", pa.string())])


def post_events(posting: OrderPosting) -> int:
    """Posts the events of a run that its program rewards and that earned nothing yet; a second time it changes nothing.

    Args:
        posting: of the same run, whose orders are posted.

    Returns:
        How many events earned points.
    """
    base, versions = clean_base_of(posting.session, posting.run), posting.program.versions
    ends = [*(each.effective_on for each in versions[1:]), date.max]
    return sum(
        _EventPosting(posting, base, version, extra, min(end - timedelta(days=1), posting.as_of)).post()
        for version, end in zip(versions, ends, strict=True)
        for extra in version.earn.extra
        if extra.event is not None and Fact.EVENT in base.facts
    )


@dataclass(frozen=True)
class _EventPosting:
    """One extra of one version of a program."""

    posting: OrderPosting
    base: CleanBase
    version: Program
    extra: Extra
    until: date

    def post(self) -> int:
        """Posts what is new; how many events earned points."""
        engine, program = self.posting.session.engine, self.posting.program.slug
        with self.posting.session.workspace.state.reading() as t:
            found = [each for batch in t.loyalty.figures.bonuses(program, self._prefix) for each in batch]
        granted: dict[tuple[int, date], int] = {}
        for _key, member_id, on, points in found:
            period = member_id, first_of_period(self.extra, on)
            granted[period] = granted.get(period, 0) + points
        known = pa.Table.from_pylist([{"event_id": each[0].removeprefix(self._prefix)} for each in found], _KNOWN)
        events = self.base.facts[Fact.EVENT]
        events = events.filter(events["kind"] == self.extra.event, events["on"].between(self.version.effective_on, self.until))
        new = engine.stage(events.select("event_id", "customer_key", "on").anti_join(engine.from_arrow(known), "event_id"))
        return sum(self._post_chunk(rows, ids, granted) for rows, ids in self.posting.chunks(new, self.base.identity))

    @property
    def _prefix(self) -> str:
        return f"extra:{self.extra.name}:"

    def _post_chunk(
        self, rows: Sequence[Mapping[str, Any]], ids: Sequence[Mapping[str, Any]], granted: Mapping[tuple[int, date], int]
    ) -> int:
        """Posts the events of some customers in one transaction."""
        posting = self.posting

        def work(t: Transaction) -> tuple[int, PostedOrders]:
            done = PostedOrders()
            member_of = posting.members(t, {row["customer_key"] for row in rows}, ids, done)
            events = [(row["event_id"], member_of[row["customer_key"]], row["on"]) for row in rows]
            grants = list(rewarded(self.extra, events, granted))
            asked = [Asked(self._prefix + each.event_id, fingerprint_of(event=each.event_id), each.on) for each in grants]
            wanted = Wanted(
                frozenset(each.member_id for each in grants),
                business_keys={each.business_key: each.fingerprint for each in asked},
            )

            def plan(found: Accounts) -> Changes:
                book = posting.book(found, self.version)
                for each, key in zip(grants, asked, strict=True):
                    if key.business_key not in found.existing:
                        give_bonus(book, each.member_id, each.points, key, reason=self.extra.name)
                for holder in sorted({book.holder_of(each.member_id) for each in grants}):
                    settle(book, holder, posting.as_of)
                return book.changes()

            if grants:
                t.loyalty.ledger.carry_out(posting.program.slug, wanted, plan, told_since=posting.as_of)
            return len(grants), done

        number, more = retried(posting.session.workspace.state, posting.session.principal, work)
        posting.done.add(more)
        return number
