"""The commands ``fenji policy override`` and ``fenji policy overrides``: which tier has a person given to a customer, until when, and why?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.policies import OverrideRow, OverridesResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Policy, Workspace, day_of
from fenji.cli.output import Col, Output
from fenji.domain.overrides import OverrideState
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.workflow.overrides import end_overrides, list_overrides, override_tier
from fenji.workspace.override_requests import OverrideRequest

Customer = Annotated[str, typer.Argument(metavar=_("CUSTOMER"), help=_("The customer's id as it stands in your sources."))]
Tier = Annotated[str | None, typer.Option("--tier", metavar=_("TIER"), help=_("The tier that the customer is given."))]
Until = Annotated[str | None, typer.Option("--until", metavar=_("DATE"), help=_("The last day on which it counts."))]
From = Annotated[
    str | None, typer.Option("--from", metavar=_("DATE"), help=_("The first day on which it counts. Default: today."))
]
Reason = Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; kept in the record."))]
Person = Annotated[str | None, typer.Option("--person", metavar=_("NAME"), help=_("Who decides it; kept in the record."))]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar=_("NAME"), help=_("Whose id it is, where customers of several sources have the same.")),
]
End = Annotated[
    bool,
    typer.Option("--end", help=_("End the customer's overrides from today on, instead of giving one. They stay in the record.")),
]
STATES = {
    OverrideState.COMING: _("to come"),
    OverrideState.IN_FORCE: _("in force"),
    OverrideState.REPLACED: _("replaced by a later one"),
    OverrideState.OVER: _("over"),
    OverrideState.ENDED: _("ended"),
}


def override(
    context: typer.Context,
    customer: Customer,
    *,
    tier: Tier = None,
    until: Until = None,
    reason: Reason = None,
    person: Person = None,
    begins: From = None,
    policy: Policy = None,
    source: Source = None,
    end: End = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Records that a person gives a customer a tier, or ends it."""
    output = Output.chosen(context, lang, is_json=as_json)
    if end:
        _refuse_beside_end({"--tier": tier, "--until": until, "--from": begins, "--policy": policy})
        result = end_overrides(workspace, customer, source=source, person=person, reason=reason)
    else:
        ends_on, begins_on = _days(until, begins)
        request = OverrideRequest(customer, tier, ends_on, person, reason, begins_on, policy, source)
        result = override_tier(workspace, request)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
        output.say(_("It counts from the next run on: fenji run"))


def list_all(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints every override that was ever recorded."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_overrides(workspace)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


COMMANDS: dict[str, Entry] = {
    "override": (
        override,
        _(
            "Gives a customer a tier by hand, with person, reason and end; a later override replaces an earlier one. --end ends it."
        ),
        "fenji policy override M1 --tier vip --until 2026-12-31 --reason 'new store' --person 'Li Lei'\nfenji policy override M1 --end",
    ),
    "overrides": (
        list_all,
        _("Lists every tier that was given by hand, those that are over included."),
        "fenji policy overrides\nfenji policy overrides --json",
    ),
}
"""Word -> function, help and examples."""


def _refuse_beside_end(given: dict[str, str | None]) -> None:
    text = _("'{name}' means nothing beside --end.")
    InvalidArgument.raise_if(Problem(text, {"name": name}) for name, value in given.items() if value is not None)


def _days(*texts: str | None) -> list[date | None]:
    """The dates of several options, with every one that is none told at once."""
    days: list[date | None] = []
    problems: list[Problem] = []
    for text in texts:
        try:
            days.append(day_of(text))
        except InvalidArgument as error:
            problems.extend(error.problems)
    InvalidArgument.raise_if(problems)
    return days


def show(result: OverridesResult, output: Output) -> None:
    """The table for people."""
    output.heading(_("Overrides on {day}"), day=result.as_of)
    if not result.overrides:
        output.say(_("Nobody has been given a tier by hand."))
        return
    titles = (_("customer"), _("tier"), _("from"), _("until"), _("state"), _("person"), _("reason"))
    columns = [Col(output.text(title), may_wrap=title == "reason") for title in titles]
    output.table(columns, [_cells(each, output) for each in result.overrides])


def _cells(row: OverrideRow, output: Output) -> list[str]:
    return [
        row.customer_id,
        row.tier,
        str(row.begins_on),
        str(row.ends_on),
        output.text(STATES[row.state]),
        row.person,
        row.reason,
    ]
