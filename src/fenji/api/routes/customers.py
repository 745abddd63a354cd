"""Who are these, and why do they stand where they stand? Lists page by page, one customer, and looking for people without naming them in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.customers import CustomersResult
from fenji.answers.filters import FiltersResult
from fenji.answers.timeline import IdentityResult, TimelineResult
from fenji.answers.why import WhyResult
from fenji.api.asking import Customers, OneCustomer
from fenji.api.bodies.customers import Lookup, LookupBody, Search, SearchBody
from fenji.api.parameters import After, AsOf, CustomerKey, EarlierOn, Limit, RunId, Where, customer_text
from fenji.api.routes.describing import answered_by
from fenji.api.streams import is_arrow_wanted
from fenji.domain.churn import RiskClass
from fenji.domain.lists import CustomerGroup, Move, Standing
from fenji.domain.priority import Mark
from fenji.workflow.customers import DEFAULT_COLUMNS, DEFAULT_SORT, customer_at, customers_at, find_customers
from fenji.workflow.filters import filters_at
from fenji.workflow.identity import identity_of
from fenji.workflow.timeline import timeline_of
from fenji.workflow.why import why_of
from fenji.workspace.customer_choice import Asked

router = APIRouter(tags=["customers"])

KEYED = ("customer_key", *DEFAULT_COLUMNS)
"""The columns of a list where none are named: the key leads to each customer's own address."""

Slug = Annotated[str | None, Query(max_length=64)]
Columns = Annotated[tuple[str, ...], Query(description="Columns in their order; repeated. None: the usual ones.", max_length=60)]
Sort = Annotated[str, Query(description="A column, with a minus before it where the largest come first.", max_length=100)]


@router.get(
    "/customers", summary="A list of customers, page by page", **answered_by(CustomersResult, is_stored=True, is_personal=True)
)
def customers(
    asking: Customers,
    *,
    where: Where = (),
    tier: Slug = None,
    standing: Annotated[Standing | None, Query(description="Whether they stand in a tier at all.")] = None,
    moved: Annotated[Move | None, Query(description="Which way they went between two reviews.")] = None,
    moved_from: Slug = None,
    moved_to: Slug = None,
    earlier_on: EarlierOn = None,
    segment: Annotated[
        str | None, Query(description="SEGMENTATION=SEGMENT, or a segment that only one segmentation has.", max_length=200)
    ] = None,
    risk: Annotated[
        str | None,
        Query(description=f"A class of risk ({', '.join(RiskClass)}) or the least probability of leaving.", max_length=20),
    ] = None,
    mark: Annotated[Mark | None, Query(description="The mark that priority gave.")] = None,
    group: Annotated[CustomerGroup | None, Query(description="A list that priority keeps.")] = None,
    columns: Columns = (),
    sort: Sort = DEFAULT_SORT,
    limit: Limit = 50,
    after: After = None,
    as_of: AsOf = None,
    run_id: RunId = None,
) -> Response:
    """The customers who meet all conditions, with the count of all of them; the page goes on where `after` says."""
    chosen = Asked(
        tier=tier, standing=standing, moved=moved, moved_from=moved_from, moved_to=moved_to, earlier_on=earlier_on, segment=segment, risk=risk,
        mark=mark, group=group, where=where,
    )  # fmt: skip
    shown = columns or KEYED
    make = lambda root: customers_at(root, chosen, columns=shown, sort=sort, limit=limit, after=after, as_of=as_of, run=run_id)  # noqa: E731
    return asking.rows(make) if is_arrow_wanted(asking.request) else asking.stored(make)


@router.get(
    "/customers/filters", summary="By what a list of customers can be narrowed", **answered_by(FiltersResult, is_stored=True)
)
def filters(asking: Customers, *, as_of: AsOf = None, run_id: RunId = None) -> Response:
    """The tiers, columns and segments of a review, without a row of anybody."""
    return asking.stored(lambda root: filters_at(root, as_of=as_of, run=run_id))


@router.post(
    "/customers/search",
    summary="Customers by id, phone, e-mail or name",
    **answered_by(CustomersResult, body=Search, is_personal=True),
)
def search(asking: Customers, *, body: SearchBody) -> Response:
    """Everybody who is known by a text, or by the entries of a list of up to 1,000; what was asked stands in no log."""
    shown = body.columns or KEYED
    text = body.text
    if text is not None:
        return asking.found(lambda root: find_customers(root, text, columns=shown, as_of=body.as_of))
    chosen = Asked(entries=body.entries)
    return asking.found(lambda root: customers_at(root, chosen, columns=shown, limit=1000, as_of=body.as_of))


@router.post(
    "/customers/lookup", summary="One customer of the own source, by its id", **answered_by(CustomersResult, body=Lookup)
)
def lookup(asking: OneCustomer, *, body: LookupBody) -> Response:
    """What a till may know: the tier, since when, and the usual columns, masked."""
    return asking.found(lambda root: find_customers(root, body.customer_id, columns=KEYED, as_of=body.as_of))


@router.get(
    "/customers/{customer_key:int}", summary="One customer", **answered_by(CustomersResult, is_stored=True, is_personal=True)
)
def customer(
    asking: Customers, *, customer_key: CustomerKey, columns: Columns = (), as_of: AsOf = None, run_id: RunId = None
) -> Response:
    """A list of one; 404 where there is nobody of that key who may be seen."""
    return asking.stored(lambda root: customer_at(root, customer_key, columns=columns or KEYED, as_of=as_of, run=run_id))


@router.get(
    "/customers/{customer_key:int}/why",
    summary="Why a customer stands in a tier",
    **answered_by(WhyResult, is_stored=True, is_personal=True),
)
def why(asking: Customers, *, customer_key: CustomerKey, as_of: AsOf = None, run_id: RunId = None) -> Response:
    """Every condition with value and threshold, what keeps the tier, what is missing for the next, and the history."""
    return asking.stored(lambda root: why_of(root, customer_text(customer_key) or "", as_of=as_of, run=run_id))


@router.get(
    "/customers/{customer_key:int}/timeline",
    summary="What has happened with a customer",
    **answered_by(TimelineResult, is_stored=True, is_personal=True),
)
def timeline(
    asking: Customers, *, customer_key: CustomerKey, limit: Limit = 50, as_of: AsOf = None, run_id: RunId = None
) -> Response:
    """Orders, returns, feedback, contacts and coupons up to a day, newest first."""
    return asking.stored(lambda root: timeline_of(root, customer_key, as_of=as_of, run=run_id, limit=limit))


@router.get(
    "/customers/{customer_key:int}/identity",
    summary="By which ids a customer is known",
    **answered_by(IdentityResult, is_stored=True, is_personal=True),
)
def identity(asking: Customers, *, customer_key: CustomerKey, run_id: RunId = None) -> Response:
    """Every id with what tied it to the customer, and the phones, e-mails and names."""
    return asking.stored(lambda root: identity_of(root, customer_key, run=run_id))
