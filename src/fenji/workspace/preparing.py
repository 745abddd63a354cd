"""From raw tables to the clean base: the steps of prepare in their order, what is read more than once computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.engines.components import circles, connected_components
from fenji.engines.engine import Engine
from fenji.language import message as _
from fenji.prepare import balances, campaigns
from fenji.prepare.accounts import file_accounts, rejected_rows, require_balance, unbalanced
from fenji.prepare.attribution import attribute, kept, require_customer
from fenji.prepare.column_quality import column_quality, count_cells, count_values
from fenji.prepare.contact_points import contact_points
from fenji.prepare.contracts import judge_contracts, make_contracts
from fenji.prepare.currencies import Rates, rate_table, require_rates
from fenji.prepare.customers import find_first_days, make_customers
from fenji.prepare.duplicates import count_copies, file_places, mark_copies, without_copies
from fenji.prepare.erased import without_erased
from fenji.prepare.events import judge_events, make_events
from fenji.prepare.feedback import judge_feedback, make_feedback
from fenji.prepare.identity import find_conflicts, find_ties, identify, mention_persons, name_ids
from fenji.prepare.orders.versions import leave_older_versions
from fenji.prepare.other_ids import are_told, by_person, persons_of_keys
from fenji.prepare.plain_columns import PlainFields, plain_cells, plain_fields
from fenji.prepare.products import make_products
from fenji.prepare.referrals import STATEMENT, judge_referrals, link_referrals, make_referrals
from fenji.prepare.rows import typed_rows
from fenji.settings import Settings
from fenji.tables import clean
from fenji.tables.contract import Contract
from fenji.workspace.preparing_orders import FEEDS as ORDER_FEEDS
from fenji.workspace.preparing_orders import OrderPreparation

STEPS = (
    _("finding copies of rows"),
    _("reading cells"),
    _("finding out who is who"),
    _("pricing order lines"),
    _("gathering customers"),
    _("taking the accounts"),
)

_NEEDS_CUSTOMER = (
    Feed.CUSTOMER,
    Feed.BALANCE,
    Feed.EVENT,
    Feed.CAMPAIGN_CONTACT,
    Feed.REDEMPTION,
    Feed.CONTRACT,
)
_DAYS = {
    Feed.EVENT: "on",
    Feed.FEEDBACK: "on",
    Feed.CAMPAIGN_CONTACT: "contacted_on",
    Feed.REDEMPTION: "redeemed_on",
    Feed.CONTRACT: "started_on",
}
_UNBALANCED_SHOWN = 20


@dataclass(frozen=True)
class PrepareOptions:
    """What the settings say about preparation."""

    zone: str
    """The workspace's IANA time zone."""
    currency: str
    """ISO code of the workspace's currency."""
    rates: Rates = field(default_factory=dict)
    """Currency -> month -> what one unit of it was worth in the workspace's currency."""
    link_by: tuple[str, ...] = ()
    """By which of phone, email and union_id ids are linked to one customer."""
    shared_by_many: int = 5
    """An identifier that more ids share than this links nobody."""
    keys_given: int = 0
    """The largest customer_key that any run has given; new customers get larger ones."""
    key: str = ""
    """Of the hashes of persons; see workspace.erasure_key."""
    erased: frozenset[str] = frozenset()
    """Keyed hashes of everybody who was erased."""
    as_of: date = date.max
    """The day of totals whose source does not say when they were taken: that of the run."""

    @classmethod
    def of(cls, settings: Settings, *, keys_given: int = 0, as_of: date = date.max) -> PrepareOptions:
        """The options of a workspace."""
        return cls(
            zone=settings.time_zone,
            currency=settings.currency,
            rates=settings.rates,
            link_by=settings.link_by,
            shared_by_many=settings.shared_by_many,
            keys_given=keys_given,
            as_of=as_of,
        )


