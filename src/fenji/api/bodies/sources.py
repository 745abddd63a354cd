"""What does somebody say who brings files in? Answers, and what they have seen when they accept: files themselves come as they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from fenji.api.bodies.reading import Body, Read
from fenji.domain.importing import ImportStep

MOST_ANSWERS = 200

Edition = Annotated[int, Field(description="The edition of the import that was seen.", ge=1, le=2**31 - 1)]
Fingerprint = Annotated[str, Field(description="Of the proposal that was seen.", pattern="^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class NewImport(Body):
    """A new import says nothing yet."""


class Answers(Body):
    """What is decided about the files of an import."""

    edition: Edition
    answers: Annotated[
        dict[Text, Text],
        Field(description="The value of an option by the id of its question.", min_length=1, max_length=MOST_ANSWERS),
    ]


class Acceptance(Body):
    """What exactly is accepted."""

    edition: Edition
    fingerprint: Fingerprint


class ImportWork(Body):
    """A step of an import that a worker does."""

    step: Annotated[
        ImportStep,
        Field(
            description="tables needs database and tables; answer needs edition and answers; accept needs edition and fingerprint."
        ),
    ]
    edition: Edition | None = None
    answers: Annotated[
        dict[Text, Text] | None,
        Field(description="The value of an option by the id of its question.", min_length=1, max_length=MOST_ANSWERS),
    ] = None
    fingerprint: Fingerprint | None = None
    database: Annotated[str | None, Field(description="One of GET /databases.", min_length=1, max_length=80)] = None
    tables: Annotated[
        tuple[Text, ...] | None, Field(description="Tables or views of it that come in.", min_length=1, max_length=50)
    ] = None


NewImportBody = Annotated[NewImport, Depends(Read(NewImport))]
AnswersBody = Annotated[Answers, Depends(Read(Answers))]
AcceptanceBody = Annotated[Acceptance, Depends(Read(Acceptance))]
ImportWorkBody = Annotated[ImportWork, Depends(Read(ImportWork))]
