"""What does an alert say? Counts, tiers and runs, never a customer's name, phone, e-mail or id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fenji.domain.alerts import AlertKind, AlertRule
from fenji.domain.events import EventKind
from fenji.language import Language, translate
from fenji.language import message as _

EVENTS = {
    EventKind.RUN_PUBLISHED: _("Run {run_id} is published, as of {as_of}."),
    EventKind.RUN_FAILED: _("Run {run_id} failed: {failure}."),
    EventKind.QUALITY_BELOW_LIMITS: _("The data of run {run_id} are worse than the limits: {faults}."),
    EventKind.WEBHOOK_DISABLED: _("Webhook {webhook_id} is disabled: {why}."),
    EventKind.REPORT_READY: _("The monthly report of {as_of} is ready: {files}."),
    EventKind.POINTS_EARNED: _("Member {member_id} earned {points} points."),
    EventKind.POINTS_RELEASED: _("{points} points of member {member_id} can be spent."),
    EventKind.POINTS_REDEEMED: _("Points of member {member_id} were spent or came back: {points}."),
    EventKind.POINTS_REFUNDED: _("{points} points of member {member_id} were taken back for a refund."),
    EventKind.POINTS_EXPIRED: _("{points} points of member {member_id} expired."),
    EventKind.POINTS_ADJUSTED: _("Points of member {member_id} were adjusted by hand: {points}."),
    EventKind.POINTS_MOVED: _("Members were merged or made two again; {points} points moved."),
    EventKind.VOUCHER_ISSUED: _("A voucher of offer {offer} was issued."),
    EventKind.VOUCHER_REDEEMED: _("A voucher of offer {offer} was used."),
    EventKind.REFERRAL_QUALIFIED: _("A referral by member {advocate_member_id} qualified."),
    EventKind.REFERRAL_REJECTED: _("A referral by member {advocate_member_id} was rejected."),
    EventKind.VOUCHER_RELEASED: _("A voucher of offer {offer} can be used again."),
}
COUNTS = {
    EventKind.CUSTOMER_NEW: _("{as_of}: {count} new {count:customer|customers} ({pairs})."),
    EventKind.CUSTOMER_RETURNED: _("{as_of}: {count} {count:customer|customers} returned ({pairs})."),
    EventKind.CUSTOMER_LOST: _("{as_of}: {count} {count:customer|customers} lost ({pairs})."),
    EventKind.TIER_UPGRADED: _("{as_of}: {count} {count:customer|customers} upgraded ({pairs})."),
    EventKind.TIER_DOWNGRADED: _("{as_of}: {count} {count:customer|customers} downgraded ({pairs})."),
    EventKind.TIER_WILL_FALL: _(
        "{as_of}: {count} {count:customer|customers} will fall at the next review if nothing happens ({pairs})."
    ),
}
FAULTS = {
    "rejected": _("{share} of the rows rejected (limit {limit})"),
    "unattributed": _("{share} of the kept rows of unknown customers (limit {limit})"),
}
WHY = {"gone": _("the receiver answered 410 Gone"), "failing": _("nothing reached it for five days")}
NAMES = {
    EventKind.RUN_PUBLISHED: _("run published"),
    EventKind.RUN_FAILED: _("run failed"),
    EventKind.QUALITY_BELOW_LIMITS: _("quality below the limits"),
    EventKind.CUSTOMER_NEW: _("new customers"),
    EventKind.CUSTOMER_RETURNED: _("returned customers"),
    EventKind.CUSTOMER_LOST: _("lost customers"),
    EventKind.TIER_UPGRADED: _("upgraded customers"),
    EventKind.TIER_DOWNGRADED: _("downgraded customers"),
    EventKind.TIER_WILL_FALL: _("customers who will fall"),
    EventKind.WEBHOOK_DISABLED: _("webhook disabled"),
    EventKind.REPORT_READY: _("monthly report ready"),
    EventKind.POINTS_EARNED: _("points earned"),
    EventKind.POINTS_RELEASED: _("points released"),
    EventKind.POINTS_REDEEMED: _("points redeemed"),
    EventKind.POINTS_REFUNDED: _("points refunded"),
    EventKind.POINTS_EXPIRED: _("points expired"),
    EventKind.POINTS_ADJUSTED: _("points adjusted"),
    EventKind.POINTS_MOVED: _("points moved"),
    EventKind.VOUCHER_ISSUED: _("voucher issued"),
    EventKind.VOUCHER_REDEEMED: _("voucher used"),
    EventKind.VOUCHER_RELEASED: _("voucher released"),
    EventKind.REFERRAL_QUALIFIED: _("referral qualified"),
    EventKind.REFERRAL_REJECTED: _("referral rejected"),
}


def alert_title(language: Language) -> str:
    """What stands above the lines of a message."""
    return translate(_("fenji: what has happened"), language)


def more_lines(language: Language) -> str:
    """What stands in the place of lines that have no room; ``{count}`` is how many."""
    return translate(_("and {count} more"), language, count="{count}")


def alert_sentence(data: Mapping[str, Any], language: Language) -> str:
    """What one line says.

    Args:
        data: as it was written down when it came up.
        language: the reader's.
    """
    kind = AlertKind(data["line"])
    if kind is AlertKind.TEST:
        return translate(_("This is a test of the channel {channel}. Nothing has happened."), language, channel=data["channel"])
    if kind is AlertKind.COUNTS:
        pairs = translate(_("; "), language).join(_pair(each, data["names"], language) for each in data["changes"])
        count = sum(each["customers"] for each in data["changes"])
        return translate(COUNTS[EventKind(data["kind"])], language, as_of=data["as_of"], count=count, pairs=pairs)
    if kind is AlertKind.TIER_COUNT:
        text = _("{as_of}: {tier} has {now} customers, {before} at the run before ({change}).")
        change = f"{(data['now'] - data['before']) / data['before']:+.1%}"
        tier = _name(data["tier"], data["names"], language)
        return translate(text, language, as_of=data["as_of"], tier=tier, now=data["now"], before=data["before"], change=change)
    faults = translate(_("; "), language).join(_fault(each, language) for each in data.get("faults", ()))
    why = translate(WHY.get(str(data.get("why")), ""), language)
    files = translate(_(", "), language).join(data.get("files", ()))
    values = {"run_id": "", "as_of": "", "failure": "", "webhook_id": "", **data, "faults": faults, "why": why, "files": files}
    return translate(EVENTS[EventKind(data["kind"])], language, **values)


def rule_sentence(rule: AlertRule, language: Language) -> str:
    """When somebody is told."""
    parts = [translate(NAMES[each], language) for each in rule.on]
    if rule.count_changes_by is not None:
        text = _("a tier that gained or lost {share} of its customers")
        parts.append(translate(text, language, share=f"{float(rule.count_changes_by):.0%}"))
    said = translate(_("; "), language).join(parts)
    if rule.tiers:
        said += translate(_(" (tiers {tiers})"), language, tiers=", ".join(rule.tiers))
    if rule.at_least > 1:
        said += translate(_(", from {count} customers on"), language, count=rule.at_least)
    return said + (translate(_(", urgent"), language) if rule.is_urgent else "")


def _pair(change: Mapping[str, Any], names: Mapping[str, Any], language: Language) -> str:
    ends: Sequence[str | None] = (change["from_tier"], change["to_tier"])
    said = " → ".join(_name(each, names, language) for each in ends if each is not None)
    return translate(_("{pair}: {count}"), language, pair=said, count=change["customers"])


def _name(tier: str, names: Mapping[str, Any], language: Language) -> str:
    return str(names.get(tier, {}).get(str(language), tier))


def _fault(fault: Mapping[str, Any], language: Language) -> str:
    share, limit = (f"{float(fault[each]):.1%}" for each in ("share", "limit"))
    return translate(FAULTS[fault["what"]], language, share=share, limit=limit)