def prepare_base(
    engine: Engine,
    raw: Mapping[Feed, ir.Table],
    unreadable: ir.Table,
    sources: Sequence[Source],
    options: PrepareOptions,
    *,
    previous_identity: ir.Table | None,
    on_step: Callable[[str, int], None],
    with_quality: bool = True,
) -> dict[str, ir.Table]:
    """The clean tables by full name, ready to be saved.

    Args:
        engine: where it runs; intermediate tables are staged on it.
        raw: the raw table of every feed.
        unreadable: raw.unreadable_row.
        sources: the entries of sources.yaml.
        options: what the settings say.
        previous_identity: clean.identity as published before, so that customers keep their keys; None on the first run.
        on_step: told each step's words and its number from 0.
        with_quality: whether clean.column_quality is made too, which no other table needs.

    Raises:
        InvalidSettings: rates of foreign currencies are missing; all of them are named.
        ContractBroken: rows were lost or made twice.
    """
    work = _Preparation(engine, raw, unreadable, sources, options)
    steps: tuple[Callable[[], None], ...] = (
        work.find_copies,
        work.read_cells,
        partial(work.find_customers, previous_identity),
        work.price_orders,
        work.gather_customers,
        partial(work.take_accounts, with_quality=with_quality),
    )
    for number, (words, step) in enumerate(zip(STEPS, steps, strict=True)):
        on_step(words, number)
        step()
    return {name: work.made[name] for name in clean.CLEAN if name in work.made}


