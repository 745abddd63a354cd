"""How do columns of a batch become arrays with one place per customer?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]

_SPARE_PLACES = 100_000
"""Places of a range that may stay empty."""

WORDS = 2
"""64-bit words of a decimal as Arrow keeps it, the lower one first."""


def places(keys: Numbers) -> tuple[Numbers, Numbers]:
    """A place for every row's customer, and the customer of every place, ascending. Keys are dense as a rule, and then need no sorting."""
    if len(keys) and (span := int(keys.max() - keys.min()) + 1) <= _SPARE_PLACES + len(keys):
        return keys - keys.min(), np.arange(keys.min(), keys.min() + span)
    known, place = np.unique(keys, return_inverse=True)
    return place, known


def numbers_in(column: pa.ChunkedArray, *, missing: int = 0) -> Numbers:
    """Whole numbers, days since 1970, or decimals of at most 18 digits as whole numbers of their smallest unit.

    Args:
        column: of any of these types.
        missing: what stands for a null.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # what has no chunk stays one
        return np.zeros(0, np.int64)
    kind = array.type
    if pa.types.is_decimal(kind):
        words = np.frombuffer(array.buffers()[1], np.int64) if len(array) else np.zeros(0, np.int64)
        numbers: Any = words[WORDS * array.offset : WORDS * (array.offset + len(array)) : WORDS]
        return np.where(array.is_null().to_numpy(zero_copy_only=False), missing, numbers) if array.null_count else numbers
    whole = (array.cast(pa.int32()) if pa.types.is_date(kind) else array).cast(pa.int64())
    return np.asarray((whole.fill_null(missing) if whole.null_count else whole).to_numpy())
