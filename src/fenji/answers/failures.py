"""What is answered where there is no answer? Every problem at once, each with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from fenji.errors import FenjiError, Kind, Problem


@dataclass(frozen=True)
class Failure:
    """Why there is no answer."""

    code: str
    """Stable; see the page of errors."""
    kind: Kind
    """What sort of failure it is; the exit code and the HTTP status follow it."""
    retryable: bool
    """Whether the same question may be answered later."""
    problems: tuple[Problem, ...]
    """Everything that was found, not only the first."""

    @classmethod
    def of(cls, error: FenjiError) -> Failure:
        """What an error says."""
        return cls(error.code, error.kind, error.retryable, error.problems)


@dataclass(frozen=True)
class FailedAnswer:
    """The JSON object of a command that fails."""

    error: Failure
