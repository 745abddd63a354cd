"""Who is this, why this tier, what keeps it, what is missing, and what next? One customer; each block fails alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as Number
from fastapi.responses import Response

from fenji.answers.loyalty.points_customer import CustomerPointsResult
from fenji.answers.why import WhyResult
from fenji.domain.access import Right
from fenji.domain.churn import State
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.segments import SEGMENTATION_NAMES, Segmentation
from fenji.domain.words import Spoken
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.web.asking import Block
from fenji.web.forms import Sent
from fenji.web.lists import cell_words, tiers_of
from fenji.web.loyalty import is_published, new_key, words_of
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Customers, Unmasking, Visit
from fenji.wording import figures
from fenji.wording.offers import STATES as STATES_OF_VOUCHERS
from fenji.wording.points import KINDS, REASONS
from fenji.wording.segments import segment_name
from fenji.workflow.access.unmasking import note_opening, note_unmasking
from fenji.workflow.churn import churn_at
from fenji.workflow.customers import customer_at
from fenji.workflow.identity import identity_of
from fenji.workflow.loyalty.points_customer import points_of_customer
from fenji.workflow.loyalty.vouchers import list_vouchers
from fenji.workflow.priority import priority_at
from fenji.workflow.recommend import recommend_at
from fenji.workflow.segments import segments_at
from fenji.workflow.timeline import timeline_of
from fenji.workflow.value import value_at
from fenji.workflow.why import why_of
from fenji.workflow.workspace_now import workspace_now

PAGE = Page("/customers/{customer_key}", Entry.CUSTOMERS, _("Customer"), Right.CUSTOMERS_READ, is_tab=False)
ENTRIES, ALL_ENTRIES = 30, 1000
"""Of the time line at first, and where more are wanted."""
OFFERS = 5
VOUCHERS = 10
"""Of one account."""
_PERSON = (
    "customer_id",
    "name",
    "phone",
    "email",
    "kind",
    "region",
    "city",
    "acquisition_channel",
    "registered_on",
    "first_seen_on",
)
_FELT = ("satisfaction_12m", "nps_12m", "complaints_12m", "complaint_hours_to_resolution_12m")
_FIGURES = ("net_revenue_12m", "orders_12m", "days_since_last_order")
STATES = {State.ACTIVE: _("active"), State.LEFT: _("has left"), State.NEVER_BOUGHT: _("has never ordered")}

router = APIRouter()

Key = Annotated[int, Number(ge=0, le=2**63 - 1)]


@router.get("/customers/{customer_key:int}")
def customer(visit: Customers, customer_key: Key, *, whole: Annotated[bool, Query()] = False) -> Response:
    """The page; that it was opened is written down."""
    return _Opened(visit, customer_key, ALL_ENTRIES if whole else ENTRIES).shown()


@router.post("/customers/{customer_key:int}")
def unmasked(visit: Unmasking, customer_key: Key, sent: Sent) -> Response:
    """The same with names, phones, e-mails and ids in plain, once the reason is written down."""
    reason = sent.text("reason")
    known = visit.read(lambda root: identity_of(root, customer_key, run=visit.scope.run))
    personal = {each.value for each in known.contacts} | {each.source_customer_id for each in known.ids}
    note_unmasking(visit.serving.workspace, [known.customer_id or ""], reason, by=visit.caller, personal=personal)
    return _Opened(replace(visit, reason=reason), customer_key, ENTRIES).shown()


@dataclass(frozen=True)
class _Opened:
    """One customer, as one caller sees it."""

    visit: Visit
    key: int
    entries: int

    def shown(self) -> Response:
        return self.visit.page(PAGE, "pages/customer.html", self.made, has_persons=True)

    def made(self) -> Mapping[str, object]:
        visit, scope = self.visit, self.visit.scope
        before = visit.read(workspace_now).run_id
        why = visit.read(lambda root: why_of(root, self.text, as_of=scope.as_of, run=scope.run))
        note_opening(visit.serving.workspace, why.customer_id or "", by=visit.caller)
        timeline = visit.block(lambda root: timeline_of(root, self.key, as_of=why.as_of, run=scope.run, limit=self.entries))
        is_past = scope.run is not None and not getattr(timeline.found, "is_of_newest_data", False)
        person = visit.block(partial(_person, key=self.key, why=why, run=scope.run))
        found = {
            "why": why,
            "tiers": tiers_of(why.explanation.policy),
            "words": cell_words(visit.language),
            "person": person,
            "timeline": timeline,
            "identity": visit.block(lambda root: identity_of(root, self.key, run=scope.run)),
            "is_past": is_past,
            "is_plain": visit.reason is not None,
            "states": {each.value: visit.say(text) for each, text in STATES.items()},
            "customer_key": self.key,
            **self._points(why),
            **({} if is_past else self._analyses(why)),
        }
        if visit.read(workspace_now).run_id != before:
            raise Conflict.of(_("a new run was published while this page was made."), advice=_("Open it again."))
        return found

    @property
    def text(self) -> str:
        return f"key:{self.key}"

    def _analyses(self, why: WhyResult) -> dict[str, Block]:
        """What stored analyses say of the customer at the review."""
        of: dict[str, Any] = {"as_of": why.as_of, "policy": why.policy, "customer": self.text}
        return {
            "value": self._block(lambda root: _value(value_at(root, **of, top=1))),
            "churn": self._block(lambda root: _risk(churn_at(root, **of, top=1))),
            "priority": self._block(lambda root: _place(priority_at(root, **of, top=1))),
            "offers": self._block(lambda root: _offers(recommend_at(root, **of, top=OFFERS))),
            "segments": self._block(lambda root: _segments(segments_at(root, **of))),
        }

    def _points(self, why: WhyResult) -> dict[str, object]:
        """What the customer holds today; nothing where no program is published, or the reader may not see points."""
        visit = self.visit
        if not visit.may(Right.POINTS_READ) or not is_published(visit, DocumentKind.POINTS):
            return {"points": None, "vouchers": {}}
        found = visit.block(lambda root: points_of_customer(root, self.key, tier=why.tier, run=visit.scope.run))
        accounts = found.found.accounts if isinstance(found.found, CustomerPointsResult) else ()
        numbers = [each.balance.member_id for each in accounts] if is_published(visit, DocumentKind.OFFERS) else []
        return {
            "points": found,
            "vouchers": {
                number: visit.block(partial(list_vouchers, customer=f"member:{number}", limit=VOUCHERS)) for number in numbers
            },
            "kinds": words_of(visit, KINDS),
            "factor": _factor(found.found),
            "reason_names": words_of(visit, REASONS),
            "voucher_states": words_of(visit, STATES_OF_VOUCHERS),
            "key": new_key("adjust"),
        }

    def _block(self, make: Callable[[Path], object]) -> Block:
        return self.visit.block(make)


def _factor(found: object) -> str:
    """By which the points of the customer's tier are multiplied; empty where every tier earns alike."""
    if not isinstance(found, CustomerPointsResult) or found.factor is None:
        return ""
    return figures.trimmed(found.factor, 3)


