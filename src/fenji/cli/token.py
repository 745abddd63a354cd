"""The commands ``fenji token …``: with what do programs come in?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.cli.access.showing import show_new_token, show_tokens
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace, day_of, one_of
from fenji.cli.output import Output
from fenji.domain.access import Right
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.language import message as _
from fenji.workflow.access.tokens import list_tokens, make_token, revoke_token

EXAMPLES = "fenji token make nightly --for li.lei --scope figures:read --scope runs:start\nfenji token list\nfenji token revoke nightly --for li.lei"

Name = Annotated[str, typer.Argument(metavar=_("NAME"), help=_("What the token is called; never used twice by one person."))]
Whose = Annotated[str, typer.Option("--for", metavar="LOGIN", help=_("Whose token it is; it can never do more than they."))]
Scopes = Annotated[
    list[str],
    typer.Option(
        "--scope",
        metavar="|".join(each for each in Right if each not in NEVER_FOR_TOKENS),
        help=_("What it may do; several: give --scope again."),
    ),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar=_("NAME"), help=_("Only customers of this id space, such as workspace; a till needs one.")),
]
Until = Annotated[str | None, typer.Option("--until", metavar=_("DATE"), help=_("The last day. Default: a year from now."))]
OfWhom = Annotated[str | None, typer.Option("--for", metavar="LOGIN", help=_("Only tokens of this person."))]


def make(
    context: typer.Context,
    name: Name,
    *,
    whose: Whose,
    scope: Scopes,
    source: Source = None,
    until: Until = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints a new token."""
    output = Output.chosen(context, lang, is_json=as_json)
    rights = [right for text in scope if (right := one_of(Right, text, _("scope"))) is not None]
    result = make_token(workspace, whose, name, rights, source=source, last_on=day_of(until))
    if output.is_json:
        output.json(result)
    else:
        show_new_token(result, output)


def list_all(
    context: typer.Context, *, whose: OfWhom = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints all tokens."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_tokens(workspace, login=whose)
    if output.is_json:
        output.json(result)
    else:
        show_tokens(result, output)


def revoke(
    context: typer.Context, name: Name, *, whose: Whose, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints the token that no longer lets in."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = revoke_token(workspace, whose, name)
    if output.is_json:
        output.json(result)
    else:
        show_tokens(result, output)


COMMANDS: dict[str, Entry] = {
    "make": (
        make,
        _("Makes a token for a program, and shows it once."),
        "fenji token make nightly --for li.lei --scope figures:read --scope runs:start\nfenji token make till --for till-3 --scope customers:find --source workspace",
    ),
    "list": (list_all, _("Lists tokens: whose, what they may, until when, and when they were used last."), "fenji token list"),
    "revoke": (revoke, _("Revokes a token at once and for good."), "fenji token revoke nightly --for li.lei"),
}
"""Word -> function, help and examples."""
