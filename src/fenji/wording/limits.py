"""How is it said that somebody sees only some customers? Each limit by its name and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fenji.domain.access import LimitColumn, RowLimit
from fenji.language import Language, translate
from fenji.language import message as _

LIMIT_NAMES: Mapping[LimitColumn, str] = {
    LimitColumn.REGION: _("region"),
    LimitColumn.SHOP: _("shop or channel"),
    LimitColumn.SOURCE: _("source"),
}
"""What each limit goes by."""


def limits_told(limits: Sequence[RowLimit], language: Language) -> str:
    """The limits in words, such as ``region 华东, 华北; source shop``."""
    told = (f"{translate(LIMIT_NAMES[each.column], language)} {', '.join(each.values)}" for each in limits)
    return "; ".join(told)
