"""How is said who is on a list of customers? Each condition as a sentence, and where the list comes from."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.churn import RiskClass
from fenji.domain.lists import Choice, Chosen, CustomerGroup, ListSource, Move, Standing
from fenji.domain.policies import Cause, Policy
from fenji.domain.segments import SEGMENTATION_NAMES, Segmentation
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.churn import RISK_NAMES
from fenji.wording.counted import counted_line
from fenji.wording.reasons import CAUSE_NAMES, tier_name
from fenji.wording.rules import Wording, sentence
from fenji.wording.segments import segment_name

_SENTENCES: Mapping[Choice, str] = {
    Choice.TIER: _("stands in tier {tier}"),
    Choice.MOVED_FROM: _("stood in tier {tier} on {earlier_on}, before {as_of}"),
    Choice.MOVED_TO: _("stands in tier {tier} on {as_of}, compared with {earlier_on}"),
    Choice.SEGMENT: _("{segmentation} is {segment}"),
    Choice.RISK: _("risk of leaving: {risk}"),
    Choice.RISK_FROM: _("probability of leaving at least {least}"),
    Choice.MARK: _("mark {mark}"),
    Choice.UPLOADED: _("is on the list {file}: of {entries} entries {found} were found"),
}
MOVE_NAMES: Mapping[Move, str] = {
    Move.UP: _("moved up between {earlier_on} and {as_of}"),
    Move.DOWN: _("moved down between {earlier_on} and {as_of}"),
    Move.LOST: _("was lost by the rule of the tiers between {earlier_on} and {as_of}"),
    Move.NEW: _("came new between {earlier_on} and {as_of}"),
    Move.RETURNED: _("returned between {earlier_on} and {as_of}"),
}
"""Which way somebody moved, between two reviews."""
STANDING_NAMES: Mapping[Standing, str] = {
    Standing.IN_TIER: _("stands in a tier"),
    Standing.LOST: _("was lost by the rule of the tiers"),
}
"""Whether somebody stands in a tier at all."""
GROUP_NAMES: Mapping[CustomerGroup, str] = {
    CustomerGroup.UPGRADES: _("is close to the next tier (upgrade candidates)"),
    CustomerGroup.WATCH: _("may lose the tier (downgrade watch)"),
    CustomerGroup.FREQUENT: _("may become a frequent customer"),
}
"""Why somebody stands on a list that priority keeps."""

_TIER_COLUMNS = ("tier", "from_tier", "to_tier")
_CAUSE_COLUMNS = ("cause", "move_cause")
_SEGMENT_COLUMNS: Mapping[str, Segmentation] = {"segment": Segmentation.RFM} | {each.value: each for each in Segmentation}


def condition_line(chosen: Chosen, wording: Wording) -> str:
    """One condition of a list as a sentence."""
    if chosen.condition is not None:
        return sentence(chosen.condition, wording)
    if chosen.by is Choice.COUNTED:
        return counted_line(chosen.values, wording)
    values = dict(chosen.values)
    if chosen.by is Choice.SEGMENT:
        segmentation = Segmentation(str(values["segmentation"]))
        segment = segment_name(segmentation, str(values["segment"]), {}, wording.language)
        values = {"segmentation": SEGMENTATION_NAMES[segmentation], "segment": segment}
    if chosen.by is Choice.RISK:
        values["risk"] = translate(RISK_NAMES[RiskClass(str(values["risk"]))], wording.language)
    if chosen.by is Choice.MOVED:
        return translate(MOVE_NAMES[Move(str(values["move"]))], wording.language, **values)
    if chosen.by is Choice.STANDING:
        return translate(STANDING_NAMES[Standing(str(values["standing"]))], wording.language)
    if chosen.by is Choice.GROUP:
        return translate(GROUP_NAMES[CustomerGroup(str(values["group"]))], wording.language, **values)
    return translate(_SENTENCES[chosen.by], wording.language, **values)


def value_name(column: str, value: str, policy: Policy, wording: Wording) -> str:
    """What a cell of text is called in words: tiers, causes, segments and classes of risk; other text is the company's own."""
    if column in _TIER_COLUMNS:
        return tier_name(policy, value, wording)
    if column in _CAUSE_COLUMNS:
        return translate(CAUSE_NAMES[Cause(value)], wording.language)
    if column == "risk":
        return translate(RISK_NAMES[RiskClass(value)], wording.language)
    segmentation = _SEGMENT_COLUMNS.get(column)
    return value if segmentation is None else segment_name(segmentation, value, {}, wording.language)


def source_lines(source: ListSource, wording: Wording) -> tuple[tuple[str, str], ...]:
    """Where a list comes from, as pairs of a title and what it says; enough to make the list again."""
    language = wording.language
    lines: list[tuple[str, object]] = [(_("command"), f"fenji {source.title}")]
    if source.columns_of is not None:
        lines.append((_("table"), source.columns_of))
    conditions = [condition_line(each, wording) for each in source.conditions]
    lines += [(_("condition"), each) for each in conditions] or [(_("condition"), translate(_("none: all rows"), language))]
    if source.earlier_on is not None:
        lines.append((_("earlier review"), source.earlier_on))
    lines += [(_("run"), source.run_id), (_("as of"), source.as_of)]
    if source.policy is not None:
        policy = translate(_("{policy} version {version}"), language, policy=source.policy, version=source.version)
        lines.append((_("policy"), policy))
    if source.sort is not None:
        lines.append((_("sorted by"), source.sort))
    lines += [
        (_("currency"), source.currency),
        (_("made at"), f"{source.made_at:%Y-%m-%d %H:%M:%S} UTC"),
        (_("rows"), source.rows),
    ]
    return tuple((translate(title, language), str(value)) for title, value in lines)


def shown_name(name: str, currency: str, language: Language, *, is_money: bool) -> str:
    """The heading of a column; amounts say their currency."""
    return translate(_("{name} ({currency})"), language, name=name, currency=currency) if is_money else name
