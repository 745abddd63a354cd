"""When do the customers of each tier order: at which hour, on which weekday, in which month?"""

from __future__ import annotations

from typing import Any

from fenji.analyze.structure.habits import Habit, HabitCell, Rhythm
from fenji.cli.output import Col, Output, number, percent
from fenji.cli.structure_words import first_day, tier_names
from fenji.language import message as _
from fenji.workflow.structure import StructureResult

RHYTHM_NAMES = {Rhythm.HOUR: _("Orders by hour"), Rhythm.WEEKDAY: _("Orders by weekday"), Rhythm.MONTH: _("Orders by month")}
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
    _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip


def habits_json(result: StructureResult) -> dict[str, Any]:
    """The part of the JSON object, without the window."""
    habits = {str(each.rhythm): [_slot_json(slot, result) for slot in each.slots] for each in result.habits}
    return {"time_zone": result.time_zone, "midnight_orders": result.midnight_orders, "habits": habits}


def show_habits(result: StructureResult, output: Output) -> None:
    """One table for hours, weekdays and months each."""
    output.say(_("Orders from {first} on, in the time zone {zone}."), first=first_day(result), zone=result.time_zone)
    for habit in result.habits:
        _show_habit(habit, result, output)


def _show_habit(habit: Habit, result: StructureResult, output: Output) -> None:
    """Slots down, tiers across; slots in which nobody orders are left out."""
    output.heading(
        _("{what}: share of the tier's orders, and index (100 = average)"), what=output.text(RHYTHM_NAMES[habit.rhythm])
    )
    head = [Col(""), *(Col(output.text(title), is_number=True) for title in (_("orders"), _("share")))]
    names = [Col(each, is_number=True) for each in tier_names(result, output)]
    rows = [
        (
            _slot_name(habit.rhythm, slot.slot, output),
            number(slot.total.orders),
            percent(slot.total.share),
            *(_habit(cell) for cell in reversed(slot.cells)),
        )
        for slot in habit.slots
        if slot.total.orders
    ]
    output.table([*head, *names], rows)


def _habit(cell: HabitCell) -> str:
    return f"{percent(cell.share)} {number(cell.index)}"


def _slot_name(rhythm: Rhythm, slot: int, output: Output) -> str:
    if rhythm is Rhythm.HOUR:
        return f"{slot:02d}:00"
    return output.text(WEEKDAYS[slot - 1] if rhythm is Rhythm.WEEKDAY else MONTHS[slot - 1])


def _slot_json(slot: Any, result: StructureResult) -> dict[str, Any]:  # noqa: ANN401 - a dataclass, read by its fields
    cells = zip(result.tiers.tiers, slot.cells, strict=True)
    return {"slot": slot.slot, **vars(slot.total), "tiers": [{"tier": tier.tier, **vars(cell)} for tier, cell in cells]}
