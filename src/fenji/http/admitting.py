"""May somebody make this request? The right that it needs, how often they ask, and that the address holds nothing that would be passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_origin

from fastapi import Request

from fenji.domain.access import Caller, Right
from fenji.errors import Forbidden, InvalidArgument, Place, Problem, unknown_name
from fenji.http.serving import Serving
from fenji.language import message as _


def admitted(request: Request, serving: Serving, *rights: Right, also_known: Mapping[str, bool] | None = None) -> Caller:
    """Who asks, where they may.

    Args:
        request: what is asked.
        serving: how callers are known.
        rights: what they need, all of it.
        also_known: parameters that every address of an entrance takes, and whether each may stand several times.

    Raises:
        NotAuthenticated: nobody is logged in.
        Forbidden: a right is missing.
        TooManyRequests: this caller has asked too often.
        InvalidArgument: the query holds names that this route does not know.
    """
    caller = serving.authenticate(request)
    serving.rates.count(f"{caller.principal.kind}:{caller.principal.name}")
    for each in rights:
        if not caller.may(each):
            raise Forbidden.of(
                _("this needs the right {right}, which {name} does not have."),
                advice=_("Ask an administrator of this workspace."),
                right=each.value,
                name=caller.principal.name,
            )
    known = {**(also_known or {}), **_known_parameters(request)}
    InvalidArgument.raise_if(parameter_problems([name for name, _value in request.query_params.multi_items()], known))
    request.state.principal = caller.principal.name
    return caller


def _known_parameters(request: Request) -> dict[str, bool]:
    """The parameters of a route, and whether each may stand several times."""
    route: Any = request.scope["route"]
    return {each.alias: get_origin(each.field_info.annotation) is tuple for each in route.dependant.query_params}


def parameter_problems(given: Sequence[str], known: Mapping[str, bool]) -> list[Problem]:
    """Names in a query that mean nothing here, each with the nearest one that does, and names that stand there twice.

    Args:
        given: as they came.
        known: whether each name may stand there several times.
    """
    unknown = [
        unknown_name(_("parameter"), each[:60], known, place=Place(column=f"?{each[:60]}"))
        for each in sorted(set(given))
        if each not in known
    ]
    twice = [each for each in known if not known[each] and given.count(each) > 1]
    text = _("'{name}' stands there more than once.")
    return [*unknown, *(Problem(text, {"name": each}, Place(column=f"?{each}")) for each in twice)]
