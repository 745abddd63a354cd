"""What stands on the clean shelf? One customer, one order, one currency, one calendar; every row left out has a reason."""

from __future__ import annotations

from dataclasses import replace

from fenji.domain.telling import PERSON_NAME, PERSONAL, WITHHELD, Mark
from fenji.tables.contract import Column, Contract, Shelf

MONEY = "decimal(18, 2)"
MOMENT = "timestamp('UTC')"


def _clean(name: str, grain: str, key: tuple[str, ...], writer: str, *columns: Column) -> Contract:
    return Contract(Shelf.CLEAN, name, grain, key, columns, f"prepare/{writer}.py")


_CUSTOMER_KEY = Column("customer_key", "int64", "the customer after identity resolution")
_CUSTOMER_KEY_OR_NULL = Column("customer_key", "int64", "the customer; null = nobody knows whose", nullable=True)


def _optional(name: str, type_: str, meaning: str, veil: Mark | None = None) -> Column:
    return Column(name, type_, meaning, nullable=True, veil=veil)


CUSTOMER = _clean(
    "customer",
    "one row per customer known from any table, with or without orders",
    ("customer_key",),
    "customers",
    _CUSTOMER_KEY,
    Column("customer_id", "string", "the company's own id (smallest where several were merged)", veil=PERSONAL),
    _optional("name", "string", "name", PERSON_NAME),
    _optional("kind", "string", "person or company"),
    _optional("gender", "string", "female, male or other"),
    _optional("birth_on", "date", "birthday", WITHHELD),
    _optional("region", "string", "region or province"),
    _optional("city", "string", "city"),
    _optional("industry", "string", "industry"),
    _optional("occupation", "string", "occupation"),
    _optional("income_band", "string", "income band"),
    _optional("education", "string", "education"),
    _optional("acquisition_channel", "string", "channel by which the customer came"),
    _optional("registered_on", "date", "registration day, local"),
    _optional("referred_by_key", "int64", "customer_key of the referrer"),
    _optional("consent_marketing", "boolean", "may be contacted"),
    _optional("prior_tier", "string", "tier in the source system"),
    _optional("first_seen_on", "date", "earliest day in any table; null = known without any date"),
)

IDENTITY = replace(
    _clean(
        "identity",
        "one row per customer id of each id space",
        ("source", "source_customer_id"),
        "identity",
        Column("source", "string", "id space (sources.yaml: shares_ids_with) of the id"),
        Column(
            "source_customer_id", "string", "the id there, or phone:…, email:…, union:… where rows carry no id", veil=PERSONAL
        ),
        _CUSTOMER_KEY,
        Column("rule", "string", "what tied the id to its customer: own_id, phone, email, union_id"),
        Column("probability", "float64", "1.0 for exact rules"),
    ),
    is_by_customer=True,
)

IDENTITY_CONFLICT = _clean(
    "identity_conflict",
    "one row per identifier value that ties ids together in a doubtful way",
    ("kind", "identifier"),
    "identity",
    Column(
        "kind",
        "string",
        "phone_shared_by_many, email_shared_by_many, union_id_shared_by_many, several_phones, several_emails, several_union_ids",
    ),
    Column("identifier", "string", "the first 12 hex digits of a keyed hash of the value (personal values are not stored here)"),
    Column("ids", "int64", "how many ids (or values) are involved"),
    Column("merged", "boolean", "whether the ids were merged all the same"),
)

CONTACT_POINT = _clean(
    "contact_point",
    "one row per phone, e-mail or name by which a customer is known",
    ("customer_key", "kind", "value"),
    "contact_points",
    _CUSTOMER_KEY,
    Column("kind", "string", "one of domain.contacts.ContactKind: phone, email, name"),
    Column(
        "value",
        "string",
        "the form for search: phones as +86… or digits, e-mails in lower case, names trimmed; never a masked one",
        veil=PERSON_NAME,
    ),
    Column("written", "string", "as the newest row wrote it", veil=PERSON_NAME),
    _optional("last_seen_on", "date", "local day of the newest row that says it; null = no row tells a day"),
    Column("source", "string", "entry of sources.yaml of that row"),
)

