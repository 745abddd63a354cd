"""What a person reads of webhooks and alerts, and what scripts do."""

from __future__ import annotations

import json

import pytest

from fenji.cli.main import answer
from fenji.domain.alerts import AlertKind
from fenji.domain.events import DeliveryState, Event, EventKind, channel_target, event_id_of, webhook_target
from fenji.domain.principals import Principal, PrincipalKind
from fenji.language import Language
from fenji.state.sending.deliveries import NewDelivery
from fenji.workflow.initiating import init_workspace
from fenji.workspace.folder import open_workspace
from fixtures.receivers import receiving, wecom_robot

SYSTEM = Principal(PrincipalKind.SYSTEM, "test")
ALERTS = """
channels:
  - {{channel: sales, kind: wecom, key: "${{WECOM_KEY}}", url: "{url}"}}
alerts:
  - {{on: [run.failed, tier.downgraded], tiers: [vip], at_least: 3, to: [sales], urgent: true}}
"""
COUNTS = {
    "line": str(AlertKind.COUNTS),
    "kind": "tier.downgraded",
    "as_of": "2026-04-30",
    "names": {"vip": {"zh": "VIP会员", "en": "VIP"}, "high": {"zh": "高级会员", "en": "High"}},
    "changes": [{"from_tier": "vip", "to_tier": "high", "customers": 3}],
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    root = tmp_path / "w"
    init_workspace(root, template="spend", language=Language.EN)
    file = root / "fenji.toml"
    file.write_text('private_targets = ["127.0.0.0/8"]\n' + file.read_text("utf-8"), "utf-8")
    monkeypatch.setenv("WECOM_KEY", "K")
    with receiving(wecom_robot(key="K")) as robot:
        (root / "alerts.yaml").write_text(ALERTS.format(url=robot.url), "utf-8")
        yield root


@pytest.fixture
def typed(root, capsys):
    def type_(*words, code=0, language="en"):
        assert answer([*words, "--workspace", str(root), "--lang", language]) == code
        found = capsys.readouterr()
        return found.out + found.err

    return type_


def deliver(root, target, data=None, kind=EventKind.RUN_FAILED):
    """Something that waits."""
    with open_workspace(root).state.transaction(SYSTEM) as t:
        event = Event(event_id_of("r1", "s", kind), kind, "r1", "s", t.clock())
        t.sending.outbox.add([event], are_spread=True)
        t.sending.deliveries.add([NewDelivery(target, event.event_id, kind, t.clock(), data=data)])
    return event.event_id


def test_a_webhook_from_its_first_to_its_last_day(root, typed):
    assert "There is no webhook yet." in typed("webhook", "list")
    added = json.loads(typed("webhook", "add", "https://crm.example.cn/fenji", "--on", "customer.lost,run.failed", "--json"))
    assert added["secret"].startswith("whsec_")
    assert added["webhook"]["kinds"] == ["customer.lost", "run.failed"]
    webhook = added["webhook"]["webhook_id"]
    event_id = deliver(root, webhook_target(webhook))
    shown = typed("webhook", "list")
    assert webhook in shown
    assert "https://crm.example.cn/fenji" in shown
    assert added["secret"] not in shown
    assert json.loads(typed("webhook", "list", "--json"))["webhooks"][0]["waiting"] == 1
    assert "1 event will be sent again" in typed("webhook", "replay", webhook, "--event", event_id)
    assert "which is not shown again: whsec_" in typed("webhook", "rotate", webhook)
    assert "1 event waits for it" in typed("webhook", "enable", webhook)
    (root / "fenji.webhooks.key").unlink()
    assert "its key is missing here" in typed("webhook", "list")
    assert "1 event that waited will not be sent" in typed("webhook", "remove", webhook)
    assert "webhook removed" in typed("audit")
    typed("webhook", "remove", webhook, code=3)
    typed("webhook", "replay", webhook, code=2)


def test_slips_are_told_with_the_nearest_name(typed):
    assert "customer.lost" in typed("webhook", "add", "https://crm.example.cn/", "--on", "customer.lst", code=2)
    assert "private_targets" in typed("webhook", "add", "https://10.0.0.1/", code=2)
    assert "sales" in typed("alerts", "test", "sale", code=3)


def test_alerts_are_listed_tested_and_remembered(root, typed, monkeypatch):
    shown = typed("alerts", "list")
    assert "run failed; downgraded customers (tiers vip), from 3 customers on, urgent" in shown
    assert "sales: arrived (wecom_0)." in typed("alerts", "test")
    assert json.loads(typed("alerts", "test", "sales", "--json"))["channels"][0]["status"] == "wecom_0"
    deliver(root, channel_target("sales"), COUNTS, EventKind.TIER_DOWNGRADED)
    assert "2026-04-30: 3 customers downgraded (VIP → High: 3)." in typed("alerts", "history")
    assert "2026-04-30：降级 3 位客户（VIP会员 → 高级会员：3 位）。" in typed("alerts", "history", language="zh")
    (line,) = json.loads(typed("alerts", "history", "--json"))["lines"]
    assert (line["state"], line["channel"]) == (DeliveryState.WAITING, "sales")
    monkeypatch.delenv("WECOM_KEY")
    assert "WECOM_KEY" in typed("alerts", "list")
    assert "did not arrive (not_set_up)" in typed("alerts", "test", code=5)
    (root / "alerts.yaml").unlink()
    assert "There is no channel yet." in typed("alerts", "list")
    typed("alerts", "test", code=3)
