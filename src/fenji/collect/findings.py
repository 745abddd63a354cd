"""What may fenji say of a table that it has looked at? Every message declared once: a code that scripts can rely on, the words, the one cure.

A message whose words stand in ``missing`` keeps the table from being used; others are warnings and notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fenji.collect.remarks import Remark
from fenji.domain.steps import Step
from fenji.language import message as _


@dataclass(frozen=True)
class Finding(Remark):
    """A message about one table, with the values that it names."""

    code: str = field(kw_only=True)
    cure: Remark | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Message:
    """A message that may be said of a table: called with its values it becomes a finding."""

    code: str
    text: str
    """English catalog message with ``{named}`` places."""
    cure: str | None = None
    """What a person can do about it; None where nothing is to be done."""

    def __call__(self, **values: object) -> Finding:
        """The finding, with a value for every place of the text and the cure."""
        return Finding(self.text, values, code=self.code, cure=Remark(self.cure, values) if self.cure else None)


# Why a table is not used.
UNKNOWN_ROWS = Message(
    "unknown_rows",
    _("We cannot tell what these rows are."),
    _("If these are sales, export them again with who bought, when, and for how much. Otherwise leave the file out."),
)
SUMS_OF_ANOTHER_SHEET = Message(
    "sums_of_another_sheet", _("It only adds up what another sheet lists, and would count everything a second time.")
)
NO_PERSON = Message(
    "no_person",
    _("No column says whose the rows are (customer id, phone, e-mail or union id)."),
    _("Export it again with the member number, account, phone or e-mail of the customer."),
)
NO_DATES = Message("no_dates", _("No column holds dates."), _("Export it again with the time of every row."))
NO_MONEY = Message("no_money", _("No column holds amounts of money."), _("Export it again with the amounts paid."))
NO_AMOUNT = Message(
    "no_amount",
    _("No amount: neither a paid amount per row or order, nor quantity and unit price."),
    _("Export it again with the amounts paid."),
)
MISSING_FIELD = Message(
    "missing_field",
    _("No column for {field}, which every row needs. Write the header of the right column beside it."),
    _("Export it again with such a column, or write in sources.yaml which one it is."),
)
ORDERS_MISSING = Message(
    "orders_missing",
    _("The orders of these rows are in none of the files. Give fenji the file with the orders too."),
    _("Put the file with the orders beside it."),
)
QUESTION_OPEN = Message("question_open", _("Open question: {question}"), _("Answer the question."))
LEFT_OUT_BY_ANSWER = Message("left_out_by_answer", _("left out by an answer"), Step.ASK_AGAIN)
TOP_UPS_LEFT_OUT = Message("top_ups_left_out", _("{file} holds top-ups of stored value (充值), which are no sales: left out."))
ORDERS_LISTED_TWICE = Message(
    "orders_listed_twice", _("Its orders stand in {file} already; reading both would count them twice.")
)
KEEPS_NOTHING = Message(
    "keeps_nothing",
    _("A run would keep none of the {rows} rows looked at. Most often ({count}): expected {expected}, came '{came}'."),
    _("See with fenji map which column was taken for what, and correct it in sources.yaml."),
)
ORDERS_UNUSABLE = Message(
    "orders_unusable",
    _("The orders of source '{source}', to which these rows belong, cannot be used."),
    _("Mend that file first."),
)
TAOBAO_ITEM_LIST = Message(
    "taobao_item_list",
    _(
        "The item list names neither the buyer nor a date: use the order list (ExportOrderList) of the same period, "
        "which has both and the paid amount. The two are not joined."
    ),
    _("Export the order list (ExportOrderList) of the same period."),
)

# What the reader should know before trusting the numbers.
NO_BUYER = Message(
    "no_buyer",
    _(
        "No stable buyer id: the revenue of this source will be unattributed, it counts for no customer. Export it again with the buyer's account, phone or e-mail."
    ),
)
ANONYMOUS_ANSWERS = Message(
    "anonymous_answers", _("Nothing says whose the answers are: they are kept as anonymous and count for no customer.")
)
BUYERS_EMPTY = Message(
    "buyers_empty", _("The columns that say whose the orders are stand empty in the sample: such rows will be unattributed.")
)
PARTLY_MASKED = Message(
    "partly_masked",
    _("Some cells of '{column}' are masked (*): those rows count for no customer unless another column says whose they are."),
)
MASKED = Message("masked", _("'{column}' is masked (*) in the sample and cannot tell people apart: not used."))
WEAK_NICKNAME = Message("weak_nickname", _("'{column}' is a nickname: people change it and share it, so it is a weak key."))
CELLS_DO_NOT_FIT = Message("cells_do_not_fit", _("'{column}' is called like {field}, but its cells do not fit: not used."))
NOTHING_SHOWS_UNPAID = Message(
    "nothing_shows_unpaid", _("Nothing shows which orders were unpaid or returned: every row counts in full.")
)
NOTHING_SHOWS_RETURNS = Message("nothing_shows_returns", _("Nothing shows returns or refunds: none are taken off the revenue."))
NO_STATUS = Message("no_status", _("No status: every row counts as paid."))
RETURNS_WITHOUT_AMOUNT = Message(
    "returns_without_amount", _("No column says how much was paid back: each return takes back the whole order.")
)
CONTRACTS_WITHOUT_ID = Message(
    "contracts_without_id",
    _("No contract id: a newer list of the same contracts would count them once more. Feed one list at a time."),
)
CONTRACTS_WITHOUT_END = Message(
    "contracts_without_end", _("No column for the end: every contract counts as running, and nobody as having left.")
)
MONEY_WITHOUT_DATE = Message(
    "money_without_date", _("{columns} hold amounts of money without a date or an order: they are not counted.")
)
UNREAD_MONEY = Message("unread_money", _("{columns} hold amounts of money that nothing reads: they count as no purchase."))
NUMBERS_SHARED = Message(
    "numbers_shared",
    _(
        "{count} order numbers in '{column}' belong to several customers or days. An order is identified by the number together with {names}, "
        "so that no customer gets the money of another."
    ),
)
ROWS_LEFT_OUT = Message("rows_left_out", _("Rows of these types are no sales and are left out: {values}."))
AMOUNT_CHOSEN = Message("amount_chosen", _("'{chosen}' is taken for what was paid, not '{rival}'."))
SALES_OF_CONTRACTS = Message("sales_of_contracts", _("'{amount}' counts as a sale on the day of '{at}'."))
TAKEN_FOR_UNSOLD = Message("taken_for_unsold", _("'{column}' says {words}: taken for not sold yet."))
TAKEN_FOR_PAID = Message("taken_for_paid", _("'{column}' says {words}: taken for paid."))
TOTALS_OF_A_LIFETIME = Message(
    "totals_of_a_lifetime",
    _(
        "'{column}' holds totals since the customer came. They are not counted as orders, and spending of the last twelve months stays unknown."
    ),
)
UNIT_ABOVE_TABLE = Message("unit_above_table", _("The lines above the table say: {text}. Amounts may be in that unit."))

# How the file was read.
JOINED = Message("joined", _("Joined with {file} by order number: {share} of the numbers looked at stand there."))
KEY_PER_ORDER = Message("key_per_order", _("'{key}' is different for every order, so '{person}' is taken for the customer."))
NO_ORDER_NUMBER = Message(
    "no_order_number",
    _(
        "The file has no order number: rows of one buyer at one time are one order ({orders} orders in the {rows} rows looked at)."
    ),
)
AMOUNT_REPEATS = Message("amount_repeats", _("'{column}' repeats on every row of an order: it is the order's amount."))
AMOUNT_OF_ROWS = Message("amount_of_rows", _("'{column}' differs between the rows of an order: it is the amount of the row."))
BALANCE_INCLUDED = Message(
    "balance_included", _("'{column}' is taken instead of '{other}', which leaves out what was paid from the balance.")
)
REFUND_ALREADY_OFF = Message(
    "refund_already_off",
    _("'{paid}' is already without '{refund}' ({total} = {paid} + {refund} in the sample): the refund is not subtracted again."),
)
STATUSES_SEEN = Message(
    "statuses_seen",
    _("Statuses in the sample: {statuses}. Unpaid and cancelled ones are left out by their words; paid_statuses overrules that."),
)
CONTRACT_STATUSES_SEEN = Message(
    "contract_statuses_seen",
    _("Statuses in the sample: {statuses}. Drafts and void ones are left out by their words, and ended ones without a day."),
)
HEADER_ROWS = Message("header_rows", _("The header stands in rows {rows}; its cells are put together, such as {example}."))
NO_HEADER = Message(
    "no_header",
    _("The file has no header: its first row, {example}, is data like the others. Its columns are called {columns}."),
)
ROWS_UNDER_HEADER = Message(
    "rows_under_header", _("{count} rows under the header describe the columns and are passed over: {example}.")
)
SECTIONS = Message(
    "sections",
    _(
        "The rows stand in sections: {count} headings such as {example} have lines of their own. Their text becomes the column {name} of the rows below."
    ),
)
SUMS_LEFT_OUT = Message("sums_left_out", _("{count} rows are sums of other rows and are left out, such as row {row}: {example}."))
SUMS_BY_ARITHMETIC = Message(
    "sums_by_arithmetic",
    _(
        "{count} of these rows do not say that they are totals; their numbers add up the rows above, and their other cells are empty."
    ),
)
FILLED_DOWN = Message(
    "filled_down",
    _(
        "{count} of {rows} rows leave {columns} empty and belong to the row above, such as row {row}: {example}. They take these cells from it."
    ),
)
PERIODS_ACROSS = Message(
    "periods_across",
    _(
        "{count} columns, {first} to {last}, stand for periods. Each filled cell of them becomes a row, dated on the first day of its period."
    ),
)
YEAR_OF_PERIODS = Message("year_of_periods", _("The year {year} is taken from the title or the name of the file."))
NO_YEAR_OF_PERIODS = Message("no_year_of_periods", _("No year is said anywhere; write it as `year` under `unpivot`."))
FAR_CELLS = Message(
    "far_cells",
    _("{count} cells that stand far away from the table are left out, such as {cell}."),
    _("Delete them in the sheet."),
)
ENCODING_UNSURE = Message("encoding_unsure", _("The text was read as {encoding}, which is not certain: {example}."))
TAOBAO_AMOUNT_REPEATS = Message(
    "taobao_amount_repeats", _("订单实际支付金额 repeats on every product row of an order; it is split over them.")
)
SKU_AMOUNT_REPEATS = Message("sku_amount_repeats", _("The order's amount repeats on every SKU row; it is split over them."))
DOUYIN_AMOUNT_OF_ROWS = Message(
    "douyin_amount_of_rows", _("订单应付金额 is the amount of each sub-order row, not of the whole order.")
)
ITEM_AMOUNT_OF_ROWS = Message("item_amount_of_rows", _("One row per item; the amount belongs to the row."))
TOTAL_ON_FIRST_ROW = Message(
    "total_on_first_row", _("Only the first row of an order carries its total; the amount is split over the rows.")
)
AMAZON_PRICE_OF_ROWS = Message("amazon_price_of_rows", _("item-price is the amount of the row, not of one piece."))
STRIPE_CENTS = Message("stripe_cents", _("The Stripe API states amounts in cents: they are divided by 100."))

MESSAGES: tuple[Message, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Message))
"""All of them, in the order of their declaration."""
