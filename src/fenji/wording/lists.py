"""How is said who is on a list of customers? Each condition as a sentence, and where the list comes from."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.lists import Choice, Chosen, CustomerGroup, ListSource, Move
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.rules import Wording, sentence

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
_MOVES: Mapping[Move, str] = {
    Move.UP: _("moved up between {earlier_on} and {as_of}"),
    Move.DOWN: _("moved down between {earlier_on} and {as_of}"),
    Move.LOST: _("was lost between {earlier_on} and {as_of}"),
    Move.NEW: _("came new between {earlier_on} and {as_of}"),
    Move.RETURNED: _("returned between {earlier_on} and {as_of}"),
}
_GROUPS: Mapping[CustomerGroup, str] = {
    CustomerGroup.UPGRADES: _("is close to the next tier (upgrade candidates)"),
    CustomerGroup.WATCH: _("may lose the tier (downgrade watch)"),
    CustomerGroup.FREQUENT: _("may become a frequent customer"),
}


def condition_line(chosen: Chosen, wording: Wording) -> str:
    """One condition of a list as a sentence."""
    if chosen.condition is not None:
        return sentence(chosen.condition, wording)
    values = dict(chosen.values)
    if chosen.by is Choice.MOVED:
        return translate(_MOVES[Move(str(values["move"]))], wording.language, **values)
    if chosen.by is Choice.GROUP:
        return translate(_GROUPS[CustomerGroup(str(values["group"]))], wording.language, **values)
    return translate(_SENTENCES[chosen.by], wording.language, **values)


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
