"""The command ``fenji serve``: lets people and machines ask this workspace over the network."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.answers.serving import ServeResult
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output
from fenji.domain.access import Role
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.access.people import add_person, list_people

EXAMPLES = (
    "fenji serve\n"
    "fenji serve --host 0.0.0.0 --tls-cert server.pem --tls-key server.key\n"
    "fenji serve --behind-proxy 10.0.0.5 --root-path /fenji"
)

Host = Annotated[str, typer.Option("--host", metavar=_("ADDRESS"), help=_("The address to listen at."))]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, metavar=_("NUMBER"), help=_("The port to listen at."))]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, metavar=_("NUMBER"), help=_("Processes that answer."))]
Behind = Annotated[
    list[str] | None,
    typer.Option(
        "--behind-proxy",
        metavar=_("ADDRESS"),
        help=_(
            "A proxy that encrypts stands in front: its address, which alone may say who the caller is. May be given several times."
        ),
    ),
]
RootPath = Annotated[
    str, typer.Option("--root-path", metavar=_("PATH"), help=_("What the proxy puts before our paths, such as /fenji."))
]
Certificate = Annotated[
    Path | None, typer.Option("--tls-cert", metavar=_("FILE"), help=_("Certificate chain (PEM); with --tls-key."))
]
Key = Annotated[Path | None, typer.Option("--tls-key", metavar=_("FILE"), help=_("The certificate's private key (PEM)."))]
FirstAdmin = Annotated[
    str | None,
    typer.Option(
        "--first-admin",
        metavar="LOGIN",
        help=_("Where nobody may come in yet: adds an administrator of this login, and shows the one-time link."),
    ),
]
NoJobs = Annotated[
    bool, typer.Option("--no-work", help=_("Start no worker for jobs beside it; run `fenji work` yourself, here or elsewhere."))
]


def command(
    context: typer.Context,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 2,
    behind_proxy: Behind = None,
    root_path: RootPath = "",
    tls_cert: Certificate = None,
    tls_key: Key = None,
    first_admin: FirstAdmin = None,
    no_work: NoJobs = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Serves until it is told to end."""
    output = Output.chosen(context, lang, is_json=as_json)
    # The server's room is loaded by name: no other command needs a web framework.
    running: Any = import_module("fenji.server.running")
    address = running.Address(
        host=host,
        port=port,
        workers=workers,
        behind=tuple(behind_proxy or ()),
        root_path=root_path.rstrip("/"),
        certificate=tls_cert,
        key=tls_key,
        does_jobs=not no_work,
    )
    InvalidArgument.raise_if(address.problems())
    told = ServeResult(address.url, f"{address.url}/api/v1", _first_link(workspace, first_admin, address.url))
    if output.is_json:
        output.json(told)
    else:
        _show(told, output, workspace, running.END_SECONDS)
    running.serve(workspace, address)


def _first_link(workspace: Path, login: str | None, url: str) -> str | None:
    """Lets the first administrator in; None where somebody may come in already."""
    # Asked first, and always: a folder that is no workspace is refused before an address is told.
    if list_people(workspace).users or login is None:
        return None
    link = add_person(workspace, login, login, [Role.ADMIN]).link
    return None if link is None else f"{url}{link.path}"


def _show(told: ServeResult, output: Output, workspace: Path, seconds: int) -> None:
    if told.link is not None:
        output.say(_("Come in once with this link, and choose a password: {link}"), link=told.link)
    output.say(_("The API answers at {url}; its description is at {url}/openapi.json."), url=told.api)
    output.say(
        _(
            "Let people in with: fenji person add NAME --login LOGIN --role ROLE --workspace {folder}; programs with: fenji token make"
        ),
        folder=str(workspace),
    )
    output.say(_("End with Ctrl-C; requests that are being answered get {seconds} seconds."), seconds=seconds)
