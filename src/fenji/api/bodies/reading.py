"""How does the body of a request become a record? As JSON that can be read in one way only, and checked as a whole."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from fenji.api.problems import TooLarge
from fenji.api.strict_json import MOST_BYTES, UnreadableBody, read_json
from fenji.errors import InvalidArgument, Place
from fenji.http.receiving import coming_in_time
from fenji.language import message as _
from fenji.validation import Path, pointed, problems_of


class Body(BaseModel):
    """Base of all bodies: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


Model = TypeVar("Model", bound=Body)


class Read(Generic[Model]):
    """A dependency that reads the body of a request as a model."""

    def __init__(self, model: type[Model]) -> None:
        """Of this model."""
        self.model = model

    async def __call__(self, request: Request) -> Model:
        """The body.

        Raises:
            UnreadableBody: no JSON, or JSON that could be read in two ways.
            TooLarge: more than a million bytes.
            InvalidArgument: everything else that is wrong with it, all at once.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/json", ""):
            raise UnreadableBody.of(_("the body is of the kind {kind}; send application/json."), kind=kind[:60])
        raw = await whole_body(request)
        try:
            return self.model.model_validate(read_json(raw) if raw.strip() else {})
        except ValidationError as error:
            raise InvalidArgument(*problems_of(error, self.model, place=_pointer)) from None


async def whole_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body of a request, never more of it than ``most`` bytes.

    Raises:
        TooLarge: it is larger.
        TooSlow: it does not come.
        BodyBroken: the connection ends before it does.
    """
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        raise too_large(most)
    read = bytearray()
    async with coming_in_time():
        async for each in request.stream():
            read += each
            if len(read) > most:
                raise too_large(most)
    request.state.body = bytes(read)
    return bytes(read)


def too_large(most: int) -> TooLarge:
    """What is said of a body that is not read to its end."""
    return TooLarge.of(_("the body is larger than {most} bytes."), most=f"{most:,}")


def body_of(endpoint_parameters: Any) -> type[Body] | None:  # noqa: ANN401 - parameters of a signature
    """The model that a handler reads; None where it reads none."""
    for each in endpoint_parameters:
        for mark in getattr(each.annotation, "__metadata__", ()):
            if isinstance(getattr(mark, "dependency", None), Read):
                found: type[Body] = mark.dependency.model
                return found
    return None


def _pointer(path: Path) -> Place:
    """Where in a body, as RFC 6901 writes it."""
    return Place(column=pointed(path) or "/")
