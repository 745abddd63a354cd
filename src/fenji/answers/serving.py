"""What is answered when a server begins, and to the question what it serves?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fenji.choices import EngineName
from fenji.domain.telling import AS_IT_IS
from fenji.language import Language


@dataclass(frozen=True)
class ServeResult:
    """Where a server can be asked from now on."""

    url: Annotated[str, AS_IT_IS]
    """Of the server."""
    api: Annotated[str, AS_IT_IS]
    """Of its API."""
    link: Annotated[str | None, AS_IT_IS]
    """Lets the first administrator in, once; null where somebody may come in already, or none was asked for."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class WorkspaceResult:
    """What is served here, and how new it is."""

    name: str
    """Of its folder."""
    language: Language
    """Of those who name none."""
    time_zone: str
    """To which days belong."""
    currency: str
    engine: EngineName
    """What computes."""
    package_version: Annotated[str, AS_IT_IS]
    """Of fenji."""
    run_id: Annotated[str | None, AS_IT_IS]
    """The newest run, or the past one that was asked for; null where nothing has been run yet."""
    as_of: date | None
    policy: str | None
    version: int | None
    published_at: datetime | None
    """When it was published, in UTC."""
    reviews: tuple[date, ...]
    """The reviews that it keeps, the earliest first."""
    policies: tuple[str, ...]
    """The names of the policies that its folder holds."""
