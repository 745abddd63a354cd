"""Who is told of what, by which channel, and when not? alerts.yaml, with every problem at its line.

.. code-block:: yaml

    channels:
      - {channel: sales, kind: wecom, key: "${WECOM_KEY}", quiet: ["22:00", "08:00"], at_most: 5}
      - {channel: data, kind: dingtalk, key: "${DINGTALK_TOKEN}", secret: "${DINGTALK_SECRET}"}
      - {channel: office, kind: mail, to: [li@example.cn], digest_at: "09:00"}
    alerts:
      - {on: [run.failed, quality.below_limits], to: [data], urgent: true}
      - {on: [tier.downgraded, customer.lost], tiers: [vip], at_least: 10, to: [sales, office]}
      - {tier_count_changes_by: 0.1, to: [office]}
"""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pydantic

from fenji.documents.reader import Document, parse_document, text_of, validated
from fenji.domain.alerts import AlertRule, Alerts, Channel, ChannelKind, QuietHours
from fenji.domain.events import EventKind
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection
from fenji.validation import Path as Keys

ALERTS_FILE = "alerts.yaml"

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ADDRESS = re.compile(r"[^@\s<>,;\x00-\x1f]+@[^@\s<>,;\x00-\x1f]+\.[^@\s<>,;\x00-\x1f]+")
_ROBOTS = frozenset({ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU})


def _variable(text: str) -> str:
    # What came is not shown: it is the secret itself.
    found = _VARIABLE.fullmatch(text)
    if found is None:
        words = _("a secret does not stand in this file; write the name of an environment variable.")
        advice = _("Such as {example}, and give the variable to the process that sends.")
        raise Objection(words, advice=advice, example="${ROBOT_KEY}")
    return found[1]


def _time(value: Any) -> Any:  # noqa: ANN401 - whatever the document holds
    if not isinstance(value, str) or re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value) is None:
        raise Objection(_("this is not a time of day; write it as 08:30."))
    hour, _colon, minute = value.partition(":")
    return time(int(hour), int(minute))


def _address(text: str) -> str:
    if _ADDRESS.fullmatch(text) is None or not text.isascii():
        raise Objection(_("this is not an e-mail address."))
    return text


def _url(text: str) -> str:
    if re.fullmatch(r"https?://[^\s@?#]+", text) is None:
        raise Objection(_("the address of a service begins with https:// and has no user, no ? and no #."))
    return text


_Secret = Annotated[str, pydantic.AfterValidator(_variable)]
_Time = Annotated[time, pydantic.BeforeValidator(_time)]
_Address = Annotated[str, pydantic.AfterValidator(_address)]
_Url = Annotated[str, pydantic.AfterValidator(_url)]
_Name = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Channel(_Strict):
    channel: _Name
    kind: ChannelKind
    key: _Secret | None = None
    secret: _Secret | None = None
    keyword: Annotated[str, pydantic.Field(min_length=1, max_length=20)] | None = None
    url: _Url | None = None
    to: tuple[_Address, ...] = ()
    quiet: tuple[_Time, _Time] | None = None
    digest_at: _Time | None = None
    at_most: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=1000)] | None = None


class _Rule(_Strict):
    on: tuple[EventKind, ...] = ()
    to: Annotated[tuple[str, ...], pydantic.Field(min_length=1)]
    tiers: tuple[str, ...] = ()
    at_least: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)] = 1
    tier_count_changes_by: Annotated[Decimal, pydantic.Field(gt=0)] | None = None
    urgent: bool = False


class _AlertsFile(_Strict):
    """The whole document."""

    channels: tuple[_Channel, ...] = ()
    alerts: tuple[_Rule, ...] = ()


def read_alerts(path: Path) -> Alerts:
    """The choices in a file.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: it cannot be used; all problems at once.
    """
    return alerts_from_text(text_of(path), path.name)


def alerts_from_text(text: str, file: str) -> Alerts:
    """The choices in a text; ``file`` is its name in problems.

    Raises:
        InvalidDocument: not YAML, unknown names, a secret in plain, a channel without what it needs; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_AlertsFile, document)
    InvalidDocument.raise_if([*_problems_of_channels(document, read), *_problems_of_rules(document, read)])
    return Alerts(tuple(map(_channel, read.channels)), tuple(map(_rule, read.alerts)))


def _channel(read: _Channel) -> Channel:
    return Channel(
        name=read.channel,
        kind=read.kind,
        url=read.url,
        key=read.key,
        secret=read.secret,
        keyword=read.keyword,
        to=read.to,
        quiet=None if read.quiet is None else QuietHours(*read.quiet),
        digest_at=read.digest_at,
        at_most=read.at_most,
    )


def _rule(read: _Rule) -> AlertRule:
    return AlertRule(
        on=read.on,
        to=read.to,
        tiers=read.tiers,
        at_least=read.at_least,
        count_changes_by=read.tier_count_changes_by,
        is_urgent=read.urgent,
    )


def _problems_of_channels(document: Document, read: _AlertsFile) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for number, each in enumerate(read.channels):
        at: Keys = ("channels", number)
        if each.channel in seen:
            problems.append(Problem(_("there are two channels of this name."), {}, document.place((*at, "channel"))))
        seen.add(each.channel)
        is_robot = each.kind in _ROBOTS
        if is_robot and each.key is None:
            advice = _("The key of WeCom, the access_token of DingTalk, the id at the end of the address of Feishu.")
            problems.append(Problem(_("a robot needs its key."), {}, document.place(at), advice))
        if each.kind is ChannelKind.MAIL and not each.to:
            problems.append(Problem(_("a channel of mail needs addresses in `to`."), {}, document.place(at)))
        unfit: tuple[str, ...] = ("key", "secret", "keyword", "url") if not is_robot else ("to",)
        unfit += ("secret",) if each.kind is ChannelKind.WECOM else ()
        problems += [
            Problem(_("'{name}' means nothing for {kind}."), {"name": name, "kind": str(each.kind)}, document.place((*at, name)))
            for name in unfit
            if getattr(each, name)
        ]
        if each.quiet is not None and each.quiet[0] == each.quiet[1]:
            problems.append(Problem(_("quiet hours begin and end at the same time."), {}, document.place((*at, "quiet"))))
    return problems


def _problems_of_rules(document: Document, read: _AlertsFile) -> list[Problem]:
    names = [each.channel for each in read.channels]
    problems = []
    for number, each in enumerate(read.alerts):
        at: Keys = ("alerts", number)
        if not each.on and each.tier_count_changes_by is None:
            words = _("an alert needs `on`, or `tier_count_changes_by`.")
            problems.append(Problem(words, {}, document.place(at)))
        problems += [
            unknown_name(_("channel"), name, names, place=document.place((*at, "to", place)))
            for place, name in enumerate(each.to)
            if name not in names
        ]
    return problems
