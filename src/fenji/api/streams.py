"""How do programs take rows? As an Arrow IPC stream, batch by batch, never the whole in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

ARROW = "application/vnd.apache.arrow.stream"


def is_arrow_wanted(request: Request) -> bool:
    """Whether the caller asks for rows instead of JSON."""
    return ARROW in request.headers.get("accept", "")


def arrow_of(table: Any, headers: dict[str, str]) -> Response:  # noqa: ANN401 - pyarrow is untyped
    """A pyarrow.Table that is in memory already."""
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return Response(sink.getvalue(), media_type=ARROW, headers=headers)


def arrow_stream(schema: Any, batches: Iterable[Any], headers: dict[str, str]) -> Response:  # noqa: ANN401 - pyarrow is untyped
    """Batches as they come, one in memory at a time."""
    return StreamingResponse(_ipc(schema, batches), media_type=ARROW, headers=headers)


def _ipc(schema: Any, batches: Iterable[Any]) -> Iterator[bytes]:  # noqa: ANN401 - pyarrow is untyped
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as stream:
        for each in batches:
            stream.write_batch(each)
            yield _taken(sink)
    yield _taken(sink)


def _taken(sink: io.BytesIO) -> bytes:
    found = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return found
