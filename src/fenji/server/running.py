"""Which processes answer? Some workers behind one address, and one that does the jobs; all of them end together."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from fenji.api.metrics import FOLDER as COUNTS_FOLDER
from fenji.domain.steps import Step
from fenji.errors import InvalidArgument, Problem
from fenji.http.authentication import is_loopback
from fenji.language import message as _
from fenji.scratch import own_folder_for_now
from fenji.server.app import FOLDER
from fenji.server.connections import PatientProtocol
from fenji.workspace.folder import Workspace, open_workspace

END_SECONDS = 20
"""That requests get which are being answered when the server is told to end."""
_LARGEST_HEAD = 64 * 1024
_FILES = 4096


@dataclass(frozen=True)
class Address:
    """Where and how a server listens."""

    host: str
    port: int
    workers: int
    behind: tuple[str, ...]
    """Proxies whose word about the caller's address counts; none: nobody stands in front."""
    root_path: str
    certificate: Path | None
    key: Path | None
    does_jobs: bool

    @property
    def url(self) -> str:
        """As a person types it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}{self.root_path}"

    def problems(self) -> list[Problem]:
        """What cannot be, all at once."""
        found = []
        if not is_loopback(self.host) and self.certificate is None and not self.behind:
            text = _("other machines would reach {host} without encryption, and tokens would be read on their way.")
            found.append(Problem(text, {"host": self.host}, advice=Step.SERVE_ENCRYPTED))
        if (self.certificate is None) != (self.key is None):
            found.append(Problem(_("a certificate needs its key, and a key its certificate.")))
        files = [each for each in (self.certificate, self.key) if each is not None and not each.is_file()]
        found += [Problem(_("there is no file {file}."), {"file": str(each)}) for each in files]
        if self.root_path and not self.root_path.startswith("/"):
            found.append(Problem(_("the root path must begin with a slash.")))
        return found


def serve(root: Path, address: Address) -> None:
    """Serves a workspace until the process is told to end.

    Raises:
        NotFound: no workspace.
        InvalidArgument: an address at which nothing may be served.
    """
    workspace = open_workspace(root)
    InvalidArgument.raise_if(address.problems())
    workspace.state.prepare()
    _let_open_more()
    with _counts(workspace), _jobs(workspace) if address.does_jobs else _nothing():
        os.environ[FOLDER] = str(workspace.root)
        # A single worker ends by the signal itself once it has answered; the worker for jobs must be ended all the same.
        signal.signal(signal.SIGTERM, _ended)
        uvicorn.run(
            "fenji.server.app:make_app",
            factory=True,
            host=address.host,
            port=address.port,
            workers=address.workers,
            http=PatientProtocol,
            ws="none",
            interface="asgi3",
            proxy_headers=bool(address.behind),
            forwarded_allow_ips=list(address.behind) or None,
            root_path=address.root_path,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=END_SECONDS,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
        )


def _let_open_more() -> None:
    """As many files and connections as this machine lets us: the lines of a full house leave few of the usual 1,024 for our own files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _ended(_number: int, _frame: object) -> None:
    raise SystemExit(0)


@contextmanager
def _counts(workspace: Workspace) -> Iterator[None]:
    """A folder in which the workers count together."""
    with own_folder_for_now(workspace.settings.scratch_folder(workspace.root)) as place:
        os.environ[COUNTS_FOLDER] = str(place)
        try:
            yield
        finally:
            del os.environ[COUNTS_FOLDER]


@contextmanager
def _jobs(workspace: Workspace) -> Iterator[None]:
    """A process beside the workers that does the jobs; it gives back what it has not ended."""
    line = [sys.executable, "-m", "fenji", "work", "--workspace", str(workspace.root)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def _nothing() -> Iterator[None]:
    yield
