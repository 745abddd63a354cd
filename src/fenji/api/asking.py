"""Who asks, what may they see, and how do they get their answer? One object for each request, made by the right that its route needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.responses import Response

from fenji.answers.frames import Answer as Rowed
from fenji.answers.json import customers_of, to_json
from fenji.answers.views import View
from fenji.api.streams import arrow_of
from fenji.domain.access import RIGHTS_OF, Caller, Right, Role
from fenji.errors import Forbidden, InvalidArgument
from fenji.http.admitting import admitted
from fenji.http.conditional import is_known, tag_of
from fenji.http.serving import Serving
from fenji.http.speaking import language_of
from fenji.language import Language
from fenji.language import message as _
from fenji.workspace.limits import limited_to

JSON = "application/json"
REASON = "fenji-reason"
"""The header by which somebody who may says why they must see personal fields as they are; percent-encoded UTF-8."""
_MOST_REASON = 500
VARY = "Authorization, Accept, Accept-Language, Fenji-Reason"

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Asking:
    """One request of somebody who may make it."""

    request: Request
    serving: Serving
    caller: Caller
    language: Language
    reason: str | None
    """Why personal fields must be seen as they are; None: they are masked."""

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return self.serving.root

    @property
    def is_masked(self) -> bool:
        """Whether personal fields are told masked."""
        return self.reason is None

    @property
    def view(self) -> View:
        """How much of an answer the caller sees; who may only look sees no small groups either."""
        return View(is_masked=self.is_masked, hides_small_groups=self.caller.rights <= RIGHTS_OF[Role.VIEWER])

    def stored(self, make: Callable[[Path], object]) -> Response:
        """An answer from published runs: told by its tag alone where the caller has it, made once where several ask.

        Args:
            make: the use-case, given the workspace's folder; it may compute and write nothing.
        """
        tag = self.tag()
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": VARY}
        if is_known(tag, self.request.headers.get("if-none-match")):
            return Response(status_code=304, headers=headers)
        if not self.is_masked:
            return self.found(make, headers)
        return Response(self.serving.kept.recall(tag, lambda: self._read(make)), media_type=JSON, headers=headers)

    def found(self, make: Callable[[Path], object], headers: Mapping[str, str] | None = None) -> Response:
        """An answer from published runs that nobody keeps: what is told unmasked, and what was asked by somebody's phone."""
        answer = self.read(make)
        self.write_down(answer)
        return Response(self.written(answer), media_type=JSON, headers={**(headers or {}), "Cache-Control": "no-store"})

    def told(self, answer: object, *, status: int = 200) -> Response:
        """An answer that nobody keeps."""
        return Response(self.written(answer), status, {"Cache-Control": "no-store"}, JSON)

    def fresh(self, make: Callable[[Path], object], *, status: int = 200) -> Response:
        """An answer from state and documents, made for this request; the use-case may write."""
        return self.told(self.within(make)(), status=status)

    def within(self, make: Callable[[Path], Answer]) -> Callable[[], Answer]:
        """A use-case that may write, asked of the customers whom the caller may see; that its answer is told unmasked is written down."""

        def made() -> Answer:
            with limited_to(self.caller.limits):
                answer = make(self.root)
            self.write_down(answer)
            return answer

        return made

    def rows(self, make: Callable[[Path], Rowed]) -> Response:
        """The main rows of such an answer as an Arrow stream."""
        answer = self.read(make)
        self.write_down(answer)
        return arrow_of(answer.to_arrow(self.language, self.view), {"Cache-Control": "no-store", "Vary": VARY})

    def read(self, make: Callable[[Path], Answer]) -> Answer:
        """What a use-case answers that may compute and write nothing."""
        return self.serving.read(make, self.caller)

    def written(self, answer: object) -> bytes:
        """An answer as it is sent."""
        return to_json(answer, self.language, self.view).encode()

    def write_down(self, answer: object) -> None:
        """Puts into the audit log that personal fields of customers are told as they are; nothing where they are masked."""
        if self.reason is not None:
            self.serving.unmasked(self.caller, self.reason, customers_of(answer))

    def tag(self) -> str:
        """The tag of this question's answer: over all that it depends on, and nobody's name."""
        asked = sorted(self.request.query_params.multi_items())
        accepted = self.request.headers.get("accept", "")
        told = (self.language, self.view, self.caller.limits)
        return tag_of([self.serving.version(), self.request.url.path, asked, accepted, *told])

    def _read(self, make: Callable[[Path], object]) -> bytes:
        return self.written(self.read(make))


