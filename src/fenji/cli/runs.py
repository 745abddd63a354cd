"""The commands ``fenji runs …``: which runs have there been, and how do two of them differ?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.run_comparison import RunsCompared
from fenji.answers.run_list import RunRow
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output, money, number
from fenji.language import message as _
from fenji.wording import figures
from fenji.wording.jobs import RUN_STATES, work_name
from fenji.workflow.runs import list_runs
from fenji.workflow.runs_compared import compare_runs

EXAMPLES = "fenji runs list\nfenji runs compare 20260131T050607-1a2b 20260228T050607-3c4d"

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help=_("How many runs, the newest first."))]
First = Annotated[str, typer.Argument(metavar="A", help=_("The run that is compared with, as fenji runs list shows it."))]
Second = Annotated[str, typer.Argument(metavar="B", help=_("The run whose differences are shown."))]


def list_all(
    context: typer.Context, *, limit: Limit = 20, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints the newest runs."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_runs(workspace, limit=limit)
    if output.is_json:
        output.json(result)
    elif not result.runs:
        output.say(_("Nothing has been run yet."))
    else:
        titles = (_("run"), _("what"), _("state"), _("as of"), _("policy"), _("began at (UTC)"), _("name"))
        output.table([Col(output.text(each)) for each in titles], [_cells(each, output) for each in result.runs])


def compare(
    context: typer.Context,
    a: First,
    b: Second,
    *,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what two runs were made of, and how their figures differ."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = compare_runs(workspace, a, b)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


COMMANDS: dict[str, Entry] = {
    "list": (list_all, _("Lists the newest runs of any status."), "fenji runs list"),
    "compare": (
        compare,
        _(
            "Shows how two runs differ: files, settings, rules and version; rows; customers and revenue of each tier; who stands elsewhere."
        ),
        "fenji runs compare 20260131T050607-1a2b 20260228T050607-3c4d",
    ),
}
"""Word -> function, help and examples."""


def show(result: RunsCompared, output: Output) -> None:
    """The tables for people."""
    output.warn(result.warnings)
    output.heading(
        _("Run {b} (as of {b_day}) compared with run {a} (as of {a_day})"),
        a=result.a.run.run_id,
        a_day=result.a.run.as_of,
        b=result.run_id,
        b_day=result.as_of,
    )
    _show_inputs(result, output)
    _show_rows(result, output)
    _show_tiers(result, output)
    _show_elsewhere(result, output)


def _show_inputs(result: RunsCompared, output: Output) -> None:
    output.heading(_("What they were made of"))
    files = result.files
    named = ((_("new"), files.new), (_("changed"), files.changed), (_("gone"), files.gone))
    for title, names in named:
        for name in names:
            output.say(_("  file {state}: {name}"), state=output.text(title), name=name)
    output.say(_("  {count} {count:file|files} unchanged"), count=len(files.unchanged))
    documents = result.documents
    for title, names in ((_("new"), documents.new), (_("changed"), documents.changed), (_("gone"), documents.gone)):
        for name in names:
            output.say(_("  document {state}: {name}"), state=output.text(title), name=name)
    for each in result.settings:
        output.say(_("  setting {name}: {a} → {b}"), name=each.setting, a=each.a or "-", b=each.b or "-")
    policies = [f"{side.run.policy} v{side.run.version}" for side in (result.a, result.b)]
    output.say(_("  policy: {a} → {b}"), a=policies[0], b=policies[1])
    for rule in result.rules:
        output.say("    - {line}", line=rule.sentence.in_language(output.language))
    output.say(_("  fenji: {a} → {b}"), a=result.a.fenji_version, b=result.b.fenji_version)


def _show_rows(result: RunsCompared, output: Output) -> None:
    a, b = result.a, result.b
    reasons = dict.fromkeys([*b.rejected, *a.rejected])
    rows = [
        (_("rows in"), a.rows_in, b.rows_in),
        (_("kept"), a.kept, b.kept),
        *(
            (output.text(_("rejected: {reason}"), reason=each), a.rejected.get(each, 0), b.rejected.get(each, 0))
            for each in reasons
        ),
        (_("duplicates"), a.duplicates, b.duplicates),
        (_("customers known"), a.known, b.known),
    ]
    _beside(output, "", [(output.text(title), number(x), number(y), figures.change(y - x)) for title, x, y in rows])


def _show_tiers(result: RunsCompared, output: Output) -> None:
    tiers = list(reversed(result.tiers))
    counts = [(each.name.in_language(output.language), each.customers_a, each.customers_b) for each in tiers]
    counts.append((output.text(_("all")), result.a.customers, result.b.customers))
    _beside(output, output.text(_("customers")), [(name, number(x), number(y), figures.change(y - x)) for name, x, y in counts])
    amounts = [(each.name.in_language(output.language), each.net_revenue_12m_a, each.net_revenue_12m_b) for each in tiers]
    amounts.append((output.text(_("all")), result.a.net_revenue_12m, result.b.net_revenue_12m))
    title = output.text(_("revenue of 12 months"))
    _beside(output, title, [(name, money(x), money(y), _difference(result, x, y)) for name, x, y in amounts])


def _difference(result: RunsCompared, a: Decimal, b: Decimal) -> str:
    """Nothing where the amounts are of two currencies."""
    return figures.change(b - a, 2) if result.a.currency == result.b.currency else "-"


def _beside(output: Output, title: str, rows: Sequence[tuple[str, str, str, str]]) -> None:
    output.table([Col(title), *(Col(each, is_number=True) for each in ("A", "B", output.text(_("change"))))], rows)


def _show_elsewhere(result: RunsCompared, output: Output) -> None:
    output.say(_("Customers who stand in another tier: {count}"), count=number(result.customers_elsewhere))
    if not result.elsewhere:
        return
    names: dict[str | None, str] = {each.tier: each.name.in_language(output.language) for each in result.tiers}
    names[None] = output.text(_("no tier"))
    rows = [(names[each.tier_a], names[each.tier_b], number(each.customers)) for each in result.elsewhere]
    output.table([Col("A"), Col("B"), Col(output.text(_("customers")), is_number=True)], rows)
    output.say(_("The page of this comparison opens the list behind each line."))


def _cells(row: RunRow, output: Output) -> tuple[str, ...]:
    policy = "-" if row.policy is None else f"{row.policy} v{row.version}"
    as_of = "-" if row.as_of is None else str(row.as_of)
    what, state = work_name(row.command, output.language), output.text(RUN_STATES[row.status])
    return row.run_id, what, state, as_of, policy, f"{row.started_at:%Y-%m-%d %H:%M:%S}", row.name or "-"
