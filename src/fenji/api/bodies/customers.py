"""What does somebody say who looks for customers? Never in an address: ids, phones and e-mails stay out of logs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends
from pydantic import Field, model_validator

from fenji.api.bodies.reading import Body, Read
from fenji.api.parameters import Day
from fenji.language import message as _
from fenji.validation import Objection

MOST_ENTRIES = 1_000

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Search(Body):
    """Who is meant: one text, or a list."""

    text: Annotated[
        Text | None, Field(description="One id of any id space, SPACE:ID, a phone, an e-mail or the whole name, in any writing.")
    ] = None
    entries: Annotated[
        tuple[Text, ...], Field(description="Ids, phones and e-mails of many customers at once.", max_length=MOST_ENTRIES)
    ] = ()
    columns: Annotated[tuple[Text, ...], Field(description="Columns of the answer; none: the usual ones.", max_length=60)] = ()
    as_of: Annotated[date | None, Field(description="The review; left out: the last one.")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Search:
        if (self.text is None) == (not self.entries):
            raise Objection(_("say either 'text' or 'entries'."))
        return self


class Lookup(Body):
    """One customer of the own source, as a till knows them."""

    customer_id: Annotated[Text, Field(description="The id as it stands in the source.")]
    as_of: Annotated[date | None, Field(description="The review; left out: the last one.")] = None


class KeptList(Body):
    """Conditions of a list, kept under a name."""

    name: Annotated[str, Field(min_length=1, max_length=100, description="What the list is called.")]
    tier: Text | None = None
    standing: Annotated[Text | None, Field(description="Whether they stand in a tier at all.")] = None
    moved: Text | None = None
    moved_from: Text | None = None
    moved_to: Text | None = None
    earlier_on: Day | None = None
    segment: Text | None = None
    risk: Text | None = None
    mark: Text | None = None
    group: Text | None = None
    where: Annotated[tuple[Text, ...], Field(description="Conditions over metrics, as policies write them.", max_length=30)] = ()


SearchBody = Annotated[Search, Depends(Read(Search))]
KeptListBody = Annotated[KeptList, Depends(Read(KeptList))]
LookupBody = Annotated[Lookup, Depends(Read(Lookup))]
