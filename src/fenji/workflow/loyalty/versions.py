"""Which versions of programs, offers and benefits were published, what do they say, and with what text does the next one begin?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from fenji.answers.loyalty.versions import DocumentRead, DocumentVersion
from fenji.domain.loyalty.published import DocumentKind, PublishedDocument
from fenji.domain.policies import Policy
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace, policies_of, policy_in_force
from fenji.workspace.loyalty.documents import next_text
from fenji.workspace.opening import open_question


def kinds_published(root: Path) -> frozenset[DocumentKind]:
    """Of which kinds of documents a version was published.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    return frozenset(kind for kind in DocumentKind if _published(workspace, kind))


def read_document(root: Path, kind: DocumentKind, *, name: str | None = None, version: int | None = None) -> DocumentRead:
    """The versions of a kind of document, and the text of one of them.

    Args:
        root: the workspace.
        kind: which document.
        name: that it gives itself; None: that of the version that was published last.
        version: whose text; None: the one in force, else the newest.

    Raises:
        NotFound: no workspace, or no such version.
    """
    workspace = open_workspace(root, by_customer=True)
    day = today(workspace.settings.time_zone)
    published = _published(workspace, kind)
    versions = {each: _version(each, published, day) for each in published}
    shown = _chosen(published, name, version, day)
    if shown is None and (name is not None or version is not None):
        raise NotFound.of(_("no such version was published."))
    return DocumentRead(
        kind, tuple(versions.values()), None if shown is None else versions[shown], "" if shown is None else shown.text, day
    )


def begin_document(root: Path, kind: DocumentKind) -> str:
    """The text with which the next version begins: the newest one with another number and day, or an example for the tiers of the policy in force.

    Raises:
        NotFound: no workspace, or nothing was published and there is no policy whose tiers the example could name.
    """
    workspace = open_workspace(root, by_customer=True)
    day = today(workspace.settings.time_zone)
    published = _published(workspace, kind)
    if published:
        newest = max(published, key=lambda each: each.published_at)
        last = max(each.heading.version for each in published if each.heading.slug == newest.heading.slug)
        first_day = max(day, newest.heading.effective_on) + timedelta(days=1)
        return next_text(newest.text, version=last + 1, effective_on=first_day)
    policy = policy_in_force(policies_of(workspace), workspace.settings.policy, as_of=day).policy
    program = next((each.heading.slug for each in _published(workspace, DocumentKind.POINTS)), "points")
    return _EXAMPLES[kind](policy, _first_day(workspace, day) if kind is DocumentKind.POINTS else day, program)


def _published(workspace: Workspace, kind: DocumentKind) -> tuple[PublishedDocument, ...]:
    if not workspace.state.is_there:
        return ()
    with workspace.state.reading() as t:
        return t.loyalty.documents.list_published(kind)


def _chosen(published: Sequence[PublishedDocument], name: str | None, version: int | None, day: date) -> PublishedDocument | None:
    if not published:
        return None
    slug = name or max(published, key=lambda each: each.published_at).heading.slug
    own = [each for each in published if each.heading.slug == slug]
    if version is not None:
        return next((each for each in own if each.heading.version == version), None)
    counting = [each for each in own if each.heading.effective_on <= day]
    return counting[-1] if counting else own[-1] if own else None


def _version(each: PublishedDocument, published: Sequence[PublishedDocument], day: date) -> DocumentVersion:
    heading = each.heading
    counting = [one.heading for one in published if one.heading.slug == heading.slug and one.heading.effective_on <= day]
    return DocumentVersion(
        heading.slug,
        heading.version,
        heading.effective_on,
        heading.author,
        heading.why,
        each.published_at,
        bool(counting) and counting[-1] == heading,
    )


def _first_day(workspace: Workspace, day: date) -> date:
    """The month of the newest data: from its first day on orders earn points."""
    with open_question(workspace) as session:
        try:
            newest = session.latest().new.as_of
        except NotFound:
            newest = None
    return (newest or day).replace(day=1)


def _program(policy: Policy, day: date, program: str) -> str:
    factors = ", ".join(f"{each.slug}: {1 + rank}" for rank, each in enumerate(policy.tiers))
    return f"""program: {program}
version: 1
effective_on: {day}      # orders of earlier days earn nothing
author: ""
why: ""
earn:
  per: 100                      # so much money
  points: 1                     # earns so many points
  multiply: {{of: last_review, factors: {{{factors}}}}}
pending: 7d                     # after the order; none: at once
expire: {{after: 12m, at_end_of: month}}
redeem: {{points: 1, worth: 1.00, at_least: 10, step: 10}}
refund: {{shortfall: debt, reinstate: 30d}}
cost_per_point: 0.90            # what a redeemed point costs
expected_redemption: 0.85       # until own months show it
adjust: {{reasons: [goodwill, error, migration], above: {{points: 500, needs: approver}}}}
"""


def _offers(policy: Policy, day: date, program: str) -> str:
    return f"""offers: shop
version: 1
effective_on: {day}
author: ""
why: ""
program: {program}
list:
  - offer: welcome_20
    name: {{zh: 满200减20, en: 20 off 200}}
    discount: {{amount: 20.00}}
    when: {{order_at_least: 200.00}}
    for: {{tiers: [{policy.tiers[0].slug}]}}
    valid: {{days: 30}}           # the day of issue included
    limits: {{per_customer: 1, total: 1000, budget: 20000.00}}
    return_on_refund: true
"""


def _benefits(policy: Policy, day: date, _name: str) -> str:
    high = ", ".join(each.slug for each in policy.tiers[-2:])
    return f"""benefits: membership
version: 1
effective_on: {day}
author: ""
why: ""
policy: {policy.slug}
list:
  - {{benefit: free_delivery, name: {{zh: 包邮, en: Free delivery}}, tiers: [{high}], cost: {{each: 8.00, uses_from: orders_12m}}}}
  - {{benefit: birthday_gift, name: {{zh: 生日礼, en: Birthday gift}}, tiers: [{policy.tiers[-1].slug}], cost: {{each: 68.00, uses_a_year: 0.8}}, limit: {{times: 1, per: year}}}}
"""


_EXAMPLES = {DocumentKind.POINTS: _program, DocumentKind.OFFERS: _offers, DocumentKind.BENEFITS: _benefits}
"""An example of each, for the tiers of a policy."""
