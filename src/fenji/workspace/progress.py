"""How far has the work come? Use-cases say it in steps; entrances show it or not."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told whenever a step begins. Steps are messages of the catalogs, so that the entrance can say them in its language."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Step number ``done`` (from 0) of ``total`` begins; ``done == total`` is the end."""
        ...


def silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
