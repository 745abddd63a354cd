"""At what desk are points asked for? A program, the company's day, and members by the ids that people know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from fenji.domain.loyalty.records import Member
from fenji.domain.principals import Principal
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound, unknown_name
from fenji.language import message as _
from fenji.prepare.identity import WORKSPACE_IDS
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.workspace.folder import Workspace, sources_of
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import program_of

Result = TypeVar("Result")


@dataclass(frozen=True)
class Desk:
    """Where somebody works with the points of a workspace."""

    workspace: Workspace
    program: str | None
    """None: the only one."""

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.workspace.settings.time_zone)

    @cached_property
    def spaces(self) -> Mapping[str, str]:
        """See id_spaces."""
        return id_spaces(self.workspace)

    def member(self, points: Points, text: str) -> Member:
        """See member_meant."""
        return member_meant(points, self.spaces, text)

    def points(self, t: Transaction) -> Points:
        """The points of the program, inside a transaction.

        Raises:
            NotFound: no such program is published.
        """
        now = t.clock()

        def day_of(moment: datetime) -> date:
            return moment.astimezone(self.zone).date()

        return Points(t, program_of(t, self.program), day_of(now), now, day_of)

    def read(self, work: Callable[[Points], Result]) -> Result:
        """Asks; nothing is changed.

        Raises:
            NotFound: nothing was ever written, or no such program is published.
        """
        with self.workspace.state.reading() as t:
            return work(self.points(t))

    def write(self, principal: Principal, work: Callable[[Points], Result]) -> Result:
        """Does a piece of work as one transaction, again where another writer came in between."""
        return retried(self.workspace.state, principal, lambda t: work(self.points(t)))


def id_spaces(workspace: Workspace) -> dict[str, str]:
    """By every name that people write before an id: the id space that it means. A source means the space of its ids.

    Raises:
        NotFound: there is no sources.yaml.
        InvalidDocument: it cannot be used.
    """
    spaces = {each.name: each.shares_ids_with or WORKSPACE_IDS for each in sources_of(workspace)}
    return {**{each: each for each in spaces.values()}, **spaces}


def space_meant(spaces: Mapping[str, str], text: str) -> str:
    """The id space that somebody means by its own name or by that of a source.

    Raises:
        InvalidArgument: neither; with the nearest one.
    """
    if text not in spaces:
        raise InvalidArgument(unknown_name(_("id space"), text, spaces))
    return spaces[text]


def member_meant(points: Points, spaces: Mapping[str, str], text: str) -> Member:
    """The member that somebody means: ``member:7``, SPACE:ID or SOURCE:ID, or an id that only one id space has.

    Raises:
        NotFound: nobody has it.
        InvalidArgument: several members have it, in several id spaces.
    """
    t, program, asked = points.t, points.program.slug, text.strip()
    space, colon, rest = asked.partition(":")
    if colon and space == "member" and rest.isdigit():
        return t.loyalty.members.get(program, int(rest))
    if colon and space in spaces:
        for each in (rest, written_id(rest)):
            found = t.loyalty.members.by_ids(program, [(spaces[space], each)])
            if found:
                return t.loyalty.members.get(program, next(iter(found.values())))
    known = t.loyalty.members.by_any_source(program, {asked, written_id(asked)})
    members = sorted({each.member_id for each in known})
    if len(members) > 1:
        raise InvalidArgument.of(
            _("this id belongs to several members, in the id spaces {spaces}."),
            advice=_("Say which one is meant as SPACE:ID."),
            spaces=", ".join(sorted({each.source for each in known})),
        )
    if not members:
        raise NotFound.of(
            _("no member of program {program} has this id."),
            advice=_("Members are made by posting purchases, or by opening balances."),
            program=program,
        )
    return t.loyalty.members.get(program, members[0])
