"""alerts.yaml holds no secret, and everything that is wrong with it is said at once, at its line."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from fenji.documents.alerts import alerts_from_text
from fenji.domain.alerts import AlertRule, Channel, ChannelKind, QuietHours
from fenji.domain.events import EventKind
from fenji.errors import InvalidDocument
from fenji.language import Language

WHOLE = """
channels:
  - {channel: sales, kind: wecom, key: "${WECOM_KEY}", quiet: ["22:00", "08:00"], at_most: 5}
  - {channel: data, kind: dingtalk, key: "${DT}", secret: "${DT_SECRET}", keyword: fenji, url: "http://127.0.0.1:8000"}
  - {channel: office, kind: mail, to: [li@example.cn], digest_at: 9:00}
alerts:
  - {on: [run.failed, quality.below_limits], to: [data], urgent: true}
  - {on: [tier.downgraded], tiers: [vip], at_least: 10, to: [sales, office]}
  - {tier_count_changes_by: 0.1, to: [office]}
"""


def refused(text):
    with pytest.raises(InvalidDocument) as caught:
        alerts_from_text(text, "alerts.yaml")
    return [(each.place.row, each.describe(Language.EN)) for each in caught.value.problems]


def test_what_is_written_is_what_is_meant():
    found = alerts_from_text(WHOLE, "alerts.yaml")
    assert found.channels == (
        Channel("sales", ChannelKind.WECOM, key="WECOM_KEY", quiet=QuietHours(time(22), time(8)), at_most=5),
        Channel("data", ChannelKind.DINGTALK, "http://127.0.0.1:8000", key="DT", secret="DT_SECRET", keyword="fenji"),
        Channel("office", ChannelKind.MAIL, to=("li@example.cn",), digest_at=time(9)),
    )
    assert found.rules == (
        AlertRule((EventKind.RUN_FAILED, EventKind.QUALITY_BELOW_LIMITS), ("data",), is_urgent=True),
        AlertRule((EventKind.TIER_DOWNGRADED,), ("sales", "office"), ("vip",), 10),
        AlertRule((), ("office",), count_changes_by=Decimal("0.1")),
    )
    assert alerts_from_text("", "alerts.yaml").rules == ()


def test_a_secret_in_plain_is_refused_and_not_repeated():
    text = "channels:\n  - {channel: a, kind: wecom, key: hunter2secret}\n  - {channel: b, kind: feishu, key: '${K}', secret: 's-${S}'}\n"
    found = refused(text)
    assert [row for row, _said in found] == [2, 3]
    assert all("environment variable" in said and "${ROBOT_KEY}" in said for _row, said in found)
    assert "hunter2" not in str(found)


def test_all_faults_are_said_at_once_with_the_nearest_names():
    text = """
channels:
  - {channel: sales, kind: wecom}
  - {channel: sales, kind: mail}
  - {channel: ops, kind: mail, to: [a@example.cn], key: "${K}"}
  - {channel: w, kind: wecom, key: "${K}", secret: "${S}", quiet: ["8:00", "8:00"]}
alerts:
  - {to: [sale]}
"""
    found = refused(text)
    assert [row for row, _said in found] == [3, 4, 4, 5, 6, 6, 8, 8]
    said = "\n".join(each for _row, each in found)
    for piece in ("needs its key", "two channels", "addresses in `to`", "'key' means nothing for mail", "'secret' means nothing for wecom",
                  "same time", "needs `on`", "Did you mean sales?"):  # fmt: skip
        assert piece in said


@pytest.mark.parametrize(
    "text",
    [
        "alerts: [{on: [tier.downgrade], to: [a]}]",
        "channels: [{channel: a, kind: mail, to: ['no address']}]",
        "channels: [{channel: a, kind: mail, to: ['a@b.cn\\nBcc: c@d.cn']}]",
        "channels: [{channel: a, kind: mail, to: [a@b.cn], digest_at: '25:00'}]",
        "channels: [{channel: a, kind: mail, to: [a@b.cn], quiet: ['22:00']}]",
        "channels: [{channel: A b, kind: mail, to: [a@b.cn]}]",
        "channels: [{channel: a, kind: pager, to: [a@b.cn]}]",
        "channels: [{channel: a, kind: wecom, key: '${K}', url: 'ftp://x'}]",
        "channels: [{channel: a, kind: wecom, key: '${K}', url: 'https://x/?key=1'}]",
        "channels: [{channel: a, kind: mail, to: [a@b.cn], at_most: 0}]",
        "alerts: [{on: [run.failed], to: []}]",
        "chanels: []",
        "channels: 7",
    ],
)
def test_what_cannot_be_used_is_refused(text):
    assert refused(text)
