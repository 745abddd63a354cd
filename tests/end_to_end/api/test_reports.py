"""Reports over the network: a job makes them, each reader takes along what they may see, and who takes customers in plain says why. World: the served shop."""

from __future__ import annotations

from typing import Any

from end_to_end.api.conftest import EAST, Served
from fenji.domain.access import Role
from fenji.domain.events import EventKind
from fenji.domain.jobs import JobState
from fenji.work.worker import work_once
from fenji.workflow.auditing import list_audit
from fenji.workspace.folder import open_workspace
from fixtures.served import phone_of

URL = "/api/v1/reports"
WHY = {"fenji-reason": "the board meets"}
PHONES = [phone_of(f"c{number}") for number in range(200)]


def made(served: Served, headers: dict[str, str], key: str, **body: Any) -> str:
    """The name of the file of a new report."""
    told = served.client.post(URL, json=body, headers={**headers, "idempotency-key": key})
    assert told.status_code == 202, told.text
    while (done := work_once(served.root)) is not None and done.job_id != told.json()["job_id"]:
        pass
    assert done is not None
    assert done.state is JobState.DONE
    answer = served.client.get(f"/api/v1/jobs/{done.job_id}/file", headers=headers).json()
    (file,) = answer["en"]["files"]
    assert "/" not in file["file"]
    return str(file["file"])


def test_a_viewer_makes_and_takes_a_masked_report_and_no_other(served: Served) -> None:
    viewer, manager = served.token(Role.VIEWER), served.token(Role.MANAGER)
    masked = made(served, viewer, "r1", language="en")
    plain = made(served, {**manager, **WHY}, "r2", language="en", audience="manager")
    listed = {
        role: {each["name"] for each in served.client.get(URL, headers=own).json()["reports"]}
        for role, own in (("v", viewer), ("m", manager))
    }
    assert (masked in listed["v"], plain in listed["v"], {masked, plain} <= listed["m"]) == (True, False, True)
    page = served.client.get(f"{URL}/{masked}", headers=viewer)
    assert page.headers["content-type"].startswith("text/html")
    assert not any(each in page.text for each in PHONES)
    assert served.client.get(f"{URL}/{plain}", headers=viewer).status_code == 404
    assert served.client.get(f"{URL}/{plain}", headers=manager).status_code == 422
    with open_workspace(served.root).state.reading() as t:
        told = [each for each in t.sending.outbox.not_spread(limit=1000) if each.kind is EventKind.REPORT_READY]
    assert {(each.subject, *each.data["files"]) for each in told} >= {
        (f"reports/{each.removesuffix('.html')}", each) for each in (masked, plain)
    }
    before = list_audit(served.root, limit=1).entries[0].number
    taken = served.client.get(f"{URL}/{plain}", headers={**manager, **WHY})
    assert sum(each in taken.text for each in PHONES) == 20
    assert list_audit(served.root, limit=1).entries[0].number == before + 1


def test_nobody_else_is_let_in(served: Served) -> None:
    viewer, limited = served.token(Role.VIEWER), served.token(Role.MANAGER, EAST)
    key = {"idempotency-key": "r3"}
    assert served.client.post(URL, json={"audience": "manager"}, headers={**viewer, **key}).status_code == 422
    assert served.client.post(URL, json={"audience": "manager"}, headers={**viewer, **WHY, **key}).status_code == 403
    assert served.client.post(URL, json={}, headers={**limited, **key}).status_code == 403
    assert served.client.get(URL, headers=limited).status_code == 403
    for name in ("../fenji.toml", "..%2Ffenji.toml", "report_2025-12-31_month_viewer_en_20200101T000000-0000.html", "fenji.key"):
        assert served.client.get(f"{URL}/{name}", headers=viewer).status_code == 404
