"""What is answered about loyalty.yaml, offers.yaml and benefits.yaml: the versions that were published, and what each says?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.telling import AS_IT_IS


@dataclass(frozen=True)
class DocumentVersion:
    """One version that was published."""

    name: Annotated[str, AS_IT_IS]
    """That the document gives itself."""
    version: int
    effective_on: date
    """The first day on which it counts."""
    author: str
    why: str
    published_at: datetime
    """When it was frozen."""
    is_in_force: bool
    """Whether it counts today."""


@dataclass(frozen=True)
class DocumentRead:
    """One kind of document, with the text of one version."""

    kind: DocumentKind
    versions: tuple[DocumentVersion, ...]
    """By name and version; none: nothing was published yet."""
    shown: DocumentVersion | None
    """The one whose text this is; null: none."""
    text: Annotated[str, AS_IT_IS]
    """As it was published; empty: none was."""
    as_of: date
    """Today, where the company is."""
    run_id: None = None
