"""Which customers do we learn from? Those whose number, mixed with the seed, falls below a share: the same ones on every engine and in every run."""

from __future__ import annotations

import ibis.expr.types as ir

PRIME = 2_147_483_647
"""2^31 - 1, prime: squares of remainders stay below 2^63."""
MULTIPLIER = 48_271
"""The multiplier of Park and Miller's generator (Communications of the ACM 36(7), 1993)."""


def is_sampled(customer_key: ir.IntegerValue, *, share: float, seed: int) -> ir.BooleanValue:
    """Whether a customer belongs to the sample of about that share; a smaller share gives a part of a larger one.

    Args:
        customer_key: the customer.
        share: 0..1.
        seed: another seed, other customers.
    """
    mixed = (customer_key % PRIME * MULTIPLIER + seed % PRIME) % PRIME
    # One multiplication alone would take every n-th customer; the square of a shifted number breaks that up.
    again = ((mixed * mixed + MULTIPLIER) % PRIME * MULTIPLIER) % PRIME
    return again < round(share * PRIME)


def sampled(table: ir.Table, *, share: float, seed: int) -> ir.Table:
    """The rows of sampled customers; every row where the share is 1."""
    return table if share >= 1 else table.filter(is_sampled(table.customer_key, share=share, seed=seed))