def _person(root: Path, *, key: int, why: WhyResult, run: str | None) -> object:
    """What is known of the customer, and the figures that the run measured of it."""
    known = {each.slug for each in why.registry}
    columns = (*_PERSON, *_FIGURES, *(each for each in _FELT if each in known))
    return customer_at(root, key, columns=columns, as_of=why.as_of, run=run)


def _value(found: Any) -> Mapping[str, object]:  # noqa: ANN401 - an answer of value
    return {"customer": found.customer, "contracts": found.customer_contracts, "months": found.rules.clv_months}


def _risk(found: Any) -> Mapping[str, object]:  # noqa: ANN401 - an answer of churn
    return {"customer": found.customer, "warnings": found.warnings}


def _place(found: Any) -> Mapping[str, object]:  # noqa: ANN401 - an answer of priority
    return {"customer": found.customer, "lists": found.customer_lists, "of": found.customers}


def _offers(found: Any) -> Mapping[str, object]:  # noqa: ANN401 - an answer of recommend
    return {"rows": found.offers or (), "warnings": found.warnings}


def _segments(found: Any) -> list[Mapping[str, object]]:  # noqa: ANN401 - an answer of segments
    """Each segment in which the customer is: what the way of telling apart is called, what the segment is, and its list."""
    if found.customer is None:
        return []
    clusters = {each.cluster: each.name for each in found.clusters}
    place = found.customer.segments
    own = [(each, getattr(place, each.value)) for each in Segmentation]
    return [
        {
            "segmentation": SEGMENTATION_NAMES[each],
            "name": Spoken(partial(segment_name, each, str(segment), clusters)),
            "list": f"{each.value}={segment}",
        }
        for each, segment in own
        if segment is not None
    ]
