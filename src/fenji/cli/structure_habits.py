"""When do the customers of each tier order: at which hour, on which weekday, in which month?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fenji.analyze.structure.habits import HabitCell, Rhythm
from fenji.answers.structure import HabitTime, StructureResult
from fenji.cli.output import Col, Output, number, percent
from fenji.cli.structure_words import first_day, tier_names
from fenji.language import message as _
from fenji.wording.trends import MONTH_NAMES

RHYTHM_NAMES = {Rhythm.HOUR: _("Orders by hour"), Rhythm.WEEKDAY: _("Orders by weekday"), Rhythm.MONTH: _("Orders by month")}
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def show_habits(habits: Mapping[Rhythm, Sequence[HabitTime]], result: StructureResult, output: Output) -> None:
    """One table for hours, weekdays and months each."""
    output.say(_("Orders from {first} on, in the time zone {zone}."), first=first_day(result), zone=result.time_zone)
    for rhythm, times in habits.items():
        _show_habit(rhythm, times, result, output)


def _show_habit(rhythm: Rhythm, times: Sequence[HabitTime], result: StructureResult, output: Output) -> None:
    """Slots down, tiers across; slots in which nobody orders are left out."""
    output.heading(_("{what}: share of the tier's orders, and index (100 = average)"), what=output.text(RHYTHM_NAMES[rhythm]))
    head = [Col(""), *(Col(output.text(title), is_number=True) for title in (_("orders"), _("share")))]
    names = [Col(each, is_number=True) for each in tier_names(result, output)]
    rows = [
        (
            _slot_name(rhythm, each.slot, output),
            number(each.orders),
            percent(each.share),
            *(_habit(tier) for tier in reversed(each.tiers)),
        )
        for each in times
        if each.orders
    ]
    output.table([*head, *names], rows)


def _habit(cell: HabitCell) -> str:
    return f"{percent(cell.share)} {number(cell.index)}"


def _slot_name(rhythm: Rhythm, slot: int, output: Output) -> str:
    if rhythm is Rhythm.HOUR:
        return f"{slot:02d}:00"
    return output.text(WEEKDAYS[slot - 1] if rhythm is Rhythm.WEEKDAY else MONTH_NAMES[slot - 1])
