"""What is said of rows that were left out, and of identities in doubt?"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.reasons import EXPECTED, Reason
from fenji.language import Language, translate
from fenji.language import message as _

CONFLICTS: Mapping[str, str] = {
    "phone_shared_by_many": _("one phone, many customer ids"),
    "email_shared_by_many": _("one e-mail, many customer ids"),
    "union_id_shared_by_many": _("one UnionID, many customer ids"),
    "several_phones": _("one customer id, several phones"),
    "several_emails": _("one customer id, several e-mails"),
    "several_union_ids": _("one customer id, several UnionIDs"),
}


def expected_words(reason: str, language: Language) -> str:
    """What was expected instead of a row that was left out; a rule of sources.yaml speaks for itself.

    >>> expected_words("unpaid", Language.EN), expected_words("postage", Language.EN)
    ('an order that was paid', 'a row that no rule of sources.yaml leaves out: postage')
    """
    if reason in tuple(Reason):
        return translate(EXPECTED[Reason(reason)], language)
    return translate(_("a row that no rule of sources.yaml leaves out: {reason}"), language, reason=reason)


def conflict_words(kind: str, language: Language) -> str:
    """What is doubtful about an identity."""
    return translate(CONFLICTS[kind], language) if kind in CONFLICTS else kind
