"""Who asks for a page, and what may they see of it? Answers of use-cases within the limits, the language and the view of one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request

from fenji.answers.json import plain
from fenji.answers.views import View
from fenji.domain.access import RIGHTS_OF, Caller, Right, Role
from fenji.errors import FenjiError, Kind, NotStored
from fenji.http.failing import report
from fenji.http.serving import Serving
from fenji.language import Language, translate
from fenji.reports.charts.of_answers.parts import Reader
from fenji.web.navigation import Entry
from fenji.web.scope import Scope
from fenji.workflow.loyalty.versions import kinds_published
from fenji.workspace.limits import limited_to

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Block:
    """A part of a page that may fail alone."""

    found: object
    """What it shows; None where it failed."""
    missing: Mapping[str, object] | None = None
    """Where nobody has computed it yet: ``command`` and ``day``."""
    problems: tuple[str, ...] = ()
    """Why it stands empty."""


@dataclass(frozen=True)
class Asker:
    """Who asks, and about what."""

    request: Request
    serving: Serving
    caller: Caller
    session: str
    language: Language
    scope: Scope
    reason: str | None = None
    """Why personal fields are seen as they are, once that was written down; None: they are masked."""

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return self.serving.root

    @property
    def view(self) -> View:
        """How much of an answer the caller sees: personal fields masked; who may only look sees no small groups either."""
        return View(is_masked=self.reason is None, hides_small_groups=self.caller.rights <= RIGHTS_OF[Role.VIEWER])

    @property
    def reader(self) -> Reader:
        """For whom charts are made."""
        return Reader(self.language, self.view)

    def may(self, right: Right | str) -> bool:
        """Whether the caller may do something."""
        return self.caller.may(Right(right))

    def say(self, text: str, **values: object) -> str:
        """A message in the language of the page."""
        return translate(text, self.language, **values)

    def told(self, value: object) -> Any:  # noqa: ANN401 - as templates read it
        """An answer, or several, as the caller may see it."""
        return plain(value, self.language, self.view)

    def read(self, make: Callable[[Path], Answer]) -> Answer:
        """What a use-case answers that may compute and write nothing, of the customers whom the caller may see."""
        return self.serving.read(make, self.caller)

    def changed(self, make: Callable[[Path], Answer]) -> Answer:
        """What a use-case answers that may write; for forms."""
        with limited_to(self.caller.limits):
            return make(self.root)

    @cached_property
    def hidden(self) -> frozenset[Entry]:
        """Entries that are not shown: nothing was published of which their pages tell, and the caller could not publish it."""
        is_shown = self.may(Right.POLICIES_APPROVE) or self.read(kinds_published)
        return frozenset() if is_shown else frozenset({Entry.ACTIONS})

    def block(self, make: Callable[[Path], object]) -> Block:
        """The same as ``read`` for a part of a page that may fail alone."""
        try:
            return Block(self.read(make))
        except NotStored as missing:
            return Block(None, missing=missing.problems[0].values)
        except FenjiError as failed:
            self.note(failed)
            return Block(None, problems=tuple(self.problems_of(failed)))

    def note(self, failed: FenjiError) -> None:
        """Remembers that a part of the page is missing that may be there the next time, and reports a bug."""
        if failed.kind is not Kind.NOT_FOUND:  # what is not there is not there before the next run, whose page is another one
            self.request.state.has_failed = True
        if failed.kind is Kind.BUG:
            report(self.request, failed)

    def problems_of(self, failed: FenjiError) -> list[str]:
        """What went wrong, as the caller may see it; nothing of a bug."""
        if failed.kind is Kind.BUG:
            return []
        seen = (self.view.problem(each) for each in failed.problems)
        return [f"{each.what(self.language)} {each.what_to_do(self.language)}".strip() for each in seen]
