"""Where do the data come from, when were they read last, and how is a source taken back?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.importing import SourcesResult
from fenji.domain.access import Right
from fenji.domain.feeds import Feed
from fenji.errors import Conflict, FenjiError
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import Sent
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import ChangingSources, Sourcing, Visit
from fenji.wording.feeds import feed_name, field_name
from fenji.workflow.importing.sources import list_sources, take_source_back

PAGE = Page("/data", Entry.DATA, _("Sources"), Right.SOURCES_CHANGE, place=0, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def sources(visit: Sourcing) -> Response:
    """The sources, and what the last run made of each."""
    return _shown(visit)


@router.post("/data/sources/without")
def take_back(visit: ChangingSources, sent: Sent) -> Response:
    """Takes a source out of sources.yaml; the next run does without it."""
    name, fingerprint = sent.text("source"), sent.text("fingerprint")
    try:
        visit.changed(lambda root: take_source_back(root, name, fingerprint=fingerprint, principal=visit.caller.principal))
    except Conflict as failed:
        return _shown(visit, failed)
    said = _("{source} is taken back: the next run does without it. Its files stay where they are.")
    return visit.sent_to(PAGE.address, said, source=name)


def _shown(visit: Visit, failed: FenjiError | None = None) -> Response:
    found: SourcesResult = visit.read(list_sources)
    accounts = [each.account for each in found.sources if each.account is not None]
    values = {
        "sources": found.sources,
        "fingerprint": found.fingerprint,
        "feeds": {each.value: feed_name(each, visit.language) for each in Feed},
        "fields": {
            each.source: {name: field_name(each.feed, name, visit.language) for name in each.fields} for each in found.sources
        },
        "rows_in": sum(each.rows_in for each in accounts),
        "kept": sum(each.kept for each in accounts),
        "run": None if not accounts else accounts[0],
        "unread": [each for each in found.sources if each.account is None],
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(PAGE, "pages/sources.html", values, status=200 if failed is None else status_of(failed))
