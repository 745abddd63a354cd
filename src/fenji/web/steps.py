"""Where in the pages is that done which an advice names? A page for each step, and for each command that people read of."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fenji.domain.steps import Step
from fenji.language import message as _

OF_STEPS: Mapping[str, str] = {
    Step.ASK_AGAIN: "/data/import",
    Step.PROPOSE_SOURCES: "/data/import",
    Step.ONLY_SHOW: "/data/import",
    Step.RUN_FIRST: "/data/runs",
    Step.PUBLISH_WITHOUT: "/data/runs",
    Step.DECIDE_HISTORY: "/data/runs",
    Step.DECIDE_SOME_REVIEWS: "/data/runs",
    Step.DECIDE_24_REVIEWS: "/data/runs",
    Step.DECIDE_MORE_REVIEWS: "/data/runs",
    Step.DECIDE_PAST_REVIEWS: "/data/runs",
    Step.DECIDE_NEW_HISTORY: "/data/runs",
    Step.CHOOSE_LATER_OR_DECIDE_MORE: "/data/runs",
}
"""Step: the page where it is taken."""
OF_COMMANDS: Mapping[str, str] = {
    "map": "/data/import",
    "start": "/data/import",
    "run": "/data/runs",
    "jobs": "/data/runs",
    "work": "/data/runs",
    "quality": "/data/quality",
    "alerts": "/data/alerts",
    "webhook": "/data/alerts",
    "tiers": "/",
}
"""Word after fenji: the page that does the same."""
TITLES: Mapping[str, str] = {
    "/": _("Overview"),
    "/data/import": _("Import"),
    "/data/runs": _("Runs"),
    "/data/quality": _("Data quality"),
    "/data/alerts": _("Alerts"),
}
_COMMAND = re.compile(r"\bfenji ([a-z]+)\b")


def page_of(advice: str | None) -> str | None:
    """The page where an advice can be followed; None where there is none.

    >>> page_of("List them with: fenji jobs list"), page_of("Ask again."), page_of(None)
    ('/data/runs', None, None)
    """
    if advice is None:
        return None
    found = _COMMAND.search(advice)
    return OF_STEPS.get(advice) or (OF_COMMANDS.get(found[1]) if found else None)


def names_a_command(advice: str) -> bool:
    """Whether an advice speaks to somebody at a command line."""
    return _COMMAND.search(advice) is not None