class _Preparation:
    """One run through the steps; each leaves its tables for those after it."""

    def __init__(
        self,
        engine: Engine,
        raw: Mapping[Feed, ir.Table],
        unreadable: ir.Table,
        sources: Sequence[Source],
        options: PrepareOptions,
    ) -> None:
        self.engine = engine
        self.raw = raw
        self.unreadable = unreadable
        self.sources = sources
        self.options = options
        self.fed = tuple(feed for feed in Feed if any(source.feed is feed for source in sources))
        self.copies: dict[Feed, ir.Table] = {}
        self.places: dict[Feed, ir.Table] = {}
        """Which file of a source comes after which."""
        self.in_several_files: dict[Feed, set[str]] = {}
        """The sources with more than one file."""
        self.rows: dict[Feed, ir.Table] = {}
        """Typed and judged rows of every feed; from find_customers on with their customer."""
        self.orders = OrderPreparation(engine, sources, workspace=options.currency)
        self.rates: ir.Table | None = None
        self.made: dict[str, ir.Table] = {}

    def find_copies(self) -> None:
        """Which rows other files hold too."""
        for feed in self.fed:
            files = self.engine.fetch(self.raw[feed].select("source", "file").distinct()).to_pylist()
            named = [(each["source"], each["file"]) for each in files]
            self.places[feed] = self.engine.from_arrow(file_places(named))
            self.in_several_files[feed] = {
                source for source, number in Counter(source for source, _ in named).items() if number > 1
            }
            self.copies[feed] = self.engine.stage(mark_copies(self.raw[feed], feed, self.sources, self.places[feed]))

    def read_cells(self) -> None:
        """Types, units, statuses, drop rules; every feed has a table afterwards, empty where nothing feeds it."""
        judges: dict[Feed, Callable[[ir.Table], ir.Table]] = {
            Feed.EVENT: partial(judge_events, sources=self.sources),
            Feed.FEEDBACK: partial(judge_feedback, sources=self.sources),
            Feed.REDEMPTION: partial(campaigns.judge_redemptions, sources=self.sources),
            Feed.CONTRACT: partial(judge_contracts, sources=self.sources),
        }
        self.orders.read(self._typed, self._newest_lines, self.places)
        self.rows[Feed.ORDER_LINE] = self.orders.judged
        for feed in Feed:
            if feed not in ORDER_FEEDS:
                rows = self._typed(feed)
                self.rows[feed] = self._laid_down(feed, judges[feed](rows) if feed in judges else rows)

    def find_customers(self, previous: ir.Table | None) -> None:
        """Which ids are one customer, and whose each row is."""
        if are_told(self.sources):
            self._resolve_keys()
        fed = {feed: rows for feed, rows in self.rows.items() if self._has_source(feed)}
        mentions = mention_persons(fed, self.orders.order_sources)
        named = self.engine.stage(name_ids(mentions, shared_by_many=self.options.shared_by_many))
        link_by, shared_by_many = self.options.link_by, self.options.shared_by_many
        ties = self.engine.stage(find_ties(named, link_by=link_by, shared_by_many=shared_by_many))
        components = partial(connected_components, self.engine)
        identity = self.engine.stage(
            identify(named, ties, previous, link_by=link_by, components=components, keys_given=self.options.keys_given)
        )
        self._make(clean.IDENTITY, identity)
        self._make(
            clean.IDENTITY_CONFLICT,
            find_conflicts(named, ties, link_by=link_by, shared_by_many=shared_by_many, key=self.options.key),
        )
        # A survey without names is an opinion all the same.
        opinions = attribute(self.rows[Feed.FEEDBACK], Feed.FEEDBACK, identity, self.sources)
        self.rows[Feed.FEEDBACK] = self._laid_down(Feed.FEEDBACK, opinions)
        for feed in _NEEDS_CUSTOMER:
            owned = require_customer(attribute(self.rows[feed], feed, identity, self.sources))
            self.rows[feed] = self._laid_down(
                feed, balances.judge_balances(owned, self.places.get(feed)) if feed is Feed.BALANCE else owned
            )
        # Order rows are many: joining them twice costs less than laying all of them down once more.
        self.orders.attribute(identity)
        self.rows[Feed.ORDER_LINE] = self.orders.orders
        self.orders.meet_payments()

    def price_orders(self) -> None:
        """Products, rates, order lines."""
        workspace, sources = self.options.currency, self.orders.order_sources
        self.rates = self._needed_rates()
        products = make_products(
            self.rows[Feed.PRODUCT], self.rows[Feed.ORDER_LINE], sources, rates=self.rates, workspace=workspace
        )
        products = self._make(clean.PRODUCT, self.engine.stage(products))
        tells_category = any("category" in source.columns for source in self.sources)
        self.orders.price(products if tells_category else None, self.rates)
        self.priced = self.orders.priced
        self.made |= self.orders.made

    def gather_customers(self) -> None:
        """Events, feedback, contracts, campaigns, referrals, and everyone known from any of them."""
        workspace = self.options.currency
        self._make(clean.EVENT, self._of(Feed.EVENT, make_events(self.rows[Feed.EVENT])))
        self._make(clean.FEEDBACK, self._of(Feed.FEEDBACK, make_feedback(self.rows[Feed.FEEDBACK])))
        totals = balances.make_balances(
            self.rows[Feed.BALANCE], self.sources, rates=self.rates, workspace=workspace, as_of=self.options.as_of
        )
        self._make(clean.BALANCE, self._of(Feed.BALANCE, totals))
        contracts = make_contracts(self.rows[Feed.CONTRACT], self.sources, rates=self.rates, workspace=workspace)
        self._make(clean.CONTRACT, self._of(Feed.CONTRACT, contracts))
        contacts, redemptions = self.rows[Feed.CAMPAIGN_CONTACT], self.rows[Feed.REDEMPTION]
        made = campaigns.make_contacts(contacts, self.sources, rates=self.rates, workspace=workspace)
        self._make(clean.CAMPAIGN_CONTACT, self._of(Feed.CAMPAIGN_CONTACT, made))
        made = campaigns.make_redemptions(redemptions, self.sources, rates=self.rates, workspace=workspace)
        self._make(clean.REDEMPTION, self._of(Feed.REDEMPTION, made))
        statements = self._statements()
        first_days = self.engine.stage(find_first_days(self._days(statements)))
        referral = self._make(clean.REFERRAL, self._referrals(statements, first_days))
        customers = make_customers(
            self.made[clean.IDENTITY.full_name],
            self.rows[Feed.CUSTOMER],
            self.rows[Feed.ORDER_LINE],
            first_days=first_days,
            referral=referral,
            sources=self.orders.order_sources,
        )
        self._make(clean.CUSTOMER, customers)
        self._make(clean.CONTACT_POINT, self._contact_points())

    def take_accounts(self, *, with_quality: bool) -> None:
        """What became of every record, and how good every column is."""
        others = [feed for feed in self.fed if feed not in ORDER_FEEDS]
        verdicts = [*((feed, self.rows[feed]) for feed in others), *self.orders.rejected()]
        rejected = self._make(clean.REJECTED_ROW, self.engine.stage(rejected_rows(verdicts, self.unreadable)))
        accounts = file_accounts(
            raw={feed: self.raw[feed] for feed in self.fed},
            unreadable=self.unreadable,
            copies={feed: count_copies(table) for feed, table in self.copies.items()},
            kept={feed: kept(self.rows[feed]) for feed in others} | self.orders.kept(),
            rejected=rejected,
            order_lines=kept(self.priced),
            feeds={source.name: source.feed for source in self.sources},
        )
        accounts = self._make(clean.FILE_ACCOUNT, self.engine.stage(accounts))
        faults = unbalanced(accounts).order_by("source", "file").limit(_UNBALANCED_SHOWN)
        require_balance(self.engine.fetch(faults).to_pylist())
        if not with_quality:
            return
        judged = {feed: self.rows[feed] for feed in others}
        judged |= {feed: self.orders.typed.get(feed, self.orders.rows.get(feed)) for feed in ORDER_FEEDS if feed in self.fed}
        cells = {feed: self.engine.stage(table) for feed, table in count_cells(judged, self.sources).items()}
        values = count_values(judged, self.sources)
        staged = None if values is None else self.engine.stage(values)
        self._make(clean.COLUMN_QUALITY, column_quality(cells, staged, self.sources))

    def _contact_points(self) -> ir.Table:
        rows = {feed: table for feed, table in self.rows.items() if self._has_source(feed)}
        raw = {feed: self.raw[feed] for feed in self.fed}
        found = contact_points(rows, raw, self.sources, shared_by_many=self.options.shared_by_many)
        return self.engine.from_arrow(clean.CONTACT_POINT.schema.to_pyarrow().empty_table()) if found is None else found

    def _statements(self) -> ir.Table:
        """Who is said to have brought whom; nothing is looked for where no source says so."""
        if not self._tells_referrers():
            return self.engine.from_arrow(STATEMENT.to_pyarrow().empty_table())
        statements = self.engine.stage(
            link_referrals(
                self.rows[Feed.REFERRAL],
                self.rows[Feed.CUSTOMER],
                self.made[clean.IDENTITY.full_name],
                self.sources,
                stage=self.engine.stage,
                circles=partial(circles, self.engine),
            )
        )
        self.rows[Feed.REFERRAL] = self.engine.stage(judge_referrals(self.rows[Feed.REFERRAL], statements))
        return statements

    def _referrals(self, statements: ir.Table, first_days: ir.Table) -> ir.Table:
        if not self._tells_referrers():
            return self.engine.from_arrow(clean.REFERRAL.schema.to_pyarrow().empty_table())
        return self.engine.stage(make_referrals(statements, first_days))

    def _tells_referrers(self) -> bool:
        return Feed.REFERRAL in self.fed or any("referrer_id" in source.columns for source in self.sources)

    def _typed(self, feed: Feed) -> ir.Table:
        """The rows of a feed with every cell read."""
        rows = typed_rows(
            self._without_copies(feed),
            feed,
            self.sources,
            calendar=self.engine,
            zone=self.options.zone,
            currency=self.options.currency,
            plain=self._plain(feed) if feed in self.fed else {},
        )
        return without_erased(rows, self.sources, tokens=self.options.erased, key=self.options.key)

    def _plain(self, feed: Feed) -> PlainFields:
        """The columns that need no patterns."""
        asked = plain_cells(self.raw[feed], feed, self.sources)
        return {} if asked is None else plain_fields(self.engine.fetch(asked).to_pylist()[0], self.sources)

    def _make(self, contract: Contract, table: ir.Table) -> ir.Table:
        self.made[contract.full_name] = table
        return table

    def _laid_down(self, feed: Feed, table: ir.Table) -> ir.Table:
        return self.engine.stage(table) if feed in self.fed else self._of(feed, table)

    def _of(self, feed: Feed, table: ir.Table) -> ir.Table:
        """A table that is made of a feed alone: without rows, and without any work, where nothing feeds it."""
        return table if feed in self.fed else self.engine.from_arrow(table.schema().to_pyarrow().empty_table())

    def _resolve_keys(self) -> None:
        """Puts persons in the place of the keys that lists of customers resolve."""
        persons = self.engine.stage(persons_of_keys(self.rows[Feed.CUSTOMER], self.sources))
        self.orders.judged = self.engine.stage(by_person(self.orders.judged, persons, self.orders.order_sources))
        self.rows[Feed.ORDER_LINE] = self.orders.judged
        for feed in self.fed:
            if feed not in (*ORDER_FEEDS, Feed.CUSTOMER) and "customer_id" in self.rows[feed].columns:
                self.rows[feed] = self.engine.stage(by_person(self.rows[feed], persons, self.sources))

    def _newest_lines(self, rows: ir.Table) -> ir.Table:
        """Order lines without those that a later file of their source corrects."""
        several = [source for source in self.sources if source.name in self.in_several_files.get(Feed.ORDER_LINE, ())]
        return leave_older_versions(rows, several, self.places[Feed.ORDER_LINE]) if several else rows

    def _without_copies(self, feed: Feed) -> ir.Table:
        """The rows that count. Where nothing came in twice, nothing is compared."""
        if feed not in self.copies or not self._has_rows(self.copies[feed]):
            return self.raw[feed]
        return without_copies(self.raw[feed], self.copies[feed])

    def _has_rows(self, table: ir.Table) -> bool:
        return bool(self.engine.fetch(table.limit(1)).num_rows)

    def _needed_rates(self) -> ir.Table | None:
        """The rates as a table, once it is sure that none is missing; None where there is no foreign money."""
        workspace, rates = self.options.currency, self.options.rates
        foreign = [source for source in self.sources if source.currency not in (None, workspace) or "currency" in source.columns]
        if not foreign and not self._has_rows(self.orders.judged.filter(self.orders.judged["currency"].notnull())):
            return None
        needed = self.orders.needed_rates()
        if Feed.BALANCE in self.fed:
            as_of = self.options.as_of
            needed.append(balances.needed_rates(self.rows[Feed.BALANCE], self.sources, workspace=workspace, as_of=as_of))
        needed += [campaigns.needed_rates(self.rows[feed], feed, self.sources, workspace=workspace) for feed in campaigns.MONEY]
        pairs = [tuple(row.values()) for table in needed for row in self.engine.fetch(table).to_pylist()]
        require_rates(pairs, rates, workspace=workspace)
        return self.engine.from_arrow(rate_table(rates, workspace=workspace))

    def _days(self, statements: ir.Table) -> list[tuple[ir.Table, str]]:
        """Every table that tells a day on which a customer was seen."""
        told = kept(statements).drop("customer_key").rename(customer_key="referred_key")
        days = [
            (Feed.ORDER_LINE, kept(self.priced), "ordered_on"),
            (Feed.CUSTOMER, kept(self.rows[Feed.CUSTOMER]), "registered_on"),
            *((feed, kept(self.rows[feed]), day) for feed, day in _DAYS.items()),
            *((Feed.BALANCE, kept(self.rows[Feed.BALANCE]), day) for day in ("first_on", "last_on")),
        ]
        return [(told, "referred_on"), *((rows, day) for feed, rows, day in days if self._has_source(feed))]

    def _has_source(self, feed: Feed) -> bool:
        """Whether a feed has rows; those of order lines may come from heads."""
        return feed in self.fed or (feed is Feed.ORDER_LINE and Feed.ORDER in self.fed)
