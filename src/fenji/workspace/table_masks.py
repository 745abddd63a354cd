"""Which columns of a stored table are personal, and how do its rows look with these masked? For those who stream whole tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fenji.answers.views import MASKED, View
from fenji.domain.telling import Mark
from fenji.tables.contract import Contract


def personal_columns(contract: Contract) -> dict[str, Mark]:
    """The columns of a stored table that hold personal values, each with how it is masked; as its contract says."""
    return {each.name: each.veil for each in contract.columns if each.veil is not None}


def masked_batch(batch: Any, veils: Mapping[str, Mark], view: View = MASKED) -> Any:  # noqa: ANN401 - pyarrow is untyped
    """An Arrow record batch with personal columns masked: the same columns and types, and rows in their order.

    Values are masked by the rules of answers and not by an expression of the engine, so that a table never shows what an answer hides.
    What is no text and must not be told is null.

    Args:
        batch: a pyarrow.RecordBatch of a stored table, with any of its columns.
        veils: column: how it is masked, as ``personal_columns`` gives them.
        view: how much the reader sees.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

    if not view.is_masked:
        return batch
    columns = [
        column if (veil := veils.get(name)) is None else _masked(column, veil, view)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    # What a column promises about null is that of stored rows, not of masked ones.
    fields = [each.with_nullable(nullable=True) if each.name in veils else each for each in batch.schema]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _masked(column: Any, veil: Mark, view: View) -> Any:  # noqa: ANN401 - pyarrow is untyped
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return pa.array([view.figure(each, veil) for each in column.to_pylist()], column.type)
    # Each different value once: ids and names repeat in tables of orders.
    encoded = column.dictionary_encode()
    shown = pa.array([None if each is None else view.text(each, veil) for each in encoded.dictionary.to_pylist()], column.type)
    return shown.take(encoded.indices)
