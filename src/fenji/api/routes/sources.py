"""Where do the data come from, and how do new files get in? They are sent, asked about, looked at, and accepted into the sources or dropped."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from fenji.answers.importing import (
    DatabasesResult,
    ImportAccepted,
    ImportPreview,
    ImportProposal,
    ImportResult,
    ImportsResult,
    SourcesResult,
    SourceTakenBack,
    TablesResult,
)
from fenji.answers.jobs import ToldJob
from fenji.api.asking import Sourcing
from fenji.api.bodies.sources import (
    Acceptance,
    AcceptanceBody,
    Answers,
    AnswersBody,
    ImportWork,
    ImportWorkBody,
    NewImport,
    NewImportBody,
)
from fenji.api.once import done_once
from fenji.api.routes.describing import answered_by
from fenji.api.starting import started
from fenji.api.uploading import AT_ONCE, KIND, pieces
from fenji.domain.jobs import JobKind
from fenji.workflow.importing.accepting import accept_import
from fenji.workflow.importing.databases import list_databases, list_tables
from fenji.workflow.importing.drafting import add_file, begin_import, drop_import, list_imports, one_import, take_file_out
from fenji.workflow.importing.proposing import answer_import, propose_import
from fenji.workflow.importing.showing import preview_import
from fenji.workflow.importing.sources import list_sources, take_source_back

router = APIRouter(tags=["sources"])

ImportId = Annotated[str, Path(description="The import.", max_length=40)]
FileName = Annotated[str, Path(description="The name of the file, without folders.", max_length=200)]
DatabaseName = Annotated[str, Path(description="The database, as the environment of the server names it.", max_length=80)]
SourceName = Annotated[str, Path(description="The source, as sources.yaml calls it.", max_length=100)]
_FILE = {"requestBody": {"required": True, "content": {KIND: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/sources", summary="What is read, and what the last run made of it", **answered_by(SourcesResult))
def sources(asking: Sourcing) -> Response:
    """The entries of sources.yaml; neither addresses of databases nor texts of queries."""
    return asking.fresh(list_sources)


@router.delete("/sources/{source}", summary="Take a source back", **answered_by(SourceTakenBack))
def take_back(
    asking: Sourcing,
    source: SourceName,
    fingerprint: Annotated[str, Query(description="Of sources.yaml, from GET /sources.", pattern="^[0-9a-f]{64}$")],
) -> Response:
    """The next run does without it; its files stay where they are, and past runs as they were."""
    return asking.fresh(lambda root: take_source_back(root, source, fingerprint=fingerprint, principal=asking.caller.principal))


@router.get("/databases", summary="From which databases tables can come in", **answered_by(DatabasesResult))
def databases(asking: Sourcing) -> Response:
    """By their names; neither addresses nor passwords."""
    return asking.fresh(list_databases)


@router.get("/databases/{database}/tables", summary="Which tables a database has", **answered_by(TablesResult))
def tables(asking: Sourcing, database: DatabaseName) -> Response:
    """Tables and views that may be read, with their columns; the step `tables` of an import takes them in."""
    return asking.fresh(lambda root: list_tables(root, database))


@router.get("/imports", summary="Which files were sent", **answered_by(ImportsResult))
def imports(asking: Sourcing) -> Response:
    """The newest imports, those that are accepted or dropped among them."""
    return asking.fresh(list_imports)


@router.post("/imports", summary="Begin to bring files in", **answered_by(ImportResult, status=201, body=NewImport, is_once=True))
def begin(asking: Sourcing, _body: NewImportBody) -> Response:
    """Its files are sent one after the other; nothing of them counts before the import is accepted."""
    return done_once(asking, lambda: begin_import(asking.root, principal=asking.caller.principal))


@router.get("/imports/{import_id}", summary="One import", **answered_by(ImportResult))
def one(asking: Sourcing, import_id: ImportId) -> Response:
    """Its files, answers and status."""
    return asking.fresh(lambda root: one_import(root, import_id))


_PUT = answered_by(ImportResult)


@router.put(
    "/imports/{import_id}/files/{name}",
    summary="Send a file",
    **{**_PUT, "openapi_extra": {**_PUT["openapi_extra"], **_FILE}},
)
async def send(
    asking: Sourcing,
    import_id: ImportId,
    name: FileName,
    *,
    replaces: Annotated[
        bool, Query(description="Whether it may take the place of a file of that name among those of the sources.")
    ] = False,
) -> Response:
    """The bytes of the file are the body, streamed to the disk; answers given so far are asked again."""
    body = pieces(asking.request, asyncio.get_running_loop())
    principal = asking.caller.principal
    async with AT_ONCE:
        return await run_in_threadpool(
            asking.fresh, lambda root: add_file(root, import_id, name, body, replaces=replaces, principal=principal)
        )


@router.delete("/imports/{import_id}/files/{name}", summary="Take a file out of an import", **answered_by(ImportResult))
def take_out(asking: Sourcing, import_id: ImportId, name: FileName) -> Response:
    """Nothing of it stays; answers given so far are asked again."""
    return asking.fresh(lambda root: take_file_out(root, import_id, name, principal=asking.caller.principal))


@router.post(
    "/imports/{import_id}/proposal", summary="What an import would write, and what it asks", **answered_by(ImportProposal)
)
def proposal(asking: Sourcing, import_id: ImportId) -> Response:
    """The questions of `fenji map`, the evidence for each column, and the difference in sources.yaml."""
    return asking.fresh(lambda root: propose_import(root, import_id, principal=asking.caller.principal))


@router.post("/imports/{import_id}/answers", summary="Answer questions of an import", **answered_by(ImportProposal, body=Answers))
def answers(asking: Sourcing, import_id: ImportId, body: AnswersBody) -> Response:
    """The proposal under all answers so far; 409 where somebody has changed the import since."""
    return asking.fresh(
        lambda root: answer_import(root, import_id, body.answers, edition=body.edition, principal=asking.caller.principal)
    )


@router.get("/imports/{import_id}/preview", summary="How the rows of an import will be read", **answered_by(ImportPreview))
def preview(asking: Sourcing, import_id: ImportId) -> Response:
    """The first rows as they came and as they are read, what becomes of all that were looked at, and sums of money; masked."""
    return asking.fresh(lambda root: preview_import(root, import_id))


@router.post(
    "/imports/{import_id}/accept",
    summary="Accept an import",
    **answered_by(ImportAccepted, body=Acceptance, is_once=True),
)
def accept(asking: Sourcing, import_id: ImportId, body: AcceptanceBody) -> Response:
    """Its files join those of the sources, and sources.yaml says what was shown; the next run reads them."""
    return done_once(
        asking,
        lambda: accept_import(
            asking.root,
            import_id,
            edition=body.edition,
            fingerprint=body.fingerprint,
            principal=asking.caller.principal,
        ),
        status=200,
    )


@router.post(
    "/imports/{import_id}/jobs",
    summary="Leave a step of an import to a worker",
    **answered_by(ToldJob, status=202, body=ImportWork, is_once=True),
)
def work(asking: Sourcing, import_id: ImportId, body: ImportWorkBody) -> Response:
    """For files that take longer than a request should: what the step answers stands in the file of the job, in both languages."""
    asking.read(lambda root: one_import(root, import_id))
    told = body.model_dump(mode="json", exclude_defaults=True)
    return started(asking, JobKind.IMPORT, {"import_id": import_id, **told})


@router.delete("/imports/{import_id}", summary="Drop an import", **answered_by(ImportResult))
def drop(
    asking: Sourcing,
    import_id: ImportId,
    edition: Annotated[int | None, Query(description="The edition that was seen; left out: any.", ge=1)] = None,
) -> Response:
    """Nothing of its files stays."""
    return asking.fresh(lambda root: drop_import(root, import_id, edition=edition, principal=asking.caller.principal))
