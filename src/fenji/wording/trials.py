"""How is it said on what a trial of a policy was counted, and why?"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.analyze.whatif.cells import NotByCells
from fenji.language import Language, translate
from fenji.language import message as _

_BECAUSE: Mapping[NotByCells, str] = {
    NotByCells.SCORE: _("a rule uses the weighted score, which depends on all customers"),
    NotByCells.TOP_SHARE: _("a rule asks for a top share, whose threshold depends on all customers"),
    NotByCells.VARIANTS: _("thresholds differ by region, industry or the like"),
    NotByCells.OTHER_METRIC: _("a rule uses a metric that the policy in force does not"),
    NotByCells.OTHER_THRESHOLD: _("a threshold lies between two steps of its slider"),
    NotByCells.TOO_MANY_CELLS: _("the rules split the customers too finely to count beforehand"),
}


def counted_sentence(because: NotByCells | None, customers: int, language: Language) -> str:
    """On what a trial was counted, such as ``Exact count, 4,272 customers``."""
    told = translate(_("Exact count, {customers} {customers:customer|customers}"), language, customers=f"{customers:,}")
    if because is None:
        return told
    reason = translate(_BECAUSE[because], language)
    return translate(_("{counted}; counted customer by customer, because {reason}"), language, counted=told, reason=reason)
