"""What is stored so that a policy can be tried while somebody moves its thresholds? Steps of thresholds, and customers counted between them."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf
from fenji.tables.insight import MONEY

_WRITER = "analyze/whatif/cells.py"

WHATIF_STEP = Contract(
    Shelf.INSIGHT,
    "whatif_step",
    "one row per metric that the rules of the policy compare and step of its threshold",
    ("as_of", "metric", "number"),
    (
        Column("as_of", "date", "review date"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("metric", "string", "metric slug"),
        Column("place", "int64", "the metric's place in the number of a cell, from 0"),
        Column("number", "int64", "1 = the lowest step"),
        Column("threshold", "string", "the step, exactly as a rule writes it"),
        Column("is_beyond", "boolean", "whether only values beyond the step lie above it; else the step itself too"),
    ),
    _WRITER,
)

WHATIF_CELL = Contract(
    Shelf.INSIGHT,
    "whatif_cell",
    "one row per cell in which a customer stands who is not lost; no rows where the policy cannot be tried by cells",
    ("as_of", "cell"),
    (
        Column("as_of", "date", "review date"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column(
            "cell",
            "int64",
            "for each metric in its place the number of steps passed plus 1, or 0 without a value, as digits of one number whose bases are the numbers of steps plus 2",
        ),
        Column("customers", "int64", "customers in the cell"),
        Column("net_revenue_12m", MONEY, "their revenue of twelve months"),
    ),
    _WRITER,
)
