"""Which version of a loyalty program is in force on a day? Only published versions count; each grant keeps its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from fenji.documents.loyalty import program_from_text
from fenji.domain.loyalty.program import Program
from fenji.domain.loyalty.published import DocumentKind
from fenji.errors import Conflict, FenjiError, NotFound, unknown_name
from fenji.language import message as _
from fenji.state.transaction import Transaction


class RulesNotInForce(Conflict):
    """No version of the program is in force on that day."""

    code, retryable = "rules_not_in_force", False


@dataclass(frozen=True)
class ProgramVersions:
    """Every published version of one program, the oldest first."""

    slug: str
    versions: tuple[Program, ...]

    def on(self, day: date) -> Program:
        """The version in force on a day.

        Raises:
            RulesNotInForce: the first one begins later.
        """
        found = [each for each in self.versions if each.effective_on <= day]
        if not found:
            raise RulesNotInForce.of(
                _("program {program} begins on {first}; nothing can be posted for {day}."),
                program=self.slug,
                first=self.versions[0].effective_on,
                day=day,
            )
        return found[-1]

    @property
    def rules(self) -> Mapping[int, Program]:
        """Every version by its number."""
        return {each.version: each for each in self.versions}


def programs_in(t: Transaction) -> dict[str, ProgramVersions]:
    """All programs that were published, by their names."""
    found: dict[str, list[Program]] = {}
    for each in t.loyalty.documents.list_published(DocumentKind.POINTS):
        slug, version = each.heading.slug, each.heading.version
        found.setdefault(slug, []).append(_read(each.text, f"{slug} {version}"))
    return {slug: ProgramVersions(slug, tuple(versions)) for slug, versions in found.items()}


def program_of(t: Transaction, slug: str | None = None) -> ProgramVersions:
    """A published program; the only one where none is named.

    Raises:
        NotFound: none is published, or none of that name, or several and none is named.
    """
    programs = programs_in(t)
    if slug is None and len(programs) == 1:
        return next(iter(programs.values()))
    if slug in programs:
        return programs[slug]
    raise _unknown(slug, programs)


def _unknown(slug: str | None, programs: Mapping[str, ProgramVersions]) -> FenjiError:
    if not programs:
        text = _("no loyalty program has been published.")
        return NotFound.of(text, advice=_("Write loyalty.yaml, then publish it: fenji points publish loyalty.yaml"))
    if slug is None:
        text = _("there are several loyalty programs: {programs}.")
        return NotFound.of(text, advice=_("Say which one is meant."), programs=", ".join(sorted(programs)))
    return NotFound(unknown_name(_("program"), slug, programs))


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Program:
    return program_from_text(text, name)
