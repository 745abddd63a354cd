"""What does a form send? Read as a whole before anything is done, never more than a form holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from fenji.errors import InvalidArgument
from fenji.http.authentication import session_of
from fenji.http.receiving import coming_in_time
from fenji.http.serving import Serving
from fenji.language import message as _
from fenji.workflow.access.callers import login_of_session
from fenji.workspace.uploads import most_bytes

MOST_BYTES = 1_000_000
"""Of a form without files."""
_MOST_FIELDS = 2_000
_MOST_FILES = 50
_FILES_SECONDS = 3600.0
"""That files may take on a slow line."""
CSRF_FIELD = "csrf_token"


@dataclass(frozen=True)
class Form:
    """The fields of a form, and its files."""

    fields: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, UploadFile], ...] = ()

    def text(self, name: str, otherwise: str = "") -> str:
        """The last value of a field, without blanks around it."""
        return next((value.strip() for each, value in reversed(self.fields) if each == name), otherwise)

    def secret(self, name: str) -> str:
        """The last value of a field, as it was typed."""
        return next((value for each, value in reversed(self.fields) if each == name), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field that are not empty."""
        return tuple(value.strip() for each, value in self.fields if each == name and value.strip())


NOTHING = Form(())
"""What a form holds before anybody has typed."""


async def read_form(request: Request) -> Form:
    """The form that came; what it says of its own page is put where ``http.authentication`` looks for it.

    Raises:
        InvalidArgument: it is too large, or no form.
        TooSlow: it does not come.
        BodyBroken: the connection ends before it does.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        _refuse_unasked(request)
        async with coming_in_time(seconds=_FILES_SECONDS):
            form = _of_parts(await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS))
    else:
        form = _of_pairs(await _whole(request))
    request.state.csrf_given = form.secret(CSRF_FIELD)
    return form


Sent = Annotated[Form, Depends(read_form)]


def _refuse_unasked(request: Request) -> None:
    """Takes no files of somebody who is not in, and none that are too large, before a byte of them is read.

    Raises:
        NotAuthenticated: nobody is logged in.
        InvalidArgument: its length is not told, or is more than the setting ``upload_limit``.
    """
    serving: Serving = request.app.state.serving
    login_of_session(serving.workspace, session_of(request))
    told, most = request.headers.get("content-length", ""), most_bytes(serving.workspace) + MOST_BYTES
    if not told.isdecimal() or int(told) > most:
        raise InvalidArgument.of(
            _("all files of a form together may have {most} bytes."),
            advice=_("Send them one after the other, or raise upload_limit in fenji.toml."),
            most=f"{most:,}",
        )


def _of_parts(found: FormData) -> Form:
    told = found.multi_items()
    return Form(
        tuple((name, each) for name, each in told if isinstance(each, str)),
        tuple((name, each) for name, each in told if isinstance(each, UploadFile)),
    )


def _of_pairs(body: bytes) -> Form:
    try:
        return Form(tuple(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)))
    except ValueError:
        raise InvalidArgument.of(_("the form cannot be read.")) from None


async def _whole(request: Request) -> bytes:
    read = bytearray()
    async with coming_in_time():
        async for each in request.stream():
            read += each
            if len(read) > MOST_BYTES:
                raise InvalidArgument.of(_("the body is larger than {most} bytes."), most=f"{MOST_BYTES:,}")
    return bytes(read)
