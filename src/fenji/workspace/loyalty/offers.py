"""Which offers are in force on a day? Only published versions count; a voucher keeps the one that it was issued under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from fenji.documents.offers import offers_document_from_text
from fenji.domain.loyalty.offers import Offer, Offers
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.loyalty.vouchers import Voucher
from fenji.errors import FenjiError, NotFound, unknown_name
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.loyalty.programs import RulesNotInForce


@dataclass(frozen=True)
class OfferVersions:
    """Every published version of one offers.yaml, the oldest first."""

    slug: str
    versions: tuple[Offers, ...]

    @property
    def program(self) -> str:
        """Whose members the customers are."""
        return self.versions[-1].program

    def on(self, day: date) -> Offers:
        """The version in force on a day.

        Raises:
            RulesNotInForce: the first one begins later.
        """
        found = [each for each in self.versions if each.heading.effective_on <= day]
        if not found:
            text = _("offers {name} begin on {first}; nothing can be issued on {day}.")
            raise RulesNotInForce.of(text, name=self.slug, first=self.versions[0].heading.effective_on, day=day)
        return found[-1]

    def offer(self, slug: str, day: date) -> Offer:
        """An offer that is in force on a day.

        Raises:
            NotFound: there is none of that name.
        """
        offers = self.on(day)
        found = offers.find(slug)
        if found is None:
            raise NotFound(unknown_name(_("offer"), slug, [each.slug for each in offers.offers]))
        return found

    def offer_of(self, voucher: Voucher) -> Offer:
        """The offer as it was when a voucher was issued."""
        return self.offer_in(voucher.offer, voucher.version)

    def offer_in(self, slug: str, version: int) -> Offer:
        """An offer of a version under which vouchers were issued."""
        found = next(each for each in self.versions if each.heading.version == version).find(slug)
        if found is None:
            message = f"offer {slug} is not in version {version}"
            raise AssertionError(message)
        return found


def offers_in(t: Transaction) -> dict[str, OfferVersions]:
    """All offers that were published, by the names of their documents."""
    found: dict[str, list[Offers]] = {}
    for each in t.loyalty.documents.list_published(DocumentKind.OFFERS):
        found.setdefault(each.heading.slug, []).append(_read(each.text, f"{each.heading.slug} {each.heading.version}"))
    return {slug: OfferVersions(slug, tuple(versions)) for slug, versions in found.items()}


def offers_of(t: Transaction, slug: str | None = None) -> OfferVersions:
    """Published offers; the only ones where none are named.

    Raises:
        NotFound: none are published, or none of that name, or several and none is named.
    """
    known = offers_in(t)
    if slug is None and len(known) == 1:
        return next(iter(known.values()))
    if slug in known:
        return known[slug]
    raise _unknown(slug, list(known))


def _unknown(slug: str | None, known: list[str]) -> FenjiError:
    if not known:
        text = _("no offers have been published.")
        return NotFound.of(text, advice=_("Write offers.yaml, then publish it: fenji offers publish offers.yaml"))
    if slug is None:
        text = _("there are several documents of offers: {names}.")
        return NotFound.of(text, advice=_("Say which one is meant."), names=", ".join(sorted(known)))
    return NotFound(unknown_name(_("document of offers"), slug, known))


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Offers:
    return offers_document_from_text(text, name).offers
