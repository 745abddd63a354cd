"""Whatever is wrong with a request is told at once, with its place, and nothing is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from end_to_end.api.conftest import Served
from fenji.domain.access import Role

SEARCH = "/api/v1/customers/search"


@pytest.fixture(scope="module")
def headers(served: Served) -> dict[str, str]:
    return served.token(Role.MANAGER)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b'{"text": "a", "text": "b"}', 400, None),
        (b'{"text": NaN}', 400, None),
        (b'{"text": "\\ud800"}', 400, None),
        (b'{"text": "\\u0000"}', 400, None),
        (b"\xff\xfe", 400, None),
        (b"[" * 1000, 400, None),
        (b'{"text": ' + b"9" * 5000 + b"}", 400, None),
        (b'{"text": "' + b"x" * 1_100_000 + b'"}', 413, None),
        (b"[]", 422, "/"),
        (b"null", 422, "/"),
        (b"7", 422, "/"),
        (b"{}", 422, "/"),
        (b'{"text": 7}', 422, "/text"),
        (b'{"text": 1000000000000000000000000000000}', 422, "/text"),
        (b'{"text": ""}', 422, "/text"),
        (b'{"entries": {}}', 422, "/entries"),
        (b'{"entries": [1]}', 422, "/entries/0"),
        (b'{"entries": ["a", null]}', 422, "/entries/1"),
        (b'{"text": "a", "as_of": "9999-99-99"}', 422, "/as_of"),
        (b'{"text": "a", "as_of": 20251231}', 422, "/as_of"),
        (b'{"text": "a", "colums": []}', 422, "/colums"),
        (b'{"entries": [' + b",".join(b'"a%d"' % number for number in range(1001)) + b"]}", 422, "/entries"),
    ],
    ids=lambda each: repr(each)[:40],
)
def test_a_body_that_cannot_be_used_is_told_with_its_place(
    body: bytes, status: int, pointer: str | None, served: Served, headers: dict[str, str]
) -> None:
    answer = served.client.post(SEARCH, content=body, headers={**headers, "content-type": "application/json"})
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == status
    assert told["type"] == f"urn:fenji:error:{told['code']}"
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["problems"]
    assert told["problems"][0]["what"]
    if pointer is not None:
        assert pointer in [each["pointer"] for each in told["problems"]], told


def test_everything_is_told_at_once(served: Served, headers: dict[str, str]) -> None:
    body = {"txt": "a", "entries": [1, 2], "columns": "x", "as_of": "never"}
    told = served.client.post(SEARCH, json=body, headers=headers).json()["problems"]
    assert {each["pointer"] for each in told} >= {"/txt", "/entries/0", "/entries/1", "/columns", "/as_of"}
    assert next(each for each in told if each["pointer"] == "/txt")["what_to_do"] == "Did you mean text?"


@pytest.mark.parametrize(
    ("address", "status", "pointer"),
    [
        ("/tiers?as_of=9999-12-31", 422, "?as_of"),
        ("/tiers?as_of=2025-1-1", 422, "?as_of"),
        ("/tiers?as_of=20251231", 422, "?as_of"),
        ("/tiers?as_of=1", 422, "?as_of"),
        ("/tiers?asof=2025-12-31", 422, "?asof"),
        ("/tiers?as_of=2025-12-31&as_of=2025-11-30", 422, "?as_of"),
        ("/customers?limit=-1", 422, "?limit"),
        ("/customers?limit=1e3", 422, "?limit"),
        ("/customers?limit=99999999999999999999999999", 422, "?limit"),
        ("/customers/99999999999999999999999999", 422, "/customer_key"),
        ("/customers/%00", 404, None),
        ("/structure/nonsense", 422, "/part"),
        ("/customers?mark=Z", 422, "?mark"),
        ("/customers?where=%00", 422, None),
        ("/customers?where=orders_12m+%3E%3D+1e999", 422, None),
        ("/customers?sort=nonsense", 404, None),
        ("/customers?after=AAAA", 422, None),
        ("/customers?after=%F0%9F%98%80", 422, None),
        ("/tiers?run=..%2F..%2Fetc", 404, None),
        ("/tables/..%2F..%2Ffenji.db", 404, None),
        ("/nothing", 404, None),
    ],
)
def test_an_address_that_cannot_be_used_is_told_with_its_place(
    address: str, status: int, pointer: str | None, served: Served, headers: dict[str, str]
) -> None:
    answer = served.client.get(f"/api/v1{address}", headers=headers)
    assert answer.status_code == status, answer.text
    if pointer is not None:
        assert pointer in [each["pointer"] for each in answer.json()["problems"]], answer.text


def test_what_creates_needs_a_key_and_answers_the_same_twice(served: Served, headers: dict[str, str]) -> None:
    def ask(key: str | None, **body: Any) -> Any:
        more = {} if key is None else {"Idempotency-Key": key}
        return served.client.post("/api/v1/jobs", json={"kind": "selftest", **body}, headers={**headers, **more})

    assert ask(None).status_code == 422
    first, again = ask("same"), ask("same")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["job_id"] == again.json()["job_id"]
    assert again.headers["idempotency-replayed"] == "true"
    other = ask("same", kind="check")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert json.loads(ask("other", arguments={"nonsense": 1}).text)["status"] == 422


def test_a_method_that_an_address_does_not_know(served: Served, headers: dict[str, str]) -> None:
    answer = served.client.delete("/api/v1/tiers", headers=headers)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
