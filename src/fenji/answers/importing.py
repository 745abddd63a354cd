"""What is answered about files that come over the network: imports, their proposals and previews, and the sources that there are?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fenji.answers.mapping import MapResult, Rehearsal
from fenji.collect.headers import Confidence
from fenji.collect.remarks import Remark
from fenji.domain.feeds import Feed
from fenji.domain.importing import ImportDraft, ImportFile, ImportStatus
from fenji.domain.telling import AS_IT_IS, Named
from fenji.domain.words import Spoken
from fenji.errors import Problem


@dataclass(frozen=True)
class ImportRow:
    """One import."""

    import_id: Annotated[str, AS_IT_IS]
    """Its id."""
    status: ImportStatus
    """How far it has come."""
    edition: int
    """Goes up with every file and every answer; whoever changes the import names the edition that they have seen."""
    begun_by: str
    """Who began it."""
    begun_at: datetime
    """When, in UTC."""
    changed_by: str
    """Who changed it last."""
    changed_at: datetime
    """When, in UTC."""
    files: tuple[ImportFile, ...]
    """What was sent, in its order."""
    answers: Mapping[str, str]
    """What was answered, by the id of the question."""
    fingerprint: Annotated[str | None, AS_IT_IS]
    """Of what accepting it would write, as it was shown last; null: nothing was shown since it changed."""

    @classmethod
    def of(cls, draft: ImportDraft) -> ImportRow:
        """An import as it is told."""
        return cls(
            draft.import_id,
            draft.status,
            draft.edition,
            draft.begun_by,
            draft.begun_at,
            draft.changed_by,
            draft.changed_at,
            draft.files,
            draft.answers,
            draft.fingerprint,
        )


@dataclass(frozen=True)
class ImportResult:
    """An import as it is now."""

    import_: Annotated[ImportRow, Named("import")]
    """The import."""


@dataclass(frozen=True)
class ImportsResult:
    """The newest imports."""

    imports: tuple[ImportRow, ...]
    """Newest first."""


@dataclass(frozen=True)
class DatabasesResult:
    """The databases from which tables can come in."""

    databases: tuple[str, ...]
    """Their names; neither address nor password is told."""


@dataclass(frozen=True)
class TableRow:
    """A table or view of a database."""

    table: str
    """Its name, with its schema where that must be said."""
    is_view: bool
    columns: tuple[str, ...]
    """In their order."""
    source: str | None
    """The source that reads it; null: none yet."""


@dataclass(frozen=True)
class TablesResult:
    """What can be read of a database."""

    database: str
    """Its name."""
    tables: tuple[TableRow, ...]
    """Those of the own schema first."""


@dataclass(frozen=True)
class ColumnLook:
    """One column of a file, with a few of its cells."""

    header: str
    """As the file writes it."""
    samples: tuple[str, ...]
    """The first different cells; phones, e-mails, names and addresses are masked."""
    field: str | None
    """The field that it fills; null: it is not used."""
    confidence: Confidence | None
    """How sure that is; null where it fills none."""
    why: Remark | None
    """How we know; null where it fills none."""
    question: Annotated[str, AS_IT_IS]
    """The id under which is answered what the column is: the name of a field, or - for not used."""


@dataclass(frozen=True)
class FieldChoice:
    """A field that a column may fill."""

    field: str
    """Its name."""
    words: Spoken[str]
    """What it is called."""
    is_required: bool
    """Whether a row without it cannot be used."""


@dataclass(frozen=True)
class FileLook:
    """One file or sheet of an import, and how it is understood."""

    file: str
    """As it was sent, with its sheet after a #."""
    source: str
    """The entry of sources.yaml that reads it."""
    feed: Feed | None
    """What its rows are; null: unknown."""
    rows_words: Spoken[str]
    """What its rows are called."""
    platform: Remark | None
    """The shop platform, where its headers are known."""
    format: str
    """Of the file, as its content shows it."""
    encoding: str | None
    """Of a text file."""
    delimiter: str | None
    """Of a text file."""
    header_row: int
    """The line of the headers."""
    is_usable: bool
    """Whether a run can read it as it is understood."""
    columns: tuple[ColumnLook, ...]
    """All of them; what should be looked at first."""
    fields: tuple[FieldChoice, ...]
    """What its columns may be."""


