"""In what is a metric measured? Its unit in words."""

from __future__ import annotations

from fenji.domain.metrics import Unit
from fenji.language import message as _

UNIT_NAMES = {
    Unit.MONEY: _("money, in the currency of the workspace"),
    Unit.COUNT: _("a count"),
    Unit.DAYS: _("days"),
    Unit.HOURS: _("hours"),
    Unit.SHARE: _("a share, 0 to 100%"),
    Unit.SCORE: _("a score"),
    Unit.RATIO: _("a ratio"),
}
"""What each unit is called."""
