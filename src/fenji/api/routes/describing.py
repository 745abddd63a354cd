"""What does a route say of itself? The record that answers, the one form of failures, and the right that is needed."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response
from pydantic import ValidationError

from fenji.answers.catalog import ANSWERS, ANSWERS_OF_API
from fenji.api.bodies.reading import Body
from fenji.api.problems import MEDIA_TYPE
from fenji.api.schemas import PROBLEM_DETAILS, ref

RECORDS: tuple[type, ...] = tuple(dict.fromkeys([*ANSWERS.values(), *ANSWERS_OF_API.values()]))
"""Every record that an answer may be."""

_FAILED = {
    "description": "What went wrong, all problems at once.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM_DETAILS}"}}},
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new one, such as a UUID, for every new request; the same one when a request is sent again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_REASON_HEADER = {
    "name": "Fenji-Reason",
    "in": "header",
    "description": "Why names, phones and e-mails must be seen as they are (percent-encoded UTF-8); needs personal:read and is written to the audit log. Left out: they are masked.",
    "schema": {"type": "string", "maxLength": 500},
}
_EDITION_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the draft as it was seen; * for any. 412 where somebody has changed it meanwhile.",
    "schema": {"type": "string", "maxLength": 40},
}
_TAG_HEADER = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer that is known.",
    "schema": {"type": "string"},
}


def answered_by(
    record: type,
    *,
    status: int = 200,
    body: type[Body] | None = None,
    is_stored: bool = False,
    is_once: bool = False,
    is_personal: bool = False,
    is_open: bool = False,
    is_edited: bool = False,
) -> dict[str, Any]:
    """What FastAPI is told about a route that a record answers.

    Args:
        record: one of ``RECORDS``.
        status: of the answer.
        body: what the request brings along.
        is_stored: whether it comes from published runs, so that it has a tag.
        is_once: whether it takes an Idempotency-Key.
        is_personal: whether personal fields may stand in it.
        is_open: whether it needs no right.
        is_edited: whether it changes what others may change too, so that it takes an If-Match.
    """
    content = {"application/json": {"schema": ref(record)}}
    return described(
        (record.__doc__ or "").splitlines()[0],
        content,
        status=status,
        body=body,
        is_stored=is_stored,
        is_once=is_once,
        is_personal=is_personal,
        is_open=is_open,
        is_edited=is_edited,
    )


def described(
    said: str,
    content: dict[str, Any],
    *,
    status: int = 200,
    body: type[Body] | None = None,
    is_stored: bool = False,
    is_once: bool = False,
    is_personal: bool = False,
    is_open: bool = False,
    is_edited: bool = False,
) -> dict[str, Any]:
    """The same for an answer of any kind."""
    responses: dict[int | str, Any] = {status: {"description": said, "content": content}, "default": _FAILED}
    headers = [
        header
        for header, wanted in (
            (_KEY_HEADER, is_once),
            (_REASON_HEADER, is_personal),
            (_TAG_HEADER, is_stored),
            (_EDITION_HEADER, is_edited),
        )
        if wanted
    ]
    extra: dict[str, Any] = {"security": [] if is_open else [{"token": []}]}
    if headers:
        extra["parameters"] = headers
    if body is not None:
        schema = body.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        extra["requestBody"] = {"required": _says_something(body), "content": {"application/json": {"schema": schema}}}
    if is_stored:
        responses[304] = {"description": "The answer is the one that the caller has."}
    return {"status_code": status, "response_class": Response, "responses": responses, "openapi_extra": extra}


def _says_something(body: type[Body]) -> bool:
    """Whether a request without a body says too little."""
    try:
        body.model_validate({})
    except ValidationError:
        return True
    return False
