"""How do a run's orders become points? Only what is new or has changed is posted, in chunks of customers, each one transaction.

Memory: what is known of orders that were posted before, about 150 MB for each million of them, and the orders of one chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.act.book import Book
from fenji.act.earning import factor_for
from fenji.act.extras import birthday_extras
from fenji.act.merging import merge
from fenji.act.order_days import order_days, refunds_apart, with_birth_month, with_tier
from fenji.act.orders import Asked, OrderFacts, post_order
from fenji.act.settling import settle
from fenji.domain.loyalty.changes import Accounts, Changes, Wanted, fingerprint_of
from fenji.domain.loyalty.kinds import MemberStatus, RequestStatus
from fenji.domain.loyalty.program import FactorOf, Program
from fenji.domain.loyalty.records import MemberId, MemberMerge, OrderKey
from fenji.domain.metrics import Fact
from fenji.domain.runs import Run
from fenji.errors import InvalidInput
from fenji.language import message as _
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.tables import insight
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.loyalty.programs import ProgramVersions
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress
from fenji.workspace.session import Session
from fenji.workspace.tiering import asked_tiers

CHUNK_ORDERS = 20_000
"""Orders that one transaction posts, or so: more hold the database for longer, fewer cost more transactions."""
MOST_ROWS = 50 * CHUNK_ORDERS
"""Of one chunk, however many orders single customers have."""
MOST_DAYS_BEFORE = 62
"""Days whose tiers are decided for one posting where each order follows the day before it."""
SETTLED_AT_ONCE = 500
"""Members whose accounts are brought up to a day in one transaction."""

OWN_ID = "own_id"
"""The rule of an id that is its customer's own."""

_KNOWN = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "order_id")),
        *((name, pa.int64()) for name in ("member_id",)),
        ("ordered_on", pa.date32()),
        *((name, pa.int64()) for name in ("gross_cents", "returned_cents")),
    ]
)
_LINKS = pa.schema([("source", pa.string()), ("customer_id", pa.string()), ("member_id", pa.int64())])


