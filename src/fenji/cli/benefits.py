"""The commands below ``fenji benefits``: what does each tier give, and what does that cost a year?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.loyalty.benefits import BenefitsCostResult, BenefitsResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, AsOf, Lang, Policy, Workspace, day_of
from fenji.cli.output import Col, Output, money, number
from fenji.language import message as _
from fenji.wording.benefits import COSTS
from fenji.workflow.loyalty.benefits import cost_benefits, lint_benefits, publish_benefits, show_benefits

EXAMPLES = "fenji benefits lint benefits.yaml\nfenji benefits publish benefits.yaml\nfenji benefits cost"

BenefitsFile = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The benefits.yaml."))]


def lint(
    context: typer.Context, file: BenefitsFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Reads benefits and says what is wrong with them, all at once."""
    output = Output.chosen(context, lang, is_json=as_json)
    _tell(lint_benefits(workspace, file), output)


def publish(
    context: typer.Context, file: BenefitsFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Freezes a version of the benefits."""
    output = Output.chosen(context, lang, is_json=as_json)
    _tell(publish_benefits(workspace, file), output)


def show(
    context: typer.Context,
    *,
    policy: Policy = None,
    as_of: AsOf = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what each tier gives."""
    output = Output.chosen(context, lang, is_json=as_json)
    _tell(show_benefits(workspace, policy=policy, on=day_of(as_of)), output)


def cost(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints what the benefits of each tier cost a year."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = cost_benefits(workspace)
    if output.is_json:
        output.json(result)
    else:
        _costs(result, output)


COMMANDS: dict[str, Entry] = {
    "lint": (
        lint,
        _("Checks a benefits.yaml: every problem at its line, and tiers that give less than one below."),
        "fenji benefits lint benefits.yaml",
    ),
    "publish": (publish, _("Freezes a version of what each tier gives."), "fenji benefits publish benefits.yaml"),
    "show": (show, _("Shows what each tier gives today."), "fenji benefits show\nfenji benefits show --lang zh"),
    "cost": (
        cost,
        _("Counts what each benefit costs a year in each tier, for the customers of the last review."),
        "fenji benefits cost\nfenji benefits cost --json",
    ),
}
"""Word -> function, help and examples."""


def _tell(result: BenefitsResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    output.warn(result.warnings)
    heading = _("Benefits {name} version {version}, from {day}")
    if not result.is_published:
        heading = _("Benefits {name} version {version}, not published, from {day}")
    output.heading(heading, name=result.benefits, version=result.version, day=result.effective_on)
    rows = [
        (
            each.benefit,
            each.name.in_language(output.language),
            output.text(_(", ")).join(each.tiers),
            output.text(COSTS[each.costs_by]),
            "-" if each.capacity is None else number(each.capacity),
        )
        for each in result.list
    ]
    output.table([Col(output.text(each)) for each in (_("benefit"), _("name"), _("tiers"), _("costs"), _("capacity"))], rows)


def _costs(result: BenefitsCostResult, output: Output) -> None:
    output.warn(result.warnings)
    output.heading(_("Cost of benefits a year, for the customers of {day}"), day=result.as_of)
    titles = (_("tier"), _("benefit"), _("customers"), _("cost ({currency})"))
    columns = [Col(output.text(each, currency=result.currency), is_number=each in titles[2:]) for each in titles]
    rows = [
        (each.tier, each.benefit, number(each.customers), output.text(_("not known")) if each.cost is None else money(each.cost))
        for each in result.costs
    ]
    output.table(columns, rows)
    output.say(_("Together: {total} {currency} a year."), total=money(result.total), currency=result.currency)