ORDER_LINE = _clean(
    "order_line",
    "one row per line of a sale or return",
    ("source", "order_id", "line_number"),
    "orders/lines",
    Column("source", "string", "entry of sources.yaml that holds the orders: that of the heads where lines have their own"),
    Column("order_id", "string", "the source's order id; with # and what tells them apart where several orders share it"),
    Column("line_number", "int64", "1.. within the order, sales first; 1 with kind sale marks the order itself"),
    _CUSTOMER_KEY_OR_NULL,
    Column("ordered_at", MOMENT, "moment of the order, or of the return; one moment for all sale lines of an order"),
    Column("ordered_on", "date", "the same as a day in the workspace's time zone"),
    _optional("product_id", "string", "product"),
    _optional("category", "string", "category, from the line or else from the product"),
    _optional("channel", "string", "channel"),
    Column("quantity", "decimal(18, 3)", "pieces; negative in returns"),
    Column("net_revenue", MONEY, "paid for this line in the workspace's currency; negative in returns"),
    Column("currency", "string", "currency that the source wrote"),
    Column("kind", "string", "sale or return"),
    _optional(
        "days_since_previous_order",
        "int64",
        "on line 1 of a sale that opens a new order day of its customer: days since the order day before; null on the first and on all other lines",
    ),
    _optional(
        "order_revenue", MONEY, "on line 1 of a sale: the net_revenue of all sale lines of the order; null on all other lines"
    ),
)

PAYMENT = _clean(
    "payment",
    "one row per payment; one below zero was paid back",
    ("source", "file", "row_number"),
    "payments",
    Column("source", "string", "entry of sources.yaml"),
    Column("file", "string", "file"),
    Column("row_number", "int64", "row"),
    _optional("payment_id", "string", "the source's payment id, which need not be unique"),
    Column("order_source", "string", "entry of sources.yaml that holds the order"),
    Column("order_id", "string", "the order that was paid"),
    _optional("paid_at", MOMENT, "moment"),
    _optional("paid_on", "date", "local day"),
    Column("amount", MONEY, "amount in the workspace's currency; below zero where it was paid back"),
    Column("currency", "string", "currency that the source wrote"),
    _optional("method", "string", "method of payment"),
)

RETURN = _clean(
    "return",
    "one row per return of a list of returns",
    ("source", "file", "row_number"),
    "returns",
    Column("source", "string", "entry of sources.yaml"),
    Column("file", "string", "file"),
    Column("row_number", "int64", "row"),
    _optional("return_id", "string", "the source's return id, which need not be unique"),
    Column("order_source", "string", "entry of sources.yaml that holds the order"),
    Column("order_id", "string", "the order that was returned"),
    _CUSTOMER_KEY_OR_NULL,
    _optional("product_id", "string", "what was returned; null = the source does not say it"),
    _optional("returned_at", MOMENT, "moment, or that of the order where the source does not say it"),
    _optional("returned_on", "date", "the same as a local day"),
    Column("amount", MONEY, "what went back, in the workspace's currency at the rate of the order's month"),
    Column("counted", MONEY, "how much of it clean.order_line holds as a return: not what the order itself states already"),
    _optional("return_reason", "string", "why, in the customer's words", WITHHELD),
)

BALANCE = _clean(
    "balance",
    "one row per customer whom a source knows by totals",
    ("source", "customer_key"),
    "balances",
    Column("source", "string", "entry of sources.yaml"),
    _CUSTOMER_KEY,
    Column("total", MONEY, "spent in the period, in the workspace's currency"),
    _optional("orders", "int64", "orders in the period"),
    _optional("first_on", "date", "local day of the first order"),
    _optional("last_on", "date", "local day of the last order"),
    _optional("period", "string", "last_12_months or lifetime; null = nobody knows"),
    Column("as_of", "date", "day on which the totals were taken"),
)

ORDER_NUMBER_CONFLICT = _clean(
    "order_number_conflict",
    "one row per source and kind of order numbers that several orders share and that were taken apart",
    ("source", "kind"),
    "orders/numbers",
    Column("source", "string", "entry of sources.yaml that holds the orders"),
    Column("kind", "string", "several_customers, returned_by_another, days_far_apart"),
    Column("numbers", "int64", "order numbers that were taken apart"),
    Column("orders", "int64", "orders that they became"),
    Column("rows", "int64", "rows of these orders"),
    Column("revenue", MONEY, "their revenue in the workspace's currency"),
    Column("example", "string", "one of the numbers"),
)

