"""What is answered to the question how files would be read: a proposal, what it leaves open, and what a run would keep?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from fenji.collect.asking.questions import Question
from fenji.collect.proposing import Proposal
from fenji.collect.remarks import Remark
from fenji.collect.understanding.proposal import ProposedColumn, ProposedSource
from fenji.domain.feeds import Feed
from fenji.domain.telling import HIDDEN, WITHHELD, Named, told
from fenji.errors import Problem


class MessageKind(StrEnum):
    """What a message about a source means for it."""

    MISSING = "missing"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class SourceMessage:
    """One thing that is said about a source."""

    code: str
    """Stable; see the page of messages."""
    kind: MessageKind
    """Whether it keeps the source from use, is to be known before the numbers are trusted, or tells a decision."""
    text: Remark
    """In words."""


@dataclass(frozen=True)
class SourceProposal:
    """One entry of sources.yaml as it would be written."""

    source: str
    """Its name."""
    feed: Feed | None
    """What its rows are; null: unknown."""
    files: tuple[str, ...]
    """As they would be written."""
    sheets: tuple[str, ...]
    """Of workbooks; none: all, or no workbooks."""
    belongs_to: str | None
    """The source with the orders of these lines, payments or returns; null: it stands for itself."""
    platform: Remark | None
    """The shop platform or data set, where its headers are known."""
    is_usable: bool
    """Whether a run can read the entry without an edit."""
    columns: tuple[ProposedColumn, ...]
    """Which column is which field."""
    missing: tuple[Remark, ...]
    """Why it cannot be used."""
    warnings: tuple[Remark, ...]
    """What should be known before the numbers are trusted."""
    notes: tuple[Remark, ...]
    """Decisions taken, with the reason."""
    messages: tuple[SourceMessage, ...]
    """All of these with their codes."""
    unused: tuple[str, ...]
    """Headers that fill no field."""

    @classmethod
    def of(cls, source: ProposedSource) -> SourceProposal:
        """A source as it was proposed."""
        said = ((MessageKind.MISSING, source.blocking), (MessageKind.WARNING, source.warnings), (MessageKind.NOTE, source.notes))
        return cls(
            source=source.name,
            feed=source.feed,
            files=source.paths,
            sheets=source.sheets,
            belongs_to=source.belongs_to,
            platform=source.platform,
            is_usable=source.is_usable,
            columns=source.columns,
            missing=source.blocking,
            warnings=source.warnings,
            notes=source.notes,
            messages=tuple(SourceMessage(each.code, kind, each) for kind, found in said for each in found),
            unused=source.unused,
        )


@dataclass(frozen=True)
class Loss:
    """Rows of a source that a run would leave out for one reason."""

    reason: str
    """See the page of reasons, or the words of a drop rule."""
    rows: int
    """How many."""
    field: str | None
    """The field at fault; null where none is."""
    came: Annotated[str | None, WITHHELD]
    """What stood in one of them; null where nobody may see it."""
    file: str
    """Where that one stands."""
    row: int
    """Its row in the file."""


@dataclass(frozen=True)
class RehearsedSource:
    """What would become of the rows of one source that were looked at."""

    source: str
    """Its name."""
    rows: int
    """How many were looked at."""
    kept: int
    """Of them, those that a run would keep."""
    losses: tuple[Loss, ...]
    """The commonest reasons first, three at most."""


@dataclass(frozen=True)
class Rehearsal:
    """What a run would make of the rows that were looked at."""

    sources: tuple[RehearsedSource, ...]
    """By name."""
    customers: int
    orders: int
    """How many."""
    net_revenue: Decimal
    """Theirs, without returns."""
    unattributed_net_revenue: Decimal
    """Of it, what would belong to no customer."""
    first_order_on: date | None
    """Day of the first order; null where there is none."""
    last_order_on: date | None
    """Day of the last one."""
    problems: tuple[Problem, ...] = ()
    """What would keep a run from starting at all, such as rates of foreign currencies that are missing."""


@dataclass(frozen=True)
class MapResult:
    """A proposal for sources.yaml, what a run would make of it, and where it was written."""

    proposal: Annotated[Proposal, HIDDEN]
    text: Annotated[str, Named("yaml")]
    """The commented sources.yaml."""
    rehearsal: Rehearsal | None
    """What a run would make of the rows that were looked at; null where it could use nothing."""
    written: str | None = None
    """The file it was written to; null where it was only asked for."""
    run_id: None = None
    as_of: None = None

    @property
    @told
    def sources(self) -> tuple[SourceProposal, ...]:
        """The entries that are proposed."""
        return tuple(SourceProposal.of(each) for each in self.proposal.sources)

    @property
    @told
    def questions(self) -> tuple[Question, ...]:
        """What is open."""
        return tuple(each for each in self.proposal.questions if each.is_open)

    @property
    @told
    def answered(self) -> tuple[Question, ...]:
        """Questions with an answer, given now or before."""
        return tuple(each for each in self.proposal.questions if not each.is_open)

    @property
    @told
    def refusals(self) -> tuple[Question, ...]:
        """Files that are not used, each with the one thing to do."""
        return self.proposal.refusals

    @property
    def is_open(self) -> bool:
        """Whether a question waits for an answer."""
        return bool(self.questions)

    @property
    def waits(self) -> bool:
        """Whether a file counts for nothing until somebody answers."""
        return any(each.default is None for each in self.questions)