@dataclass
class PostedOrders:
    """What became of the orders of a run."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    members: int = 0
    proposed_merges: int = 0
    merged: int = 0
    settled: int = 0
    refunds_apart: int = 0
    """Refunds under a number of their own, which take no points back."""
    amount_apart: Decimal = Decimal(0)

    def add(self, more: PostedOrders) -> None:
        """Counts another part of the same posting in."""
        for name, value in vars(more).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class OrderPosting:
    """The orders of one run that are posted to one program, as of one day."""

    session: Session
    run: Run
    program: ProgramVersions
    as_of: date
    progress: Progress
    done: PostedOrders = field(default_factory=PostedOrders)

    def post(self) -> PostedOrders:
        """Posts every order up to the day, takes back what vanished from the data, and brings every account up to the day.

        Raises:
            InvalidInput: more days wait than the tiers of the days before them are decided for at once.
        """
        base = clean_base_of(self.session, self.run)
        if Fact.ORDER_LINE in base.facts:
            lines = base.facts[Fact.ORDER_LINE]
            self._post_orders(base, lines)
            since = self.program.versions[0].effective_on
            (apart,) = self.session.engine.fetch(refunds_apart(lines, since=since, as_of=self.as_of)).to_pylist()
            self.done.refunds_apart, self.done.amount_apart = int(apart["refunds"]), Decimal(apart["amount"] or 0)
        self._settle_all()
        return self.done

    def _post_orders(self, base: CleanBase, lines: ir.Table) -> None:
        engine = self.session.engine
        found = engine.stage(self._orders(lines))
        known, links = self._known()
        due = engine.stage(self._due(found, known, links, base.identity))
        self.done.unchanged = int(engine.fetch(known.count().as_table())[0][0].as_py())
        tiers, days = self._tiers(due)
        orders = with_tier(due, tiers, days=days)
        if any(each.is_birthday_month for version in self.program.versions for each in version.earn.extra):
            orders = with_birth_month(orders, base.customer)
        for rows, ids in self.chunks(orders, base.identity):
            self._post_chunk(rows, ids)
        self._take_back_vanished(found, known)
        self._propose_merges(links, base.identity)
        self._merge_exact()

    def chunks(self, rows: ir.Table, identity: ir.Table) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
        """Rows of some customers at a time, with the ids of these customers.

        Args:
            rows: with customer_key.
            identity: clean.identity.
        """
        engine = self.session.engine
        counted = engine.fetch(rows.aggregate(n=rows.count(), low=rows["customer_key"].min(), high=rows["customer_key"].max()))
        total, low, high = (counted[name][0].as_py() for name in ("n", "low", "high"))
        width = max(1, (int(high or 0) - int(low or 0) + 1) * CHUNK_ORDERS // max(1, total))
        starts = range(int(low), int(high) + 1, width) if total else range(0)
        for number, start in enumerate(starts):
            self.progress(_("posting points"), number, len(starts) + 1)
            within, ids = (each.filter(each["customer_key"].between(start, start + width - 1)) for each in (rows, identity))
            found = engine.fetch(within, limit=MOST_ROWS).to_pylist()
            if found:
                yield found, engine.fetch(ids, limit=MOST_ROWS).to_pylist()

    def _orders(self, lines: ir.Table) -> ir.Table:
        """Orders since the program began, each without the lines that the version of its day leaves out."""
        ends = [*(each.effective_on for each in self.program.versions[1:]), date.max]
        parts = []
        for version, end in zip(self.program.versions, ends, strict=True):
            part = order_days(lines, leave_out=version.earn.leave_out, as_of=self.as_of)
            parts.append(part.filter(part["ordered_on"] >= version.effective_on, part["ordered_on"] < end))
        return ibis.union(*parts) if len(parts) > 1 else parts[0]

    def _known(self) -> tuple[ir.Table, ir.Table]:
        """What was posted before, and which ids earn for whom, as tables of the engine."""
        with self.session.workspace.state.reading() as t:
            orders = [pa.Table.from_pylist(each, _KNOWN) for each in t.loyalty.figures.known_orders(self.program.slug)]
            links = [pa.Table.from_pylist(each, _LINKS) for each in t.loyalty.figures.links(self.program.slug)]
        engine = self.session.engine
        known = pa.concat_tables(orders) if orders else _KNOWN.empty_table()
        return engine.from_arrow(known), engine.from_arrow(pa.concat_tables(links) if links else _LINKS.empty_table())

    def _due(self, found: ir.Table, known: ir.Table, links: ir.Table, identity: ir.Table) -> ir.Table:
        """The rows of orders that are new, have other amounts, or belong to another customer than the member that they earned for."""
        sums = found.group_by("source", "order_id", "customer_key").aggregate(
            gross=found["cents"].sum(where=found["kind"] == "sale"),
            returned=found["cents"].sum(where=found["kind"] == "return").fill_null(0),
        )
        of_whom = links.join(
            identity.select("source", "source_customer_id", key_of_id="customer_key"),
            [links["source"] == identity["source"], links["customer_id"] == identity["source_customer_id"]],
        ).select(key_of_member="key_of_id", linked_member_id="member_id")
        was = known.select(
            known_source="source",
            known_order="order_id",
            member_id="member_id",
            was_gross="gross_cents",
            was_returned="returned_cents",
        )
        joined = sums.left_join(was, [sums["source"] == was["known_source"], sums["order_id"] == was["known_order"]])
        pairs = of_whom.distinct()
        owned = joined.left_join(
            pairs, [joined["customer_key"] == pairs["key_of_member"], joined["member_id"] == pairs["linked_member_id"]]
        )
        is_due = owned["member_id"].isnull() | owned["linked_member_id"].isnull()
        is_due |= (owned["gross"] != owned["was_gross"]) | (ibis.greatest(owned["returned"], 0) != owned["was_returned"])
        due = owned.filter(is_due).select("source", "order_id", is_new=owned["member_id"].isnull())
        return found.join(due, ["source", "order_id"])

    def _tiers(self, due: ir.Table) -> tuple[ir.Table, Sequence[date]]:
        """Tiers that multiply, and the reviews at which they were decided; see with_tier."""
        rule = self.program.on(self.as_of).earn
        stored = self.session.read(self.run.run_id, insight.TIER_ASSIGNMENT).select("customer_key", "as_of", "tier")
        if not rule.factors or rule.factor_of is FactorOf.LAST_REVIEW:
            return stored, PastRun(self.session, self.run).reviews
        new = due.filter(due["is_new"] & (due["kind"] == "sale")).select("ordered_on").distinct()
        days = sorted(each - timedelta(days=1) for each in self.session.engine.fetch(new)["ordered_on"].to_pylist())
        if len(days) > MOST_DAYS_BEFORE:
            raise InvalidInput.of(
                _(
                    "orders of {days} days wait for points, and each day follows the tiers of the day before: {most} days at most at once."
                ),
                advice=_("Post years with `of: last_review` in loyalty.yaml, or month by month with an earlier as-of date."),
                days=len(days),
                most=MOST_DAYS_BEFORE,
            )
        table, kept = stored.limit(0), list[date]()
        first = self.session.engine.fetch(
            clean_base_of(self.session, self.run).customer.aggregate(first=lambda t: t["first_seen_on"].min())
        )["first"][0].as_py()
        for day in days:
            if first is None or day < first:
                continue  # nobody was known by then, and nobody stood in a tier
            answering = asked_tiers(self.session, as_of=day, policy=None).run(self.progress)
            decided = self.session.read(answering.run_id, insight.TIER_ASSIGNMENT, as_of=day)
            table = table.union(decided.select("customer_key", "as_of", "tier"))
            kept.append(day)
        return table, kept

    def _post_chunk(self, rows: Sequence[Mapping[str, Any]], ids: Sequence[Mapping[str, Any]]) -> None:
        """Posts the orders of some customers in one transaction."""

        def work(t: Transaction) -> PostedOrders:
            done = PostedOrders()
            member_of = self.members(t, {row["customer_key"] for row in rows}, ids, done)
            orders = list(self._facts(rows, member_of))
            births = {OrderKey(row["source"], row["order_id"]): row.get("birth_month") for row in rows}
            wanted = Wanted(frozenset(each.member_id for each in orders), frozenset(each.key for each in orders))

            def plan(found: Accounts) -> Changes:
                book = self.book(found, self.program.on(self.as_of))
                known = set(found.orders)
                extras = birthday_extras(orders, births, found.orders, self.program.on)
                for _day, facts in _events([*orders, *extras], known):
                    post_order(book, facts)
                for holder in {book.holder_of(each.member_id) for each in orders}:
                    settle(book, holder, self.as_of)
                done.new = sum(1 for each in orders if each.key not in known)
                done.changed = len(orders) - done.new
                return book.changes()

            t.loyalty.ledger.carry_out(self.program.slug, wanted, plan, told_since=self.as_of)
            return done

        self.done.add(retried(self.session.workspace.state, self.session.principal, work))

    def members(
        self, t: Transaction, keys: Iterable[int], ids: Sequence[Mapping[str, Any]], done: PostedOrders
    ) -> dict[int, int]:
        """For which member the orders of each customer earn: the oldest one that any of the customer's ids has, or a new one."""
        repository, program = t.loyalty.members, self.program.slug
        known = repository.by_ids(program, [(each["source"], each["source_customer_id"]) for each in ids])
        by_key: dict[int, list[Mapping[str, Any]]] = {}
        for each in ids:
            by_key.setdefault(each["customer_key"], []).append(each)
        found, unknown, links = dict[int, int](), list[int](), list[MemberId]()
        for key in sorted(keys):
            theirs = sorted({known[each] for each in map(_named, by_key[key]) if each in known})
            if not theirs:
                unknown.append(key)
                continue
            found[key] = theirs[0]
        firsts = [_named(min(by_key[key], key=_named)) for key in unknown]
        found |= dict(zip(unknown, repository.open_all(program, firsts), strict=True))
        done.members = len(unknown)
        for key in found:
            fresh = [each for each in map(_named, by_key[key]) if each not in known and each not in firsts]
            links += [MemberId(program, *each, found[key]) for each in fresh]
        repository.link_all(links)
        return found

    def _facts(self, rows: Sequence[Mapping[str, Any]], member_of: Mapping[int, int]) -> Iterator[OrderFacts]:
        for (source, order_id), group in groupby(sorted(rows, key=_order), key=lambda each: (each["source"], each["order_id"])):
            order = list(group)
            sale, back, total = order[0], [], 0
            for each in order[1:]:
                total += each["cents"]
                back.append((each["on"], max(0, total)))
            program = self.program.on(sale["ordered_on"])
            yield OrderFacts(
                OrderKey(source, order_id),
                member_of[sale["customer_key"]],
                sale["ordered_on"],
                sale["cents"],
                tuple(back),
                factor_for(program.earn, sale["tier"]),
                program.version,
            )

    def _take_back_vanished(self, found: ir.Table, known: ir.Table) -> None:
        """Takes back what orders have earned that no longer stand in the data, such as cancelled ones; only of sources that still send orders."""
        engine = self.session.engine
        still = known.semi_join(found.select("source").distinct(), "source").filter(known["ordered_on"] <= self.as_of)
        still = still.filter(still["gross_cents"] > 0)
        gone = engine.fetch(still.anti_join(found, ["source", "order_id"]), limit=MOST_ROWS).to_pylist()
        for start in range(0, len(gone), CHUNK_ORDERS):
            self._empty(gone[start : start + CHUNK_ORDERS])
        self.done.vanished = len(gone)
        self.done.unchanged -= self.done.changed + self.done.vanished

    def _empty(self, orders: Sequence[Mapping[str, Any]]) -> None:
        keys = frozenset(OrderKey(each["source"], each["order_id"]) for each in orders)

        def plan(found: Accounts) -> Changes:
            book = self.book(found, self.program.on(self.as_of))
            for key in sorted(found.orders):  # those asked for, and their extras
                order = found.orders[key]
                if order.member_id is not None and order.ordered_on is not None:
                    post_order(
                        book,
                        OrderFacts(key, order.member_id, order.ordered_on, 0, (), order.multiplier, order.rules_version),
                    )
            return book.changes()

        def work(t: Transaction) -> None:
            t.loyalty.ledger.carry_out(self.program.slug, Wanted(orders=keys), plan, told_since=self.as_of)

        retried(self.session.workspace.state, self.session.principal, work)

    def _propose_merges(self, links: ir.Table, identity: ir.Table) -> None:
        """Proposes to merge the members of each customer whose ids earn for several; nothing moves."""
        engine = self.session.engine
        named = identity.select("source", "customer_key", "rule", customer_id="source_customer_id")
        theirs = engine.stage(links.join(named, ["source", "customer_id"]).select("customer_key", "member_id", "rule"))
        counted = theirs.group_by("customer_key").aggregate(members=theirs["member_id"].nunique())
        several = theirs.semi_join(counted.filter(counted["members"] > 1), "customer_key").order_by("customer_key", "member_id")
        rows = engine.fetch(several, limit=MOST_ROWS).to_pylist()

        def work(t: Transaction) -> PostedOrders:
            done, program = PostedOrders(), self.program.slug
            for _key, group in groupby(rows, key=lambda each: each["customer_key"]):
                ids = list(group)
                taker, *givers = dict.fromkeys(each["member_id"] for each in ids)
                for giver in givers:
                    if t.loyalty.members.holder(program, giver) == t.loyalty.members.holder(program, taker):
                        continue
                    # What ties two ids is said at one of them; at the other stands that it is the customer's own.
                    rules = [each["rule"] for each in ids if each["member_id"] in (taker, giver) and each["rule"] != OWN_ID]
                    rule = min(rules, default=OWN_ID)
                    done.proposed_merges += t.loyalty.requests.propose_merge(program, giver, taker, rule)
            return done

        if rows:
            self.done.add(retried(self.session.workspace.state, self.session.principal, work))

    def _merge_exact(self) -> None:
        """Carries out proposed merges whose rule needs no person, as the program says."""
        program = self.program.on(self.as_of)
        with self.session.workspace.state.reading() as t:
            waiting = t.loyalty.requests.merges(program.slug, status=RequestStatus.PROPOSED)
        for asked in (each for each in waiting if each.rule in program.approved_rules):

            def work(t: Transaction, asked: MemberMerge = asked) -> None:
                members = t.loyalty.members
                giver, taker = (members.get(program.slug, each) for each in (asked.from_member_id, asked.into_member_id))
                if MemberStatus.MERGED in (giver.status, taker.status):
                    return
                t.loyalty.requests.hold_merge(asked.number)
                t.loyalty.requests.decide_merge(asked.number, RequestStatus.APPROVED, asked.rule)
                key = f"merge:{asked.number}"
                wanted = Wanted(frozenset({giver.member_id, taker.member_id}), with_merged=True)
                done = Asked(key, fingerprint_of(merge=giver.member_id, into=taker.member_id), self.as_of)

                def plan(found: Accounts) -> Changes:
                    book = self.book(found, self.program.on(self.as_of))
                    merge(book, giver.member_id, taker.member_id, done, reason=asked.rule)
                    return book.changes()

                t.loyalty.ledger.carry_out(program.slug, wanted, plan, told_since=self.as_of)

            retried(self.session.workspace.state, self.session.principal, work)
            self.done.merged += 1

    def _settle_all(self) -> None:
        """Brings every account with anything due up to the day, some hundred members a transaction."""
        after = 0
        while True:
            with self.session.workspace.state.reading() as t:
                ids = t.loyalty.figures.due(self.program.slug, self.as_of, t.clock(), after=after, limit=SETTLED_AT_ONCE)
            if not ids:
                return

            def plan(found: Accounts) -> Changes:
                book = self.book(found, self.program.on(self.as_of))
                for each in sorted(found.members):
                    settle(book, each, self.as_of)
                return book.changes()

            def work(t: Transaction, ids: Sequence[int] = ids) -> None:
                t.loyalty.ledger.carry_out(self.program.slug, Wanted(frozenset(ids)), plan, told_since=self.as_of)

            retried(self.session.workspace.state, self.session.principal, work)
            self.done.settled += len(ids)
            after = ids[-1]

    def book(self, found: Accounts, program: Program) -> Book:
        """Accounts that were found, as those who decide about them see them."""
        zone = ZoneInfo(self.session.workspace.settings.time_zone)
        now = datetime.now(UTC)
        return Book(
            found,
            self.program.rules,
            program,
            today=self.as_of,
            now=now,
            day_of=lambda moment: moment.astimezone(zone).date(),
        )


def _events(orders: Sequence[OrderFacts], known: set[OrderKey]) -> list[tuple[date, OrderFacts]]:
    """What happened to orders, in the order of days: a new one is bought, then comes back day by day; a known one is corrected at once."""
    found: list[tuple[date, OrderFacts]] = []
    for each in orders:
        if each.key in known:
            found.append((each.returned[-1][0] if each.returned else each.ordered_on, each))
            continue
        for count in range(len(each.returned) + 1):
            on = each.ordered_on if not count else each.returned[count - 1][0]
            found.append((on, _until(each, count)))
    return sorted(found, key=lambda event: (event[0], len(event[1].returned), event[1].key))


def _until(facts: OrderFacts, count: int) -> OrderFacts:
    return OrderFacts(**{**vars(facts), "returned": facts.returned[:count]})


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["source"], row["order_id"], row["kind"] != "sale", row["on"]


def _named(identity: Mapping[str, Any]) -> tuple[str, str]:
    return identity["source"], identity["source_customer_id"]
