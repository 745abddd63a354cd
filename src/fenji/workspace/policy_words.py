"""What does a policy say, what is wrong with it, and what does it change? As answers tell it."""

from __future__ import annotations

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.differences import policy_changes
from fenji.analyze.policies.findings import Severity
from fenji.analyze.policies.lint import lint_policy
from fenji.answers.drafts import PolicyDifference
from fenji.answers.editing import PolicyLines, TierLines
from fenji.answers.policies import (
    LintFinding,
    PolicyCap,
    PolicyRules,
    PolicyScorePart,
    PolicyTier,
    RuleInWords,
)
from fenji.documents.policies import PolicyDocument, policy_document_from_text
from fenji.domain.conditions import Condition
from fenji.domain.policies import Policy
from fenji.domain.words import Spoken
from fenji.errors import InvalidDocument
from fenji.language import translate
from fenji.wording.policies import EVERYONE_ELSE, cap_sentence, review_lines, score_sentence, variant_sentence
from fenji.wording.policy_changes import change_sentence
from fenji.wording.rules import Voice, sentence, sentence_lines
from fenji.workspace.folder import Workspace, own_metrics_of
from fenji.workspace.tiering import registry_of

UNREADABLE = "unreadable"
"""The finding about a text that cannot be read as a policy."""


def voice_of(workspace: Workspace, *policies: Policy) -> Voice:
    """In which words the rules of some policies are told."""
    own = own_metrics_of(workspace)
    known = {each.slug: each for policy in policies for each in registry_of(own, policy)}
    return Voice(known, workspace.settings.currency)


def rules_of(policy: Policy, voice: Voice) -> PolicyRules:
    """The rules, as answers tell them."""
    return PolicyRules(
        tiers=tuple(
            PolicyTier(each.slug, each.name, _rule(each.qualify, voice), _rule(each.keep, voice)) for each in policy.tiers
        ),
        caps=tuple(PolicyCap(_worded(each.when, voice), each.at_most, each.why) for each in policy.caps),
        review=policy.review,
        variants=policy.variants,
        score=tuple(PolicyScorePart(each.metric, each.weight, each.scale or "percentile") for each in policy.score),
    )


def lines_of(policy: Policy, voice: Voice) -> PolicyLines:
    """The whole policy as people read it aloud."""
    names = {each.slug: each.name for each in policy.tiers}
    return PolicyLines(
        tiers=tuple(
            TierLines(
                each.slug,
                each.name,
                _everyone_else() if each.qualify is None else voice.say(sentence_lines, each.qualify),
                None if each.keep is None else voice.say(sentence_lines, each.keep),
            )
            for each in policy.tiers
        ),
        caps=tuple(voice.say(cap_sentence, each, names) for each in policy.caps),
        review=voice.say(review_lines, policy.review),
        variants=tuple(voice.say(variant_sentence, each, {}) for each in policy.variants),
        score=tuple(voice.say(score_sentence, each) for each in policy.score),
    )


def _everyone_else() -> Spoken[tuple[str, ...]]:
    return Spoken(lambda language: (translate(EVERYONE_ELSE, language),))


def linted(read: PolicyDocument, registry: Registry) -> tuple[LintFinding, ...]:
    """What the linter says about a policy that can be read."""
    found = lint_policy(read.policy, registry.metrics, place=read.document.place)
    return tuple(LintFinding(each.severity, each.problem, each.code, each.tier) for each in found)


def linted_text(workspace: Workspace, text: str, name: str) -> tuple[PolicyDocument | None, tuple[LintFinding, ...]]:
    """A text as a policy, None where it is none, and all that is wrong with it.

    Args:
        workspace: whose metrics it may name.
        text: whatever somebody wrote.
        name: which problems carry in place of a file.
    """
    try:
        read = policy_document_from_text(text, name)
    except InvalidDocument as error:
        return None, unreadable(error)
    return read, linted(read, registry_of(own_metrics_of(workspace), read.policy))


def unreadable(error: InvalidDocument) -> tuple[LintFinding, ...]:
    """What keeps a text from being read as a policy, as findings."""
    return tuple(LintFinding(Severity.ERROR, each, UNREADABLE, None) for each in error.problems)


def differences_of(before: Policy, after: Policy, voice: Voice) -> tuple[PolicyDifference, ...]:
    """What one version changes of another, rule by rule, in words."""
    names = {each.slug: each.name for policy in (before, after) for each in policy.tiers}
    return tuple(
        PolicyDifference(each.part, each.kind, each.tier, voice.say(change_sentence, each, names))
        for each in policy_changes(before, after)
    )


def _rule(condition: Condition | None, voice: Voice) -> RuleInWords | None:
    return None if condition is None else _worded(condition, voice)


def _worded(condition: Condition, voice: Voice) -> RuleInWords:
    return RuleInWords(str(condition), voice.say(sentence, condition))
