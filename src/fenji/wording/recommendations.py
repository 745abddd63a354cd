"""Why is a product recommended, and what is it called?"""

from __future__ import annotations

from fenji.domain.contests import Contest
from fenji.domain.recommendations import Method, Reason
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.contests import CUSTOMERS, Contestants

METHOD_NAMES = {
    Method.POPULAR: _("popular: products that most customers bought lately"),
    Method.AGAIN: _("again: products the customer bought before, then popular ones"),
    Method.ITEMS: _("items: what customers who bought the same products also bought"),
    Method.FACTORS: _("factors: products close to the customer's taste"),
}


def product_label(product_id: str, name: str | None, language: Language) -> str:
    """A product by its name and id; by its id alone where it has no name."""
    return product_id if name is None else translate(_("{name} ({id})"), language, name=name, id=product_id)


def because(reason: Reason, product_id: str | None, name: str | None, language: Language) -> str:
    """Why a product is recommended.

    Args:
        reason: in one word.
        product_id: the product that speaks most for it; None where popularity does.
        name: what that product is called.
        language: of the reader.
    """
    if reason is Reason.AGAIN:
        return translate(_("bought before, and such things are bought again"), language)
    if reason is Reason.BOUGHT and product_id is not None:
        return translate(_("because of buying {product}"), language, product=product_label(product_id, name, language))
    if reason is Reason.BOUGHT:
        return translate(_("fits everything bought so far"), language)
    if reason is Reason.POPULAR_IN_TIER:
        return translate(_("popular among customers of the same tier"), language)
    return translate(_("popular among all customers"), language)


def contestants(found: Contest) -> Contestants:
    """How the sentence of a lost contest names what it compares."""
    return Contestants(
        subject=_("recommendations"),
        model=METHOD_NAMES[Method(found.model)],
        baseline=METHOD_NAMES[Method(str(found.baseline))],
        measure=_("share of later purchases not recommended"),
        show=lambda error: f"{error * 100:.1f} %",
        trials=CUSTOMERS,
    )