@dataclass(frozen=True)
class Needs:
    """What a route asks of its callers; as a dependency it gives the ``Asking`` of the request, or refuses."""

    right: Right
    also: Right | None = None
    """A second right that must be there too."""

    @property
    def rights(self) -> tuple[Right, ...]:
        """All that are needed."""
        return (self.right,) if self.also is None else (self.right, self.also)

    def __call__(self, request: Request) -> Asking:
        """Who asks.

        Raises:
            NotAuthenticated: nobody is logged in.
            Forbidden: a right is missing.
            TooManyRequests: this caller has asked too often.
            InvalidArgument: the query holds names that this route does not know.
        """
        serving: Serving = request.app.state.serving
        caller = admitted(request, serving, *self.rights)
        return Asking(request, serving, caller, language_of(request), _reason(request, caller))


def _reason(request: Request, caller: Caller) -> str | None:
    written = request.headers.get(REASON)
    if written is None:
        return None
    if not caller.may(Right.PERSONAL_READ):
        raise Forbidden.of(_("personal fields as they are need the right {right}."), right=Right.PERSONAL_READ.value)
    reason = unquote(written, errors="replace").strip()
    if not reason or len(reason) > _MOST_REASON:
        raise InvalidArgument.of(_("say in 1 to {most} characters why personal fields must be seen."), most=_MOST_REASON)
    return reason


def needs_of(endpoint: Callable[..., object]) -> frozenset[Right]:
    """The rights that a handler declares, all of which its callers need; none where it declares none."""
    for each in inspect.signature(endpoint, eval_str=True).parameters.values():
        for mark in getattr(each.annotation, "__metadata__", ()):
            if isinstance(getattr(mark, "dependency", None), Needs):
                return frozenset(mark.dependency.rights)
    return frozenset()


Figures = Annotated[Asking, Depends(Needs(Right.FIGURES_READ))]
Customers = Annotated[Asking, Depends(Needs(Right.CUSTOMERS_READ))]
OneCustomer = Annotated[Asking, Depends(Needs(Right.CUSTOMER_FIND))]
Trial = Annotated[Asking, Depends(Needs(Right.WHATIF_ASK))]
Drafting = Annotated[Asking, Depends(Needs(Right.POLICIES_DRAFT))]
Approving = Annotated[Asking, Depends(Needs(Right.POLICIES_APPROVE))]
SeeingPoints = Annotated[Asking, Depends(Needs(Right.POINTS_READ))]
SeeingAllPoints = Annotated[Asking, Depends(Needs(Right.POINTS_READ, Right.FIGURES_READ))]
"""What is of the whole company is not for tills, which see the points of a customer who stands there."""
MovingPoints = Annotated[Asking, Depends(Needs(Right.POINTS_MOVE))]
AdjustingPoints = Annotated[Asking, Depends(Needs(Right.POINTS_ADJUST))]
ApprovingPoints = Annotated[Asking, Depends(Needs(Right.POINTS_APPROVE))]
ChangingOffers = Annotated[Asking, Depends(Needs(Right.OFFERS_CHANGE))]
Running = Annotated[Asking, Depends(Needs(Right.RUNS_START))]
Sourcing = Annotated[Asking, Depends(Needs(Right.SOURCES_CHANGE))]
Exporting = Annotated[Asking, Depends(Needs(Right.CUSTOMERS_EXPORT))]
Tabular = Annotated[Asking, Depends(Needs(Right.TABLES_READ))]
SeeingPeople = Annotated[Asking, Depends(Needs(Right.PEOPLE_READ))]
ChangingPeople = Annotated[Asking, Depends(Needs(Right.PEOPLE_CHANGE))]
Auditing = Annotated[Asking, Depends(Needs(Right.AUDIT_READ))]
