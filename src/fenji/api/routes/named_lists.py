"""Which lists do people keep under a name? Conditions alone: who meets them is asked at /customers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from fenji.answers.named_lists import NamedListsResult
from fenji.api.asking import Customers
from fenji.api.bodies.customers import KeptList, KeptListBody
from fenji.api.once import done_once
from fenji.api.routes.describing import answered_by
from fenji.workflow.named_lists import list_named, remove_list, save_list
from fenji.workspace.customer_choice import Asked

router = APIRouter(tags=["customers"])

ListId = Annotated[str, Path(description="Of the list.", max_length=40)]


@router.get("/lists", summary="Lists that people keep", **answered_by(NamedListsResult))
def lists(asking: Customers) -> Response:
    """All of them, by name, each with its conditions as the parameters of GET /customers."""
    return asking.fresh(list_named)


@router.post("/lists", summary="Keeps a list", **answered_by(NamedListsResult, status=201, body=KeptList, is_once=True))
def kept(asking: Customers, body: KeptListBody) -> Response:
    """Under a name that no other list has."""
    conditions = body.model_dump(exclude={"name"})
    make = asking.within(lambda root: save_list(root, body.name, Asked(**conditions), by=asking.caller))
    return done_once(asking, make)


@router.delete("/lists/{list_id}", summary="Removes a list", **answered_by(NamedListsResult))
def removed(asking: Customers, list_id: ListId) -> Response:
    """One's own, or any for whoever looks after people."""
    return asking.fresh(lambda root: remove_list(root, list_id, by=asking.caller))
