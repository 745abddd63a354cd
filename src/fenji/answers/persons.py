"""What is answered to the question what is known of a person, and where it stands?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fenji.answers.audit import Change
from fenji.answers.drafts import ProposalRow
from fenji.answers.frames import Answer
from fenji.answers.policies import OverrideRow
from fenji.domain.telling import PERSON_NAME, PERSONAL, WITHHELD

StoredCell = str | int | float | Decimal | date | datetime | bool | None


@dataclass(frozen=True)
class PersonId:
    """One id of the person."""

    source: str
    """Id space (sources.yaml: shares_ids_with) of the id."""
    source_customer_id: Annotated[str, PERSONAL]
    """The id there, or phone:…, email:…, union:… where rows carry no id."""


@dataclass(frozen=True)
class PersonPlace:
    """Rows of one file in which the person stands."""

    run_id: str
    """The run that wrote them; where it was removed, the newest that shares them."""
    table: str
    """Shelf and name of the stored table."""
    file: Path
    """The Parquet file."""
    rows: int
    """Rows about the person in it."""
    source_file: str | None
    """For raw tables: the company's own file, which stays as it is; null for other tables."""
    row_numbers: tuple[int, ...]
    """For raw tables: the rows of the company's own file."""


@dataclass(frozen=True)
class PersonRows(PersonPlace):
    """The rows themselves."""

    records: Annotated[tuple[Mapping[str, StoredCell], ...], WITHHELD]
    """Each row as it is stored, by column."""


@dataclass(frozen=True)
class PersonPlaces(Answer):
    """Where a person stands in the store."""

    ids: tuple[PersonId, ...]
    """Every id of the person in any published run."""
    runs: tuple[str, ...]
    """Published runs that know the person and collected data themselves, newest first."""
    overrides: int
    """Tiers that people gave the person by hand."""
    places: tuple[PersonPlace, ...]
    """Where the person stands: raw rows first, then clean and insight tables, newest run first."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.places


@dataclass(frozen=True)
class PersonErased(Answer):
    """What an erasure has done."""

    token: str
    """The id under which the person's rows stay; it means nobody."""
    files: int
    """Parquet files that were written anew."""
    rows: int
    """Rows about the person in them."""
    runs: tuple[str, ...]
    """Published runs that were changed: they have a new edition."""
    overrides: int
    """Tiers given by hand that lost their customer and their reason."""
    sources: tuple[PersonPlace, ...]
    """The company's own files that hold the person still, with their rows: nobody has changed these."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.sources


@dataclass(frozen=True)
class PersonExport(Answer):
    """Everything that is known of a person."""

    ids: tuple[PersonId, ...]
    """Every id of the person in any published run."""
    runs: tuple[str, ...]
    """Published runs that know the person and collected data themselves, newest first."""
    phones: Annotated[tuple[str, ...], PERSONAL]
    """Phones in the forms for search and as written."""
    emails: Annotated[tuple[str, ...], PERSONAL]
    """E-mails in the forms for search and as written."""
    names: Annotated[tuple[str, ...], PERSON_NAME]
    """Names."""
    overrides: tuple[OverrideRow, ...]
    """Tiers that people gave the person by hand."""
    proposals: tuple[ProposalRow, ...]
    """Tiers that people proposed for the person."""
    audit: tuple[Change, ...]
    """What the audit log says of the person, oldest first."""
    tables: tuple[PersonRows, ...]
    """Every stored row about the person: raw rows first, then clean and insight tables, newest run first."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.tables
