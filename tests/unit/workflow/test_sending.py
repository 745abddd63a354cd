"""Two runs of a small shop: other systems hear of its customers once each, people of counts, and no person is named."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from standardwebhooks.webhooks import Webhook

from fenji.domain.events import DisabledReason, EventKind, WebhookState
from fenji.errors import InvalidArgument, NotFound
from fenji.language import Language
from fenji.settings import read_settings
from fenji.workflow.auditing import list_audit
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.sending.alerts import alert_history, list_alerts, try_channels
from fenji.workflow.sending.due import send_due
from fenji.workflow.sending.webhooks import (
    add_webhook,
    enable_webhook,
    list_webhooks,
    remove_webhook,
    replay_events,
    rotate_webhook,
)
from fixtures.beginning import begin
from fixtures.receivers import dingtalk_robot, receiving

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
FIRST, SECOND = date(2026, 3, 31), date(2026, 4, 30)
# Of spend: high from 10,000 within twelve months, middle from 2,000; lost after 90 days.
ORDERS = [
    ("13800000001", "2026-03-01", 12000),  # stays
    ("13800000001", "2026-04-15", 100),
    ("13800000002", "2026-03-02", 100),  # goes up
    ("13800000002", "2026-04-02", 5000),
    ("13800000003", "2026-01-20", 3000),  # lost in April
    ("13800000004", "2026-04-20", 50),  # new
    ("13800000005", "2025-04-15", 12000),  # falls
    ("13800000005", "2026-03-30", 100),
    ("13800000005", "2026-04-10", 100),
    ("13800000006", "2025-06-01", 100),  # lost, and returns
    ("13800000006", "2026-04-11", 100),
]


def write(root: Path, *, until: date, bad: int = 0) -> None:
    lines = [f"{number},{who},{day},{amount}" for number, (who, day, amount) in enumerate(ORDERS) if day <= str(until)]
    lines += [f"bad{number},1390000{number},no date,7" for number in range(bad)]
    (root / "orders.csv").write_text("\n".join(["order,customer,at,amount", *lines]) + "\n", "utf-8")


def settings(root: Path, text: str) -> None:
    file = root / "fenji.toml"
    file.write_text(text + "\n" + file.read_text("utf-8"), "utf-8")


ALERTS = """
channels:
  - {{channel: sales, kind: dingtalk, key: "${{DT_TOKEN}}", secret: "${{DT_SECRET}}", url: "{url}"}}
