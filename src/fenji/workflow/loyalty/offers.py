"""How does an offers.yaml become offers that nobody can change any more, and how far are their limits used?"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from fenji.analyze.metrics.events import kinds_named
from fenji.answers.loyalty.offers import OfferRow, OffersResult, VersionOfOffers, VersionsOfOffers
from fenji.documents.offers import OffersDocument, offers_document_from_text
from fenji.documents.reader import text_of
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.loyalty.offers import Offers
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.loyalty.vouchers import OfferCount
from fenji.domain.principals import Principal
from fenji.errors import Conflict, InvalidDocument, NotFound, Problem
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace, own_metrics_of, policies_of, policy_in_force
from fenji.workspace.loyalty.offers import offers_in, offers_of
from fenji.workspace.tiering import registry_of


def lint_offers(root: Path, file: Path) -> OffersResult:
    """Reads offers and says what is wrong with them.

    Raises:
        NotFound: no workspace, no such file, or no policy whose tiers are named.
        InvalidDocument: they cannot be used; all problems at once, each at its line.
    """
    return lint_offers_text(root, text_of(file), str(file))


def lint_offers_text(root: Path, text: str, name: str) -> OffersResult:
    """As lint_offers, of a text that is called so where something is wrong with it.

    Raises:
        NotFound: no workspace, or no policy whose tiers are named.
        InvalidDocument: they cannot be used; all problems at once, each at its line.
    """
    read = _read(open_workspace(root), text, name)
    return _told(read.offers, {}, is_published=False, warnings=read.warnings)


def publish_offers(root: Path, file: Path, *, principal: Principal | None = None) -> OffersResult:
    """Freezes the version of offers that stands in a file; vouchers that are issued from then on keep it.

    Args:
        root: the workspace.
        file: the offers.yaml.
        principal: who publishes it; None: the user of the operating system. The author is who the file says.

    Raises:
        NotFound: no workspace, no such file, or no policy whose tiers are named.
        InvalidDocument: they cannot be used, or author or reason is blank.
        Conflict: this version or a higher one is published, one that takes effect on the same day or later, or offers of another name.
    """
    return publish_offers_text(root, text_of(file), str(file), principal=principal)


def publish_offers_text(root: Path, text: str, name: str, *, principal: Principal | None = None) -> OffersResult:
    """As publish_offers, of a text that is called so where something is wrong with it.

    Raises:
        NotFound: no workspace, or no policy whose tiers are named.
        InvalidDocument: they cannot be used, or author or reason is blank.
        Conflict: as publish_offers.
    """
    workspace = open_workspace(root)
    read = _read(workspace, text, name)
    heading = read.offers.heading
    blank = [name for name in ("author", "why") if not getattr(heading, name).strip()]
    said = _("'{name}' must not be blank in a document that is published.")
    InvalidDocument.raise_if(Problem(said, {"name": name}, read.document.place((name,))) for name in blank)
    with workspace.state.transaction(principal or acting_person()) as t:
        others = {slug for slug, each in offers_in(t).items() if slug != heading.slug or each.program != read.offers.program}
        if others:
            # Limits and stacking are decided among the offers of one document.
            raise Conflict.of(
                _(
                    "offers of the name {name} and program {program} are published already; a workspace has one document of offers."
                ),
                advice=_("Publish this one as a version of that name."),
                name=min(others),
                program=offers_in(t)[min(others)].program,
            )
        t.loyalty.documents.publish(DocumentKind.OFFERS, heading, text)
        subject = Subject(SubjectKind.OFFER, f"{heading.slug} {heading.version}")
        t.audit.add(Action.OFFERS_PUBLISHED, subject, {"effective_on": heading.effective_on.isoformat()})
    return _told(read.offers, {}, is_published=True, warnings=read.warnings)


def list_offers(root: Path) -> VersionsOfOffers:
    """Every version of offers that was published.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    day = today(workspace.settings.time_zone)
    if not workspace.state.is_there:
        return VersionsOfOffers((), day)
    with workspace.state.reading() as t:
        published = t.loyalty.documents.list_published(DocumentKind.OFFERS)
    counts = [each.heading for each in published if each.heading.effective_on <= day]
    rows = (
        VersionOfOffers(
            offers=each.heading.slug,
            version=each.heading.version,
            effective_on=each.heading.effective_on,
            author=each.heading.author,
            why=each.heading.why,
            published_at=each.published_at,
            is_in_force=bool(counts) and each.heading == counts[-1],
        )
        for each in published
    )
    return VersionsOfOffers(tuple(rows), day)


def show_offers(root: Path, *, on: date | None = None) -> OffersResult:
    """The offers that are in force on a day, with how far their limits are used.

    Args:
        root: the workspace.
        on: the day; None: today.

    Raises:
        NotFound: no workspace, or none are published.
        RulesNotInForce: the first version begins later.
    """
    workspace = open_workspace(root, by_customer=True)
    day = on or today(workspace.settings.time_zone)
    if not workspace.state.is_there:
        raise NotFound.of(
            _("no offers have been published."), advice=_("Write offers.yaml, then publish it: fenji offers publish offers.yaml")
        )
    with workspace.state.reading() as t:
        offers = offers_of(t).on(day)
        counts = {each.offer: each for each in t.loyalty.voucher_uses.counts(offers.program)}
    return _told(offers, counts, is_published=True)


def _read(workspace: Workspace, text: str, name: str) -> OffersDocument:
    try:
        day = offers_document_from_text(text, name).offers.heading.effective_on
    except InvalidDocument:
        # Its names are checked all the same, so that all problems are said at once.
        day = today(workspace.settings.time_zone)
    policy = policy_in_force(policies_of(workspace), workspace.settings.policy, as_of=day).policy
    kinds = kinds_named(re.findall(r"[a-z][a-z0-9_]*", text))
    metrics = [each.slug for each in registry_of(own_metrics_of(workspace), policy, kinds)]
    return offers_document_from_text(text, name, tiers=[each.slug for each in policy.tiers], metrics=metrics)


def _told(
    offers: Offers, counts: dict[str, OfferCount], *, is_published: bool, warnings: tuple[Problem, ...] = ()
) -> OffersResult:
    heading = offers.heading
    rows = tuple(OfferRow.of(each, counts.get(each.slug, OfferCount(each.slug, 0, 0, 0, 0))) for each in offers.offers)
    return OffersResult(
        offers=heading.slug,
        version=heading.version,
        effective_on=heading.effective_on,
        is_published=is_published,
        program=offers.program,
        list=rows,
        warnings=warnings,
    )