UNKNOWN_STATUS = _clean(
    "unknown_status",
    "one row per source and word of an order's status that nothing explains; such orders count as paid",
    ("source", "status"),
    "status_words",
    Column("source", "string", "entry of sources.yaml that holds the orders"),
    Column("status", "string", "the word as it came"),
    Column("rows", "int64", "rows that say it and count"),
    Column("orders", "int64", "their orders"),
    Column("revenue", MONEY, "their revenue in the workspace's currency"),
    Column("example", "string", "one of the order numbers"),
    Column("source_revenue", MONEY, "revenue of the whole source"),
)

PRODUCT = _clean(
    "product",
    "one row per product known from any table",
    ("product_id",),
    "products",
    Column("product_id", "string", "product"),
    _optional("name", "string", "name"),
    _optional("category", "string", "category"),
    _optional("brand", "string", "brand"),
    _optional("unit_cost", MONEY, "cost of one piece in the workspace's currency"),
)

EVENT = _clean(
    "event",
    "one row per event",
    ("event_id",),
    "events",
    Column("event_id", "string", "source-qualified id; made of source, file and row number where the source has none"),
    _CUSTOMER_KEY,
    Column("at", MOMENT, "moment"),
    Column("on", "date", "local day"),
    Column("kind", "string", "visit, search, click, lesson, night, mile ..."),
    _optional("value", "float64", "how much, where the kind has an amount"),
)

FEEDBACK = _clean(
    "feedback",
    "one row per piece of feedback",
    ("feedback_id",),
    "feedback",
    Column("feedback_id", "string", "source-qualified id; made of source, file and row number where the source has none"),
    _CUSTOMER_KEY_OR_NULL,
    Column("at", MOMENT, "moment"),
    Column("on", "date", "local day"),
    Column("kind", "string", "satisfaction, nps, complaint or questionnaire"),
    _optional("score", "float64", "0..100, the source's scale mapped linearly"),
    _optional("topic", "string", "topic"),
    _optional("resolved_at", MOMENT, "moment of resolution"),
    _optional("resolved_on", "date", "local day of resolution: at an as-of date before it the complaint is still open"),
    _optional("hours_to_resolution", "float64", "from at to resolved_at"),
    _optional("text", "string", "words of the customer", WITHHELD),
)

CAMPAIGN_CONTACT = _clean(
    "campaign_contact",
    "one row per contact of a customer by a campaign",
    ("source", "file", "row_number"),
    "campaigns",
    Column("source", "string", "entry of sources.yaml"),
    Column("file", "string", "file"),
    Column("row_number", "int64", "row"),
    Column("campaign_id", "string", "campaign"),
    _CUSTOMER_KEY,
    Column("contacted_at", MOMENT, "moment"),
    Column("contacted_on", "date", "local day"),
    _optional("channel", "string", "channel"),
    _optional("variant", "string", "group of the experiment"),
    _optional("cost", MONEY, "cost in the workspace's currency"),
)

REDEMPTION = _clean(
    "redemption",
    "one row per redeemed coupon",
    ("redemption_id",),
    "campaigns",
    Column("redemption_id", "string", "source-qualified id"),
    _CUSTOMER_KEY,
    Column("redeemed_at", MOMENT, "moment"),
    Column("redeemed_on", "date", "local day"),
    _optional("coupon_id", "string", "coupon"),
    _optional("campaign_id", "string", "campaign"),
    _optional("order_id", "string", "order"),
    _optional("value", MONEY, "value in the workspace's currency"),
)

REFERRAL = _clean(
    "referral",
    "one row per referred customer",
    ("referred_key",),
    "referrals",
    Column("referred_key", "int64", "who came"),
    Column("customer_key", "int64", "who brought them: the customer that the referral counts for"),
    _optional("referred_on", "date", "local day; from the customer's first day where not given"),
)

CONTRACT = _clean(
    "contract",
    "one row per contract: a subscription, an account, a policy, a course",
    ("contract_id",),
    "contracts",
    Column("contract_id", "string", "source-qualified id; made of source, file and row number where the source has none"),
    _CUSTOMER_KEY,
    Column("started_on", "date", "local day from which it is in force"),
    _optional(
        "ended_on",
        "date",
        "local day from which it is no longer in force; null = running, no end is known; may lie after the as-of day",
    ),
    _optional("plan", "string", "plan, tariff or product that it is about"),
    _optional("monthly_fee", MONEY, "fee of one month in the workspace's currency"),
)

