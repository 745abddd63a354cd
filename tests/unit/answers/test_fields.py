"""Every key of every answer is explained, and every command that answers in JSON stands in the catalog."""

from __future__ import annotations

import pytest

from fenji.answers.catalog import ANSWERS, ANSWERS_OF_API, FAILED
from fenji.answers.fields import keys_of, records_below
from fenji.answers.why import DecidedGroup, DecidedLine, DecidedRule

RECORDS = dict.fromkeys(
    each for top in (*ANSWERS.values(), *ANSWERS_OF_API.values(), FAILED) for each in (top, *records_below(top))
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_key_says_what_it_holds(record: type) -> None:
    assert [each.name for each in keys_of(record) if not each.meaning] == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_no_key_holds_something_without_a_type(record: type) -> None:
    assert [each.name for each in keys_of(record) if "anything" in each.type or "dict" in each.type] == []


def test_records_of_one_name_are_one_record() -> None:
    names = [each.__name__ for each in RECORDS]
    assert sorted(names) == sorted(set(names))


def test_only_the_forms_beside_a_record_are_its_forms() -> None:
    class Elsewhere(DecidedRule):
        """A form that another file makes."""

    assert Elsewhere in DecidedRule.__subclasses__()
    assert {DecidedLine, DecidedGroup} <= set(records_below(ANSWERS["why"]))
    assert Elsewhere not in records_below(ANSWERS["why"])
