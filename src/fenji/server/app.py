"""What runs in one worker process of ``fenji serve``? The API and the pages over one workspace, made by name when the process starts."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import structlog
from fastapi import FastAPI
from starlette.routing import Match, Mount
from starlette.types import Scope

from fenji.api.app import make_api
from fenji.domain.principals import Principal, PrincipalKind
from fenji.http.authentication import caller_of
from fenji.http.conditional import Kept
from fenji.http.rates import Rates
from fenji.http.serving import Serving
from fenji.server.warming import warm
from fenji.visible import visible
from fenji.web.app import make_pages
from fenji.workflow.access.unmasking import note_unmasking
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.state import watch

FOLDER = "FENJI_SERVED"
"""The variable by which a worker process is told which workspace it serves."""
OF_MACHINES = ("/api", "/health", "/metrics")
"""How the addresses begin that are no pages."""
COUNTER = Principal(PrincipalKind.SYSTEM, "server")


def make_app() -> FastAPI:
    """The application of this process, over the workspace that ``FENJI_SERVED`` names."""
    return app_of(Path(os.environ[FOLDER]), _logger())


def app_of(root: Path, log: Callable[..., None]) -> FastAPI:
    """The application over one workspace."""
    workspace = open_workspace(root)
    watch(workspace.root, workspace.settings)
    state = workspace.state

    def draw(caller: str, stretch: int, wanted: int, most: int) -> int:
        with state.transaction(COUNTER) as t:
            return t.serving.rates.draw(caller, stretch, wanted=wanted, most=most)

    serving = Serving(
        workspace=workspace,
        authenticate=lambda request: caller_of(workspace, request),
        rates=Rates(draw, workspace.settings.requests_per_minute),
        kept=Kept(),
        unmasked=lambda caller, reason, customers: note_unmasking(workspace, customers, reason, by=caller),
    )
    app = make_api(serving, log)
    app.router.lifespan_context = _preloaded(workspace)
    app.router.routes.insert(0, Pages("/", app=make_pages(serving)))  # it knows at a glance which addresses are not its own
    return app


class Pages(Mount):
    """Every address that is not the API's: what is not there below the API is said in its own way."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether an address is one of the pages'."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        is_of_machines = any(path == each or path.startswith(f"{each}/") for each in OF_MACHINES)
        return (Match.NONE, {}) if is_of_machines else super().matches(scope)


def _preloaded(workspace: Workspace) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Loads engine and answers of the last run before the first request, so that nobody waits for it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warm(workspace.root)
        yield

    return lifespan


def _logger() -> Callable[..., None]:
    """One JSON object a line on standard error, where service managers collect it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            lambda _logger, _method, fields: {k: visible(v) if isinstance(v, str) else v for k, v in fields.items()},
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    log: Callable[..., None] = structlog.get_logger().info
    return log
