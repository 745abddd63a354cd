"""Which rules decide the tiers, in words, and what did each version change? All policies, and one of them with its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.drafts import DraftRow, PolicyDiffResult
from fenji.answers.editing import VersionRead
from fenji.answers.policies import VersionRow
from fenji.answers.tiers import TiersResult
from fenji.domain.access import Right
from fenji.domain.drafts import DraftStatus
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, Visit
from fenji.workflow.drafting.differing import diff_versions
from fenji.workflow.drafting.writing import list_drafts
from fenji.workflow.editing import read_version
from fenji.workflow.publishing import list_versions
from fenji.workflow.tiers import tiers_at

LIST = Page("/policies", Entry.POLICIES, _("Policies"), Right.FIGURES_READ, has_scope=False)
ONE = Page("/policies/{slug}", Entry.POLICIES, _("Rules of a policy"), Right.FIGURES_READ, place=9, is_tab=False, has_scope=False)
PAGES = (LIST, ONE)

OPEN = (DraftStatus.DRAFT, DraftStatus.SUBMITTED, DraftStatus.APPROVED, DraftStatus.REFUSED)
STATUS_NAMES: Mapping[DraftStatus, str] = {
    DraftStatus.DRAFT: _("being written"),
    DraftStatus.SUBMITTED: _("waits for approval"),
    DraftStatus.APPROVED: _("approved"),
    DraftStatus.REFUSED: _("refused"),
    DraftStatus.PUBLISHED: _("published"),
    DraftStatus.WITHDRAWN: _("withdrawn"),
}
MOST_NUMBER = 2**31 - 1
Number = Annotated[int | None, Query(ge=1, le=MOST_NUMBER)]

router = APIRouter()


@router.get(LIST.address)
def policies(visit: Figures) -> Response:
    """All policies, with the version in force and what is being worked on."""
    versions = visit.read(list_versions)
    drafts = visit.read(list_drafts).drafts
    rows = [_policy_row(slug, versions.versions, drafts) for slug in dict.fromkeys(each.policy for each in versions.versions)]
    open_drafts = [each for each in drafts if each.status in OPEN]
    values = {
        "as_of": versions.as_of,
        "policies": rows,
        "drafts": open_drafts,
        "waiting": sum(each.status is DraftStatus.SUBMITTED for each in drafts),
        "status_names": status_names(visit),
    }
    return visit.shown(LIST, "pages/policies.html", values)


@router.get(ONE.address)
def policy(visit: Figures, slug: str, version: Number = None, before: Number = None, after: Number = None) -> Response:
    """One version in words, and what it or another one changes."""
    read = visit.read(lambda root: read_version(root, slug, version))
    pair = _pair(read, before, after)
    diff = None if pair is None else visit.read(lambda root: diff_versions(root, slug, *pair))
    values = {
        "read": read,
        "diff": diff,
        "sides": _sides(read, diff),
        "counted": _counted(visit, read),
        "drafts": [each for each in visit.read(list_drafts).drafts if each.policy == slug and each.status in OPEN],
        "status_names": status_names(visit),
        "link_of": {"as_of": str(visit.scope.as_of)} if visit.scope.as_of else {},
    }
    return visit.shown(replace(ONE, title=slug), "pages/policy.html", values)


def status_names(visit: Visit) -> dict[str, str]:
    """How far drafts have come, in words."""
    return {each.value: visit.say(text) for each, text in STATUS_NAMES.items()}


def _policy_row(slug: str, versions: Sequence[VersionRow], drafts: Sequence[DraftRow]) -> Mapping[str, object]:
    own = [each for each in versions if each.policy == slug]
    return {
        "policy": slug,
        "in_force": next((each for each in own if each.is_in_force), None),
        "newest": max(own, key=lambda each: each.version),
        "versions": len(own),
        "open": sum(each.policy == slug and each.status in OPEN for each in drafts),
        "waiting": sum(each.policy == slug and each.status is DraftStatus.SUBMITTED for each in drafts),
    }


def _pair(read: VersionRead, before: int | None, after: int | None) -> tuple[int, int] | None:
    """Which two versions are compared: those that were asked for, else the one that is read and the one before it."""
    numbers = sorted(each.version for each in read.versions)
    shown = after or read.row.version
    earlier = [each for each in numbers if each < shown]
    old = before or (earlier[-1] if earlier else None)
    return None if old is None or old == shown else (old, shown)


def _sides(read: VersionRead, diff: PolicyDiffResult | None) -> list[VersionRow]:
    """The versions of a comparison, with who, why and when."""
    if diff is None:
        return []
    return [each for number in (diff.from_version, diff.to_version) for each in read.versions if each.version == number]


def _counted(visit: Visit, read: VersionRead) -> Mapping[str, object] | None:
    """The customers of each tier, where the run that is shown was decided by this policy."""
    found = visit.block(lambda root: tiers_at(root, as_of=visit.scope.as_of)).found
    if not isinstance(found, TiersResult) or (found.policy, found.version) != (read.row.policy, read.row.version):
        return None
    told = {each.tier: visit.view.count(each.customers) for each in found.tiers}
    return {"run": found.run_id, "as_of": found.as_of, "customers": told}
