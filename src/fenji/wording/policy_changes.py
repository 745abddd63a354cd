"""What does a new version of a policy change, in the reader's language? One sentence for each rule, the old number beside the new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from fenji.domain.conditions import Condition
from fenji.domain.policies import Cap, Review, ScorePart, Tier, Variant
from fenji.domain.policy_changes import ChangeKind, PolicyChange, PolicyPart
from fenji.domain.words import Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.policies import cap_sentence, review_lines, score_sentence, variant_sentence
from fenji.wording.rules import Wording, sentence

_LINES: Mapping[tuple[PolicyPart, ChangeKind], str] = {
    (PolicyPart.QUALIFY, ChangeKind.ADDED): _("{tier}, to gain it: also needed is {after}."),
    (PolicyPart.QUALIFY, ChangeKind.REMOVED): _("{tier}, to gain it: no longer needed is {before}."),
    (PolicyPart.QUALIFY, ChangeKind.THRESHOLD): _("{tier}, to gain it: {after}; before: {before}."),
    (PolicyPart.QUALIFY, ChangeKind.CHANGED): _("{tier}, to gain it: {after}; before: {before}."),
    (PolicyPart.KEEP, ChangeKind.ADDED): _("{tier}, to keep it: also needed is {after}."),
    (PolicyPart.KEEP, ChangeKind.REMOVED): _("{tier}, to keep it: no longer needed is {before}."),
    (PolicyPart.KEEP, ChangeKind.THRESHOLD): _("{tier}, to keep it: {after}; before: {before}."),
    (PolicyPart.KEEP, ChangeKind.CHANGED): _("{tier}, to keep it: {after}; before: {before}."),
}
_PARTS: Mapping[ChangeKind, str] = {
    ChangeKind.ADDED: _("New: {after}"),
    ChangeKind.REMOVED: _("No longer: {before}"),
    ChangeKind.CHANGED: _("{after} Before: {before}"),
}
_OWN_KEEP = _("{tier} has a rule of its own to keep it: {after}. Before, what gains it kept it.")
_NO_OWN_KEEP = _("{tier} is kept by what gains it. Before, it was kept by: {before}.")


def change_sentence(change: PolicyChange, names: Mapping[str, Words], wording: Wording) -> str:
    """One difference between two versions of a policy, as a sentence.

    Args:
        change: what differs.
        names: what the tiers of both versions are called, by slug.
        wording: language, metric names and currency.
    """
    language = wording.language
    tier = names[change.tier].in_language(language) if change.tier else ""
    match change.part:
        case PolicyPart.QUALIFY | PolicyPart.KEEP:
            return _rule(change, tier, wording)
        case PolicyPart.TIER:
            return _tier(change, tier, wording)
        case PolicyPart.NAME:
            before, after = (cast("Tier", each).name.in_language(language) for each in (change.before, change.after))
            text = _("Tier {slug} is called {after}; before: {before}.")
            return translate(text, language, slug=change.tier, after=after, before=before)
        case PolicyPart.LADDER:
            values = {"after": _ladder(change.after, names, wording), "before": _ladder(change.before, names, wording)}
            return translate(_("The order of the tiers is {after}; before: {before}."), language, **values)
        case _:
            return _whole(change, names, wording)


def _rule(change: PolicyChange, tier: str, wording: Wording) -> str:
    before, after = (
        sentence(cast("Condition", each), wording) if each is not None else "" for each in (change.before, change.after)
    )
    text = _LINES[change.part, change.kind]
    if change.is_own_keep:
        text = _OWN_KEEP if change.kind is ChangeKind.ADDED else _NO_OWN_KEEP
    return translate(text, wording.language, tier=tier, before=before, after=after)


def _tier(change: PolicyChange, tier: str, wording: Wording) -> str:
    if change.kind is ChangeKind.REMOVED:
        return translate(_("Tier {tier} is gone."), wording.language, tier=tier)
    qualify = cast("Tier", change.after).qualify
    if qualify is None:
        return translate(_("New tier {tier}: everyone else."), wording.language, tier=tier)
    return translate(_("New tier {tier}: {rule}."), wording.language, tier=tier, rule=sentence(qualify, wording))


def _ladder(part: object, names: Mapping[str, Words], wording: Wording) -> str:
    told = (names[slug].in_language(wording.language) for slug in cast("tuple[str, ...]", part))
    return translate(_(", "), wording.language).join(told)


def _whole(change: PolicyChange, names: Mapping[str, Words], wording: Wording) -> str:
    """A cap, the reviews, a variant or a part of the score: told as a whole, before and after."""
    if change.before is None and change.after is None:
        return translate(
            _("The variants stand in another order: of two that fit a customer the first one counts."), wording.language
        )
    told = {name: _part(each, names, wording) for name, each in (("before", change.before), ("after", change.after))}
    return translate(_PARTS[change.kind], wording.language, **told)


def _part(part: object, names: Mapping[str, Words], wording: Wording) -> str:
    match part:
        case Cap():
            return cap_sentence(part, names, wording)
        case Review():
            gap = "" if wording.language is Language.ZH else " "  # Chinese sentences follow one another without a blank
            return gap.join(review_lines(part, wording))
        case Variant():
            return variant_sentence(part, {}, wording)
        case ScorePart():
            return translate(_("In the score {part}."), wording.language, part=score_sentence(part, wording))
        case _:
            return ""
