"""What can go wrong, for the caller: every error says what failed, what came, what was allowed, where, and what to do next.

FenjiError
├── InvalidInput          invalid      the user's files, settings, policies or arguments
│   ├── InvalidSettings                fenji.toml
│   ├── InvalidDocument                sources.yaml, metrics.yaml, policies/*.yaml
│   ├── InvalidFile                    a data file that cannot be read as what it claims to be
│   └── InvalidArgument                a command's argument
├── NotFound              not_found    a workspace, file, run, customer or policy that is not there
│   └── NotStored                      an answer that has to be computed first
├── Conflict              conflict     two runs at once, a store from a newer version, a frozen policy version
├── Forbidden             forbidden    the one who asks may not do this
│   ├── NotAuthenticated               nobody knows who asks: no login or token, or one that is over
│   └── TooManyAttempts                somebody tried too often to come in, and has to wait
├── Unavailable           unavailable  a database, disk or optional package that is out of reach now
├── Damaged               damaged      a stored table that is not what was published
└── ContractBroken        bug          a table that does not keep its contract: our fault

Errors of one stage live in that stage and derive from these. Entrances map ``kind`` to exit code, HTTP status or page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from fenji.language import Language, translate, translate_visibly
from fenji.language import message as _
from fenji.masking import without_passwords
from fenji.visible import visible

STEPS_SAID: ContextVar[Mapping[str, str]] = ContextVar("steps_said", default=MappingProxyType({}))
"""How the entrance that asks says what to do next: a step of ``domain.steps``: its own catalog message. Set by each entrance."""


class Kind(StrEnum):
    """What sort of failure it is; entrances decide by this and by nothing else."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"
    BUG = "bug"


@dataclass(frozen=True)
class Place:
    """Where in the user's material something stands."""

    file: str | None = None
    row: int | None = None
    column: str | None = None
    pointer: str | None = field(default=None, compare=False)
    """Where in a document, as RFC 6901 writes it; None where it stands in none."""

    def describe(self, language: Language) -> str:
        """The place in words, such as ``orders.csv, row 7, column 金额``."""
        parts = [
            self.file,
            translate(_("row {row}"), language, row=self.row) if self.row is not None else None,
            translate(_("column {column}"), language, column=self.column) if self.column is not None else None,
        ]
        return translate(_(", "), language).join(part for part in parts if part)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Texts are English catalog messages with ``{named}`` places; passwords of URLs in values are never shown."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    place: Place | None = None
    advice: str | None = None
    code: str | None = None
    """A name that scripts can rely on, for what is told by many places or must be found again; None: only the words."""

    def describe(self, language: Language) -> str:
        """One line for people, safe on a terminal: where, what, what to do."""
        where = visible(self.place.describe(language)) if self.place else ""
        what = translate_visibly(self.text, language, **self._values(language))
        line = f"{where}{translate(_(': '), language)}{what}" if where else what
        # Chinese sentences follow one another without a blank.
        gap = "" if language is Language.ZH else " "
        return f"{line}{gap}{self._advised(language, translate_visibly)}".rstrip()

    def what(self, language: Language) -> str:
        """What is wrong, in the reader's language."""
        return translate(self.text, language, **self._values(language))

    def what_to_do(self, language: Language) -> str:
        """What to do about it; empty where nothing is advised."""
        return self._advised(language, translate)

    def _advised(self, language: Language, say: Callable[..., str]) -> str:
        return say(STEPS_SAID.get().get(self.advice, self.advice), language, **self._values(language)) if self.advice else ""

    def _values(self, language: Language) -> dict[str, object]:
        # ``what`` names a kind of thing, such as a metric or a column: a word of the catalogs, not of the user.
        values = {name: without_passwords(each) if isinstance(each, str) else each for name, each in self.values.items()}
        if isinstance(values.get("what"), str):
            values["what"] = translate(str(values["what"]), language)
        return values


class FenjiError(Exception):
    """Base of all errors that a caller may see; carries every problem found, not only the first."""

    code = "fenji_error"
    kind = Kind.BUG
    retryable = False

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(self.describe(Language.EN))

    @classmethod
    def of(cls, text: str, *, place: Place | None = None, advice: str | None = None, **values: object) -> Self:
        """An error with one problem."""
        return cls(Problem(text, values, place, advice))

    @classmethod
    def raise_if(cls, problems: Iterable[Problem]) -> None:
        """Raises one error that carries all problems, if there are any."""
        found = tuple(problems)
        if found:
            raise cls(*found)

    def describe(self, language: Language) -> str:
        """All problems, one per line."""
        return "\n".join(problem.describe(language) for problem in self.problems)


class InvalidInput(FenjiError):
    """The user's material cannot be used as it is."""

    code, kind = "invalid_input", Kind.INVALID


class InvalidSettings(InvalidInput):
    """fenji.toml holds something we cannot work with."""

    code = "invalid_settings"


class InvalidDocument(InvalidInput):
    """A YAML document (sources, metrics, policy) holds something we cannot work with."""

    code = "invalid_document"


class InvalidFile(InvalidInput):
    """A data file cannot be read as what it claims to be."""

    code = "invalid_file"


class InvalidArgument(InvalidInput):
    """A command or function was given an argument outside what it takes."""

    code = "invalid_argument"


class NotFound(FenjiError):
    """The thing named is not there."""

    code, kind = "not_found", Kind.NOT_FOUND


class NotStored(NotFound):
    """An answer that nobody has computed yet; reading alone does not compute it."""

    code = "not_stored"


class Conflict(FenjiError):
    """Somebody else's work, or an earlier decision, stands in the way."""

    code, kind, retryable = "conflict", Kind.CONFLICT, True


class Forbidden(FenjiError):
    """The one who asks may not see or do this."""

    code, kind = "forbidden", Kind.FORBIDDEN


class NotAuthenticated(Forbidden):
    """Nobody knows who asks: no login or token, or one that is not, or no longer, valid."""

    code = "not_authenticated"


class TooManyAttempts(Forbidden):
    """Somebody tried too often to come in, and has to wait."""

    code, retryable = "too_many_attempts", True

    def __init__(self, *problems: Problem, wait_seconds: int = 60) -> None:
        super().__init__(*problems)
        self.wait_seconds = wait_seconds


class Unavailable(FenjiError):
    """Something outside us is out of reach now."""

    code, kind, retryable = "unavailable", Kind.UNAVAILABLE, True


class Damaged(FenjiError):
    """A stored table that is not what was published: nothing is answered from it."""

    code, kind = "damaged", Kind.UNAVAILABLE


class ContractBroken(FenjiError):
    """A table does not keep its contract; nothing was published."""

    code, kind = "contract_broken", Kind.BUG


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that a misspelled one most likely means, or an empty string.

    >>> nearest("net_revenu_12m", ["orders_12m", "net_revenue_12m"])
    'net_revenue_12m'
    """
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def unknown_name(what: str, name: str, known: Iterable[str], *, place: Place | None = None) -> Problem:
    """The problem of a name that we do not know, with the nearest one; said alike everywhere."""
    names = sorted(known)
    guess = nearest(name, names)
    advice = _("Did you mean {guess}?") if guess else _("Known are: {known}.")
    values = {"what": what, "name": name, "guess": guess, "known": ", ".join(names[:40])}
    return Problem(_("unknown {what} '{name}'."), values, place, advice)
