"""How does a route leave its work to a worker? The answer is the job, told at once; what comes of it stands at the job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Any

from fastapi.responses import Response

from fenji.answers.jobs import ToldJob
from fenji.api.asking import Asking
from fenji.api.once import HEADER, done_once
from fenji.domain.jobs import JobKind
from fenji.work.asking import start_job
from fenji.work.telling import told_job
from fenji.workspace.limits import limited_to, refuse_limited


def started(asking: Asking, kind: JobKind, arguments: dict[str, Any], *, refuses_limited: bool = True) -> Response:
    """A new job; the one of before where the key of the request comes again.

    Args:
        asking: who asks, and in whose name it is done.
        kind: what shall be done.
        arguments: as ``work.arguments`` says for the kind.
        refuses_limited: whether it answers of the whole company.

    Raises:
        InvalidArgument: arguments that cannot be used; all problems at once.
        Forbidden: whoever asks sees only some customers.
    """
    if refuses_limited:
        with limited_to(asking.caller.limits):
            refuse_limited()

    def make() -> ToldJob:
        key = asking.request.headers.get(HEADER)
        return without_path(
            told_job(asking.root, start_job(asking.root, kind, arguments, principal=asking.caller.principal, key=key))
        )

    return done_once(asking, make, status=202)


def without_path(job: ToldJob) -> ToldJob:
    """A job as it is told over the network: where files stand is a matter of the server."""
    return replace(job, result_file=None if job.result_file is None else PurePath(job.result_file).name)
