"""When does work begin by itself, in words? What schedule.yaml says, for readers of either language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fenji.documents.schedule import RunMissed
from fenji.language import Language, translate
from fenji.language import message as _

DAYS = (_("Sunday"), _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"))
"""By the number that cron gives them."""
MISSED: Mapping[RunMissed, str] = {
    RunMissed.ONCE: _("what was missed is done once, as soon as possible"),
    RunMissed.SKIP: _("what was missed is left out"),
}
_DAILY = re.compile(r"(\d+) (\d+) \* \* \*")
_WEEKLY = re.compile(r"(\d+) (\d+) \* \* (\d)")
_MONTHLY = re.compile(r"(\d+) (\d+) (\d+) \* \*")
_LAST_DAY = re.compile(r"(\d+) (\d+) L \* \*")


def when_sentence(cron: str, language: Language) -> str:
    """Five fields of cron in words, where they are of a usual kind; else as they are.

    >>> when_sentence("30 2 * * *", Language.EN), when_sentence("0 3 * * 1", Language.EN)
    ('every day at 02:30', 'every Monday at 03:00')
    >>> when_sentence("0 4 L * *", Language.EN), when_sentence("15 */6 * * *", Language.EN)
    ('on the last day of every month at 04:00', 'by the clock of cron: 15 */6 * * *')
    """
    if found := _DAILY.fullmatch(cron):
        return translate(_("every day at {time}"), language, time=_time(found))
    if found := _WEEKLY.fullmatch(cron):
        day = translate(DAYS[int(found[3]) % len(DAYS)], language)
        return translate(_("every {day} at {time}"), language, day=day, time=_time(found))
    if found := _MONTHLY.fullmatch(cron):
        return translate(_("on day {day} of every month at {time}"), language, day=found[3], time=_time(found))
    if found := _LAST_DAY.fullmatch(cron):
        return translate(_("on the last day of every month at {time}"), language, time=_time(found))
    return translate(_("by the clock of cron: {cron}"), language, cron=cron)


def _time(found: re.Match[str]) -> str:
    return f"{int(found[2]):02}:{int(found[1]):02}"