@dataclass(frozen=True)
class ImportProposal:
    """What accepting an import would write, and what it leaves open."""

    import_: Annotated[ImportRow, Named("import")]
    """The import."""
    map: MapResult
    """The proposal, as `fenji map` tells it; phones and e-mails in examples are masked."""
    diff: str
    """What would change in sources.yaml, as a unified diff; empty where the entries that are there read the files already."""
    fingerprint: Annotated[str, AS_IT_IS]
    """To be sent with the acceptance: it is refused where anything else would be written by then."""
    may_be_accepted: bool
    """Whether no question waits and at least one of the files can be used."""
    files: tuple[FileLook, ...] = ()
    """The files of the import, column by column."""


@dataclass(frozen=True)
class PreviewColumn:
    """One field of ours in a file."""

    field: str
    """The name of ours."""
    column: str | None
    """The header; null where every row has the same value."""


@dataclass(frozen=True)
class PreviewCell:
    """One cell as it came and as it is read; phones, e-mails and names are masked in both."""

    came: str | None
    """As it came; null: empty."""
    read: str | None
    """As it is read; null: nothing could be read."""


@dataclass(frozen=True)
class PreviewRow:
    """One row of a file."""

    row_number: int
    cells: tuple[PreviewCell, ...]
    """In the order of the columns."""
    reason: str | None
    """Why a run would leave the row out; null: it is kept, or it is a copy of another row."""


@dataclass(frozen=True)
class MoneySum:
    """What one column of money adds up to, to be compared with the shop's own figure."""

    field: str
    column: str
    """The header."""
    all_rows: Decimal
    """Over all rows that were looked at, in the currency of the file."""
    rows_not_rejected: Decimal
    """Over those that are not left out for a reason."""


@dataclass(frozen=True)
class PreviewFile:
    """What would become of one file or sheet: rows_in = kept + rejected + copies."""

    file: str
    source: str
    feed: Feed
    rows_in: int
    """Rows that were looked at."""
    is_whole: bool
    """Whether these are all rows of the file."""
    kept: int
    rejected: Mapping[str, int]
    """Reason: rows."""
    copies: int
    sums: tuple[MoneySum, ...]
    """Of each column of money."""
    columns: tuple[PreviewColumn, ...]
    """The fields that are filled."""
    rows: tuple[PreviewRow, ...]
    """The first rows."""


@dataclass(frozen=True)
class ImportPreview:
    """What a run would make of an import."""

    import_: Annotated[ImportRow, Named("import")]
    """The import."""
    files: tuple[PreviewFile, ...]
    """Each file or sheet with each source that reads it."""
    not_read: tuple[str, ...]
    """Files and sheets that no source would read."""
    together: Rehearsal | None
    """Customers, orders and money of all files that enter sources.yaml together; null where nothing can be used."""
    problems: tuple[Problem, ...]
    """What would keep a run from starting, such as rates of foreign currencies that are missing."""


@dataclass(frozen=True)
class ImportAccepted:
    """An import whose files stand with those of the sources now; the next run reads them."""

    import_: Annotated[ImportRow, Named("import")]
    """The import."""
    files: tuple[str, ...]
    """Where its files stand, relative to the workspace."""
    diff: str
    """What has changed in sources.yaml."""
    answers: int
    """Answers that answers.yaml has taken in."""


@dataclass(frozen=True)
class SourceAccount:
    """What became of the rows of a source in the last run."""

    run_id: str
    """The run."""
    as_of: date | None
    rows_in: int
    kept: int
    rejected: int
    copies: int


@dataclass(frozen=True)
class SourceRow:
    """One entry of sources.yaml."""

    source: str
    """Its name."""
    feed: Feed
    reads: tuple[str, ...]
    """Files, folders and patterns; of a database the table, or that it is a query."""
    files: tuple[str, ...]
    """The files that these lead to now."""
    belongs_to: str | None
    """The source with the orders of these lines, payments or returns."""
    fields: Mapping[str, str | None]
    """Field: the header that fills it; null where every row has the same value or it is made of others."""
    account: SourceAccount | None
    """Null where no run has read it yet."""


@dataclass(frozen=True)
class SourcesResult:
    """The sources of the workspace."""

    sources: tuple[SourceRow, ...]
    """In the order of sources.yaml."""
    fingerprint: Annotated[str, AS_IT_IS]
    """Of sources.yaml: to be sent with a change of it, which is refused where somebody else was quicker."""


@dataclass(frozen=True)
class SourceTakenBack:
    """A source that the next run does not read."""

    source: str
    """Its name."""
    files: tuple[str, ...]
    """The files that no source reads any more; they stay where they are."""
    diff: str
    """What has changed in sources.yaml."""
    fingerprint: Annotated[str, AS_IT_IS]
    """Of sources.yaml as it is now."""