alerts:
  - {{on: [tier.downgraded, tier.will_fall, customer.lost], to: [sales]}}
  - {{on: [tier.upgraded], tiers: [vip], to: [sales]}}
  - {{on: [customer.new], at_least: 2, to: [sales]}}
  - {{on: [quality.below_limits, run.failed, webhook.disabled], to: [sales], urgent: true}}
  - {{tier_count_changes_by: 0.5, tiers: [vip], to: [sales]}}
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The shop after its first run, of which nobody wanted to hear."""
    root = tmp_path_factory.mktemp("shop") / "w"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    settings(root, 'private_targets = ["127.0.0.0/8"]\nlost_after_days = 90')
    begin(root, date(2026, 1, 31))
    write(root, until=FIRST)
    run_all(root, as_of=FIRST)
    assert send_due(root).sent == 0
    return root


@pytest.fixture(scope="module")
def told(before, tmp_path_factory):
    """The shop after its second run, of which a webhook and a robot shall hear, before anything is sent. The port is written in later."""
    root = tmp_path_factory.mktemp("told") / "w"
    shutil.copytree(before, root)
    write(root, until=SECOND, bad=1)
    run_id = run_all(root, as_of=SECOND).run_id
    return root, run_id


@pytest.fixture
def shop(told, tmp_path, receiver, robot, monkeypatch):
    """A copy of it, with a webhook for everything and a robot."""
    monkeypatch.setenv("DT_TOKEN", "T")
    monkeypatch.setenv("DT_SECRET", "SECx")
    root = tmp_path / "w"
    shutil.copytree(told[0], root)
    (root / "alerts.yaml").write_text(ALERTS.format(url=robot.url), "utf-8")
    return root


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def robot():
    with receiving(dingtalk_robot(token="T", secret="SECx")) as found:
        yield found


def heard(receiver) -> dict[tuple[str, str], dict]:
    bodies = [each.json for each in receiver.requests]
    return {(each["type"], each["subject"]): each["data"] for each in bodies}


def said(robot) -> list[str]:
    return [each.json["text"]["content"] for each in robot.requests]


def test_another_system_hears_of_every_change_once_and_signed(shop, told, receiver, robot):
    added = add_webhook(shop, f"{receiver.url}/hook", tuple(EventKind))
    result = send_due(shop)
    run_id = told[1]
    found = heard(receiver)
    key = {name: found["fenji." + name, subject]["customer_key"] for name, subject in
           ((kind.removeprefix("fenji."), subject) for kind, subject in found if subject.startswith("customers/"))}  # fmt: skip
    assert sorted(kind for kind, _subject in found) == [
        "fenji.customer.lost", "fenji.customer.new", "fenji.customer.returned", "fenji.quality.below_limits", "fenji.run.published",
        "fenji.tier.downgraded", "fenji.tier.upgraded", "fenji.tier.will_fall",
    ]  # fmt: skip
    moves = {kind: (data["from_tier"], data["to_tier"]) for (kind, _subject), data in found.items() if "from_tier" in data}
    assert moves == {
        "fenji.tier.upgraded": ("registered", "high"),
        "fenji.tier.downgraded": ("vip", "high"),
        "fenji.tier.will_fall": ("high", None),
        "fenji.customer.lost": ("middle", None),
        "fenji.customer.new": (None, "registered"),
        "fenji.customer.returned": (None, "registered"),
    }
    assert key["tier.downgraded"] == key["tier.will_fall"]
    assert found["fenji.run.published", f"runs/{run_id}"]["as_of"] == "2026-04-30"
    assert found["fenji.quality.below_limits", f"runs/{run_id}"]["faults"] == [
        {"what": "rejected", "share": 0.0833, "limit": 0.05}
    ]
    assert {data["version"] for data in found.values()} == {found["fenji.run.published", f"runs/{run_id}"]["version"]}
    for each in receiver.requests:
        assert Webhook(added.secret).verify(each.body, each.headers)["id"] == each.headers["webhook-id"]
    assert (result.derived, result.failed, len(receiver.requests)) == (6, 0, 8)
    assert send_due(shop).sent == 0
    assert not any(number in str(each.body) for each in (*receiver.requests, *robot.requests) for number in ("1380", "1390"))


def test_people_hear_of_counts_in_one_message(shop, robot):
    send_due(shop)
    (text,) = said(robot)
    assert text.splitlines()[1:] == sorted(text.splitlines()[1:], key=text.index)
    for line in ("2026-04-30: 1 customer lost (Middle: 1).", "2026-04-30: 1 customer downgraded (VIP → High: 1).",
                 "2026-04-30: 1 customer will fall at the next review if nothing happens (High: 1).",
                 "worse than the limits: 8.3% of the rows rejected (limit 5.0%).",
                 "VIP has 1 customers, 2 at the run before (-50.0%)."):  # fmt: skip
        assert line in text
    assert "upgraded" not in text
    assert "new customer" not in text
    lines = alert_history(shop).lines
    assert {each.state for each in lines} == {"delivered"}
    assert len(lines) == 5


def test_a_night_holds_back_what_is_not_urgent(shop, robot):
    now = datetime.now(ZoneInfo(read_settings(shop).time_zone))
    begins, ends = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-1, 1))
    text = (shop / "alerts.yaml").read_text("utf-8").replace("kind: dingtalk", f'kind: dingtalk, quiet: ["{begins}", "{ends}"]')
    (shop / "alerts.yaml").write_text(text, "utf-8")
    send_due(shop)
    (text,) = said(robot)
    assert "worse than the limits" in text
    assert "downgraded" not in text
    assert list_alerts(shop).channels[0].waiting == 4


def test_a_robot_that_refuses_is_tried_again_and_its_answer_is_not_kept(shop, robot):
    robot.answer = lambda _request: (200, {}, b'{"errcode": 310000, "errmsg": "secret-of-robot keywords not in content"}')
    assert send_due(shop).failed == 5
    lines = alert_history(shop).lines
    assert {(each.state, each.attempts, each.status) for each in lines} == {("waiting", 1, "dingtalk_310000")}
    state = b"".join(each.read_bytes() for each in shop.glob("fenji.db*"))
    assert b"secret-of-robot" not in state
    assert b"SECx" not in state


def test_a_channel_is_tested_at_once_and_what_it_lacks_is_named(shop, robot, monkeypatch):
    assert try_channels(shop, "sales").channels[0].is_delivered
    assert "test of the channel sales" in said(robot)[0]
    monkeypatch.delenv("DT_SECRET")
    assert list_alerts(shop).channels[0].missing == ("DT_SECRET",)
    tested = try_channels(shop).channels[0]
    assert (tested.is_delivered, tested.status) == (False, "not_set_up")
    with pytest.raises(NotFound, match="Did you mean sales"):
        try_channels(shop, "sale")


def test_nobody_hears_and_nothing_is_derived(shop):
    assert send_due(shop).derived == 0


def test_gone_disables_tells_and_waits_until_it_is_enabled(shop, receiver, robot):
    added = add_webhook(shop, f"{receiver.url}/hook", tuple(EventKind)).webhook
    receiver.answer = lambda _request: (410, {}, b"")
    assert send_due(shop).disabled == (added.webhook_id,)
    (view,) = list_webhooks(shop).webhooks
    assert (view.state, view.why_disabled) == (WebhookState.DISABLED, DisabledReason.GONE)
    seen = len(receiver.requests)
    send_due(shop)
    assert len(receiver.requests) == seen
    assert f"Webhook {added.webhook_id} is disabled: the receiver answered 410 Gone." in said(robot)[-1]
    receiver.answer = lambda _request: (204, {}, b"")
    enable_webhook(shop, added.webhook_id)
    with_clock_of_later(shop)
    send_due(shop)
    # With what has happened meanwhile: that it was disabled itself.
    assert len(heard(receiver)) == 9
    actions = [str(each.action) for each in list_audit(shop).entries]
    assert [each for each in actions if each.startswith("webhook")] == ["webhook_enabled", "webhook_disabled", "webhook_added"]


def with_clock_of_later(root: Path) -> None:
    """Has what waits for its next attempt be due."""
    with sqlite3.connect(root / "fenji.db") as state:
        state.execute("UPDATE delivery SET next_at = '2020-01-01 00:00:00'")
    state.close()


def test_one_that_does_not_answer_holds_up_nobody(shop, receiver):
    add_webhook(shop, "https://nowhere.invalid/", tuple(EventKind))
    add_webhook(shop, f"{receiver.url}/hook", tuple(EventKind))
    send_due(shop)
    assert len(heard(receiver)) == 8
    dead, alive = list_webhooks(shop).webhooks
    assert (dead.waiting, dead.failing_since is not None, alive.waiting, alive.delivered) == (8, True, 0, 8)


def test_a_new_secret_signs_beside_the_old_one_and_another_key_signs_nothing(shop, receiver):
    added = add_webhook(shop, f"{receiver.url}/hook", [EventKind.RUN_PUBLISHED])
    rotated = rotate_webhook(shop, added.webhook.webhook_id)
    assert rotated.secret != added.secret
    assert rotated.webhook.both_secrets_until is not None
    send_due(shop)
    for secret in (added.secret, rotated.secret):
        for each in receiver.requests:
            Webhook(secret).verify(each.body, each.headers)
    key_file = shop / "fenji.webhooks.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    state = b"".join(each.read_bytes() for each in shop.glob("fenji.db*"))
    assert added.secret.removeprefix("whsec_").encode() not in state
    key_file.unlink()
    assert not list_webhooks(shop).webhooks[0].has_its_key
    replay_events(shop, added.webhook.webhook_id, since=datetime.now(UTC).date() - timedelta(days=1))
    seen = len(receiver.requests)
    assert send_due(shop).sent == 0
    assert len(receiver.requests) == seen
    assert rotate_webhook(shop, added.webhook.webhook_id).webhook.has_its_key
    assert send_due(shop).sent == 1


def test_events_come_again_under_their_ids(shop, receiver):
    webhook = add_webhook(shop, f"{receiver.url}/hook", tuple(EventKind)).webhook.webhook_id
    send_due(shop)
    first = [each.headers["webhook-id"] for each in receiver.requests]
    assert replay_events(shop, webhook, event_id=first[0]).events == 1
    send_due(shop)
    assert receiver.requests[-1].headers["webhook-id"] == first[0]
    assert replay_events(shop, webhook, since=datetime.now(UTC).date() - timedelta(days=1)).events == 8
    with pytest.raises(NotFound):
        replay_events(shop, webhook, event_id="no such event")
    with pytest.raises(InvalidArgument):
        replay_events(shop, webhook)
    with pytest.raises(InvalidArgument):
        replay_events(shop, webhook, since=date(2026, 1, 1))
    remove_webhook(shop, webhook)
    assert list_webhooks(shop).webhooks == ()


@pytest.mark.parametrize(
    ("url", "piece"),
    [
        ("https://10.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("http://223.5.5.5/", "https://"),
        ("ftp://x.example/", "not an address"),
        ("https://user:hunter2@x.example/", "no user"),
        ("https://x.example/?token=hunter2", "no user"),
        ("https://x.example/#a", "not an address"),
        ("https:///path", "not an address"),
        ("https://x.example:99999/", "not an address"),
        ("https://x.example/a b", "not an address"),
        ("https://" + "x" * 3000, "not an address"),
    ],
)
def test_addresses_that_no_webhook_can_have_are_refused(before, url, piece):
    with pytest.raises(InvalidArgument) as caught:
        add_webhook(before, url, [EventKind.RUN_FAILED])
    assert piece in str(caught.value)
    assert "hunter2" not in str(caught.value)