POINTS_ENTRY = _clean(
    "points_entry",
    "one row per transaction of the ledger and member whose points it changed; of workspaces with a points program",
    ("entry_id",),
    "points",
    Column("entry_id", "string", "the transaction, and the number of the member's account in it"),
    _CUSTOMER_KEY_OR_NULL,
    Column("program", "string", "points program"),
    Column("kind", "string", "what happened: one of domain.loyalty.kinds.PointsKind"),
    Column("at", MOMENT, "moment of posting"),
    Column("on", "date", "local day on which it counts"),
    Column("points", "int64", "how many more the member has, those that wait or are held included, less what is owed"),
    Column("qualifying_points", "int64", "how many more count for a tier"),
    _optional("order_source", "string", "id space of the order; null = for no order"),
    _optional("order_id", "string", "order"),
)

VOUCHER_USE = _clean(
    "voucher_use",
    "one row per use of a voucher that was not given back; of workspaces with a points program",
    ("use_number",),
    "points",
    Column("use_number", "int64", "number of the use in the ledger"),
    _CUSTOMER_KEY_OR_NULL,
    Column("program", "string", "points program"),
    Column("offer", "string", "offer that the voucher is of"),
    Column("at", MOMENT, "moment of the use"),
    Column("on", "date", "local day of the use"),
    Column("discount", MONEY, "taken off the order, in the workspace's currency"),
    Column("order_source", "string", "id space of the order"),
    Column("order_id", "string", "order"),
)

REJECTED_ROW = _clean(
    "rejected_row",
    "one row per record that came in and is not in the clean base, duplicates apart",
    ("source", "file", "row_number"),
    "accounts",
    Column("source", "string", "entry of sources.yaml"),
    Column("feed", "string", "feed"),
    Column("file", "string", "file"),
    Column("row_number", "int64", "position in the file"),
    Column("reason", "string", "one of domain.reasons, or the reason of a drop rule"),
    _optional("field", "string", "the field at fault"),
    _optional("came", "string", "what stood there, first 200 characters; null for personal fields", WITHHELD),
)

FILE_ACCOUNT = _clean(
    "file_account",
    "one row per file of a source: rows_in = kept + rejected + across_files + repeats_dropped",
    ("source", "file"),
    "accounts",
    Column("source", "string", "entry of sources.yaml"),
    Column("feed", "string", "feed"),
    Column("file", "string", "file"),
    Column("rows_in", "int64", "records in the file"),
    Column("kept", "int64", "records in the clean base"),
    Column("rejected", "int64", "records left out with a reason"),
    Column("across_files", "int64", "copies of rows that another file of the source holds too"),
    Column("repeats_within_file", "int64", "identical rows beyond the first inside the file, kept or dropped"),
    Column("repeats_dropped", "int64", "of these, dropped because the source says so"),
    Column("unattributed_rows", "int64", "kept rows without a customer"),
    Column("unattributed_net_revenue", MONEY, "their revenue"),
)

COLUMN_QUALITY = _clean(
    "column_quality",
    "one row per mapped column of a source",
    ("source", "field"),
    "column_quality",
    Column("source", "string", "entry of sources.yaml"),
    Column("feed", "string", "feed"),
    Column("field", "string", "our field"),
    Column("rows", "int64", "records that could be read, copies left out"),
    Column("missing", "int64", "empty cells"),
    Column("invalid", "int64", "cells that could not be read as what the field holds"),
    Column("out_of_range", "int64", "values outside what is possible"),
    Column("outlying", "int64", "values outside the robust limits; kept unchanged"),
    _optional("lower_limit", "float64", "robust lower limit"),
    _optional("upper_limit", "float64", "robust upper limit"),
    _optional("lowest", "float64", "smallest value"),
    _optional("highest", "float64", "largest value"),
)

CLEAN: dict[str, Contract] = {
    each.full_name: each
    for each in (
        CUSTOMER,
        IDENTITY,
        IDENTITY_CONFLICT,
        CONTACT_POINT,
        ORDER_LINE,
        PAYMENT,
        RETURN,
        BALANCE,
        ORDER_NUMBER_CONFLICT,
        UNKNOWN_STATUS,
        PRODUCT,
        EVENT,
        FEEDBACK,
        CAMPAIGN_CONTACT,
        REDEMPTION,
        REFERRAL,
        CONTRACT,
        REJECTED_ROW,
        FILE_ACCOUNT,
        COLUMN_QUALITY,
    )
}
"""Every table of the shelf that is made of raw rows, by full name."""

LEDGER: dict[str, Contract] = {each.full_name: each for each in (POINTS_ENTRY, VOUCHER_USE)}
"""Those that the ledger tells, by full name."""
