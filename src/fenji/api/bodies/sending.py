"""What does somebody say who wants to be told?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends
from pydantic import Field

from fenji.api.bodies.reading import Body, Read
from fenji.domain.events import EventKind


class NewWebhook(Body):
    """An address that shall be told."""

    url: Annotated[
        str, Field(min_length=8, max_length=2000, description="HTTPS; inside the company only where the settings allow it.")
    ]
    kinds: Annotated[tuple[EventKind, ...], Field(min_length=1, max_length=len(EventKind))]


class Replay(Body):
    """Events that shall be sent once more."""

    event_id: Annotated[str | None, Field(min_length=1, max_length=60)] = None
    since: date | None = None


class Acknowledgement(Body):
    """Alerts that somebody has seen."""

    lines: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=60)], ...],
        Field(min_length=1, max_length=500, description="Lines of the history; several of one alert acknowledge it once."),
    ]


AcknowledgementBody = Annotated[Acknowledgement, Depends(Read(Acknowledgement))]
NewWebhookBody = Annotated[NewWebhook, Depends(Read(NewWebhook))]
ReplayBody = Annotated[Replay, Depends(Read(Replay))]
