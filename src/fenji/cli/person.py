"""The commands ``fenji person …``: who works with fenji, and what is known of one customer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.persons import PersonPlaces
from fenji.cli.access.people import COMMANDS as OF_USERS
from fenji.cli.help import Entry
from fenji.cli.lists import Force
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output, number
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.persons import export_person, list_places, write_export
from fenji.workflow.persons_erase import erase_person

EXAMPLES = 'fenji person add "Li Lei" --login li.lei --role analyst\nfenji person list\nfenji person list-places M1\nfenji person export M1 --out m1.json'

Who = Annotated[
    str, typer.Argument(metavar="ID", help=_("Any id of the person, SPACE:ID, a phone, an e-mail, or the whole name."))
]
Reason = Annotated[
    str | None,
    typer.Option("--reason", metavar=_("TEXT"), help=_("Why, for the audit log: a request, a complaint, a deadline of the law.")),
]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do not ask first."))]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", metavar=_("FILE.json"), help=_("Write it to a file that only you can read, instead of showing it.")),
]


def export(
    context: typer.Context,
    person: Who,
    *,
    out: OutFile = None,
    force: Force = False,
    reason: Reason = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints everything that is known of a person as JSON, or writes it to a file."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = export_person(workspace, person, reason=reason)
    if out is None:
        output.json(result)
        return
    write_export(result, out, language=output.language, force=force)
    if output.is_json:
        output.json(result)
    else:
        rows = sum(each.rows for each in result.tables)
        output.say(_("{rows} {rows:row|rows} about this person written to {file}."), rows=number(rows), file=str(out))


def erase(
    context: typer.Context,
    person: Who,
    *,
    yes: Yes = False,
    reason: Reason = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Erases a person, once somebody has said yes."""
    output = Output.chosen(context, lang, is_json=as_json)
    if not yes:
        _ask(output)
    result = erase_person(workspace, person, reason=reason)
    if output.is_json:
        output.json(result)
        return
    output.say(
        _("Erased: {rows} {rows:row|rows} in {files} {files:file|files} stand under {token} now; sums and counts are unchanged."),
        rows=number(result.rows),
        files=number(result.files),
        token=result.token,
    )
    if result.sources:
        output.heading(_("Your own files still hold this person; fenji does not change them"))
        rows = [(each.source_file or "", ", ".join(map(str, each.row_numbers))) for each in result.sources]
        output.table([Col(output.text(_("your file"))), Col(output.text(_("rows there")), may_wrap=True)], rows)


def _ask(output: Output) -> None:
    if output.is_json or not sys.stdin.isatty():
        raise InvalidArgument.of(
            _("erasing cannot be undone, and nobody is here to be asked."), advice=_("Say that you mean it with --yes.")
        )
    if not typer.confirm(output.text(_("Erasing cannot be undone. Erase this person from every run?"))):
        raise typer.Exit(1)


def places(
    context: typer.Context, person: Who, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints where a person stands."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_places(workspace, person)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: PersonPlaces, output: Output) -> None:
    """The table for people."""
    titles = (_("table"), _("run"), _("rows"), _("your file"), _("rows there"))
    columns = [Col(output.text(title), is_number=title == "rows", may_wrap=title == "rows there") for title in titles]
    rows = [
        (each.table, each.run_id, number(each.rows), each.source_file or "", ", ".join(map(str, each.row_numbers)))
        for each in result.places
    ]
    output.heading(_("Where this person stands"))
    output.table(columns, rows)
    if result.overrides:
        output.say(_("{count} {count:tier|tiers} given by hand."), count=number(result.overrides))


COMMANDS: dict[str, Entry] = {
    **OF_USERS,
    "export": (
        export,
        _("Gives everything that is known of a person in every published run, as JSON."),
        'fenji person export M1 --out m1.json --reason "asked on 3 March"',
    ),
    "erase": (
        erase,
        _("Erases a person from every published run, log and override: rows stay under an id that means nobody."),
        'fenji person erase M1 --yes --reason "asked on 3 March"',
    ),
    "list-places": (
        places,
        _("Lists where a person stands: tables, runs, and rows of your own files."),
        "fenji person list-places M1",
    ),
}
"""Word -> function, help and examples."""
