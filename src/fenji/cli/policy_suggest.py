"""The command ``fenji policy suggest``: where would the data draw the lines between tiers, and what would each line cost?"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from fenji.analyze.policies.suggestions import Method
from fenji.answers.policies import SuggestResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Engine, Lang, Policy, Workspace, engine_of, one_of
from fenji.cli.output import Col, Output, money, number, percent
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.suggesting import METHOD_WORDS, suggest_policy

MetricOf = Annotated[str, typer.Option("--metric", metavar=_("NAME"), help=_("The metric whose thresholds are looked for."))]
Tiers = Annotated[int, typer.Option("--tiers", metavar="N", help=_("How many tiers, 2 to 6."))]
How = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="breaks|quantiles|tree",
        help=_("Natural breaks, shares of customers, or a tree on the revenue of the twelve months after."),
    ),
]
Shares = Annotated[
    str | None,
    typer.Option(
        "--shares",
        metavar="50,30,15,5",
        help=_("For quantiles: percent of customers per tier, the lowest first. Default: 50,30,15,5 for four tiers."),
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar=_("FILE"), help=_("Write the draft to this new file. Default: it is only shown."))
]


def suggest(
    context: typer.Context,
    *,
    metric: MetricOf = "net_revenue_12m",
    tiers: Tiers = 4,
    method: How = "breaks",
    shares: Shares = None,
    out: Out = None,
    policy: Policy = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints thresholds from the data, with their trade-off."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = suggest_policy(
        workspace,
        metric=metric,
        tiers=tiers,
        method=one_of(Method, method, _("method")) or Method.BREAKS,
        shares=shares_of(shares),
        policy=policy,
        out=out,
        engine=engine_of(engine),
    )
    if output.is_json:
        output.json(result)
    else:
        show_suggestion(result, output)


COMMANDS: dict[str, Entry] = {
    "suggest": (
        suggest,
        _(
            "Looks for thresholds in the data and writes them as a draft, with what each tier would hold. Nothing follows it by itself."
        ),
        "fenji policy suggest\nfenji policy suggest --metric orders_12m --tiers 3 --method quantiles --shares 60,30,10 --out draft.yaml",
    ),
}
"""Word -> function, help and examples."""


def shares_of(text: str | None) -> tuple[Decimal, ...]:
    """What --shares says, as shares of 1.

    Raises:
        InvalidArgument: no numbers with commas between them.
    """
    if text is None:
        return ()
    try:
        found = tuple(Decimal(each.strip()) / 100 for each in text.split(","))
    except InvalidOperation:
        found = (Decimal("NaN"),)
    if not all(each.is_finite() for each in found):
        advice = _("Write them from the lowest tier up: --shares 50,30,15,5")
        raise InvalidArgument.of(_("'{value}' are no shares."), advice=advice, value=text[:40])
    return found


def show_suggestion(result: SuggestResult, output: Output) -> None:
    """The thresholds and what they would hold, for people."""
    output.warn(result.warnings)
    output.heading(
        _("Suggested tiers on {metric} by {method}, as of {as_of} (run {run_id})"),
        metric=result.metric_name.in_language(output.language),
        method=output.text(METHOD_WORDS[result.method]),
        as_of=result.as_of,
        run_id=result.run_id,
    )
    titles = [
        _("from"),
        _("customers"),
        _("share"),
        _("revenue of 12 months ({currency})"),
        _("share of revenue"),
        _("mean of the metric"),
    ]
    rows = [
        (
            each.name.in_language(output.language),
            "-" if each.at_least is None else f"{each.at_least:,f}",
            number(each.customers),
            percent(each.share),
            money(each.net_revenue_12m),
            percent(each.revenue_share),
            number(each.average, 2),
        )
        for each in reversed(result.tiers)
    ]
    head = [Col(output.text(title, currency=result.currency), is_number=True) for title in titles]
    output.table([Col(output.text(_("tier"))), *head], rows)
    if result.variance_explained is not None:
        share = percent(result.variance_explained)
        output.say(_("The tiers explain {share} of the variance of the metric."), share=share)
    if result.without_value:
        output.say(_("{count} customers have no value and stand in the lowest tier."), count=number(result.without_value))
    if result.file is None:
        output.heading(_("The draft, to be edited and published; nothing follows it yet (--out FILE writes it)"))
        output.document(result.text)
    else:
        output.say(_("Draft written to {file}: edit it, say who decided it, then fenji policy publish."), file=result.file)
        output.say(_("What it would change: fenji whatif {file}"), file=result.file)
