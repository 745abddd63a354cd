"""Quiet hours around midnight, digests, and what is urgent."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from fenji.domain.alerts import Channel, ChannelKind, QuietHours, Waiting

NIGHT = QuietHours(time(22), time(8))
ZONE = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "digest", "expected"),
    [
        ("2026-02-03T21:59", None, "2026-02-03T21:59"),
        ("2026-02-03T22:00", None, "2026-02-04T08:00"),
        ("2026-02-04T07:59:59", None, "2026-02-04T08:00"),
        ("2026-02-04T08:00", None, "2026-02-04T08:00"),
        ("2026-02-03T12:00", time(9), "2026-02-04T09:00"),
        ("2026-02-03T08:59", time(9), "2026-02-03T09:00"),
        ("2026-02-03T09:00", time(9), "2026-02-04T09:00"),
        ("2026-02-03T12:00", time(23), "2026-02-04T08:00"),
    ],
)
def test_when_a_line_may_be_told(moment, digest, expected):
    channel = Channel("c", ChannelKind.MAIL, quiet=NIGHT, digest_at=digest)
    assert Waiting(channel, is_urgent=False).earliest(at(moment)) == at(expected)
    assert Waiting(channel, is_urgent=True).earliest(at(moment)) == at(moment)


def test_quiet_hours_within_a_day():
    noon = QuietHours(time(12), time(14))
    assert noon.end_after(at("2026-02-03T13:00")) == at("2026-02-03T14:00")
    assert noon.end_after(at("2026-02-03T14:00")) is None
