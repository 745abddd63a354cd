"""How is one of two compared policies told? Its tiers, and its lines and caps as sentences."""

from __future__ import annotations

from fenji.analyze.whatif.comparing import CapEffect, LineEffect, PolicySide
from fenji.answers.whatif import ComparedCap, ComparedLine, ComparedPolicy, ComparedTier
from fenji.wording.rules import Voice, sentence


def compared_policy(side: PolicySide, voice: Voice) -> ComparedPolicy:
    """What was counted, with each line and cap as a sentence."""
    return ComparedPolicy(
        side.policy.slug,
        side.policy.version,
        tuple(ComparedTier.of(each) for each in side.tiers),
        tuple(_line(each, voice) for each in side.lines),
        tuple(_cap(each, voice) for each in side.caps),
    )


def _line(each: LineEffect, voice: Voice) -> ComparedLine:
    condition = each.condition
    return ComparedLine(each.tier, str(condition), voice.say(sentence, condition), each.met, each.turned_away, each.decides)


def _cap(each: CapEffect, voice: Voice) -> ComparedCap:
    return ComparedCap(str(each.when), voice.say(sentence, each.when), each.at_most, each.why, each.bound)
