"""Every address of the API says what right it needs; those that need none are few and known."""

from __future__ import annotations

import re

from starlette.routing import Match

from fenji.api.app import described_routes, routed
from fenji.api.asking import needs_of
from fenji.api.routes import health, logging_in
from fenji.domain.access import RIGHTS_OF, Right, Role

OPEN = {route.path_format for router in (health.router, logging_in.router) for route in router.routes}


def test_whatever_is_not_open_needs_a_right() -> None:
    lacking = [each.path_format for each in described_routes() if not needs_of(each.endpoint) and each.path_format not in OPEN]
    assert lacking == []


def test_what_is_open_is_known_by_name() -> None:
    assert sorted(OPEN) == [
        "/health/live",
        "/health/ready",
        "/login",
        "/login/code",
        "/login/link",
        "/login/password",
        "/login/totp",
        "/login/totp/confirm",
        "/logout",
        "/metrics",
    ]


def test_every_right_is_needed_somewhere_and_held_by_somebody() -> None:
    needed = frozenset().union(*(needs_of(each.endpoint) for each in described_routes()))
    assert {right for rights in RIGHTS_OF.values() for right in rights} == set(Right)
    assert set(Right) - needed - {Right.PERSONAL_READ} == set()
    assert set(RIGHTS_OF) == set(Role)


def test_nothing_that_only_reads_changes_anything_and_addresses_name_nobody() -> None:
    document = routed().openapi()
    for path, methods in document["paths"].items():
        names = [each["name"] for each in methods.get("get", {}).get("parameters", []) if each["in"] in ("query", "path")]
        assert not {"customer_id", "phone", "email", "text", "name"} & set(names) - ({"name"} if "tables" in path else set()), (
            path
        )
    assert all("requestBody" not in methods.get("get", {}) for methods in document["paths"].values())


def test_an_address_knows_the_methods_that_it_declares_and_no_others() -> None:
    routes = described_routes()
    declared: dict[str, set[str]] = {}
    for each in routes:
        declared.setdefault(each.path_format, set()).update(each.methods)
    # A parameter of a neighbour must not take a word that another address ends with: GET .../try is not a version called "try".
    swallowed = [
        (path, method)
        for path, methods in declared.items()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if method not in methods
        for route in routes
        if route.matches({"type": "http", "method": method, "path": re.sub(r"\{\w+\}", "1", path)})[0] is Match.FULL
    ]
    assert swallowed == []
