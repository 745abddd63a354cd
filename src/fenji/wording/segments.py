"""What are segments called, and those among whom clusters are looked for?"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.contests import Contest
from fenji.domain.segments import SEGMENT_NAMES, Segmentation
from fenji.domain.words import Words
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.contests import SAMPLES, Contestants

AMONG_WORDS: Mapping[str, str] = {
    "everyone": _("all customers who have ordered"),
    "new": _("new customers"),
    "active": _("active customers"),
    "won_back": _("customers won back"),
    "at_risk": _("customers at risk"),
    "lost": _("lost customers"),
}
"""Among whom clusters were looked for."""


def segment_name(segmentation: Segmentation, segment: str | None, cluster_names: Mapping[str, Words], language: Language) -> str:
    """What a segment is called; regions and categories by their own names, clusters by number and description."""
    if segment is None:
        return translate(_("(none)"), language)
    if segmentation is Segmentation.CLUSTER:
        named = cluster_names.get(segment)
        return segment if named is None else f"{segment} {named.in_language(language)}"
    known = SEGMENT_NAMES.get(segmentation, {}).get(segment)
    return segment if known is None else known.in_language(language)


def contestants(among: str, _found: Contest) -> Contestants:
    """How the sentence of a lost contest names what it compares."""
    return Contestants(
        subject=AMONG_WORDS[among],
        model=_("clusters"),
        baseline=_("one group of all"),
        measure=_("1 - silhouette, a margin on the side of the clusters included,"),
        show=lambda error: f"{error:.2f}",
        trials=SAMPLES,
    )
