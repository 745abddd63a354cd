"""A policy version is published once and never changed; on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fenji.domain.policies import Policy, PublishedPolicy, Tier
from fenji.domain.principals import Principal, PrincipalKind
from fenji.domain.words import Words
from fenji.errors import Conflict
from fenji.state.database import open_database

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")
JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)
FIRST = Policy("retail", 1, JANUARY, "数据部", "第一版", (Tier("entry", Words("初级", "Entry"), None),))
SECOND = replace(FIRST, version=2, effective_on=JULY, why="prices went up")
TEXT = "policy: retail  # 电商分级标准\n"


@pytest.fixture
def versions(database):
    return Versions(database)


class Versions:
    """The published versions, each use in a transaction of its own."""

    def __init__(self, database):
        self.database = database

    def publish(self, policy, text):
        with self.database.transaction(LI_LEI) as t:
            return t.policies.publish(policy, text)

    def list_published(self):
        with self.database.reading() as t:
            return t.policies.list_published()


def test_a_version_comes_back_as_it_was_published_comments_included(versions):
    published = versions.publish(FIRST, TEXT)
    at = datetime(2026, 2, 3, 5, 6, 8, tzinfo=UTC)
    assert published == PublishedPolicy("retail", 1, JANUARY, "数据部", "第一版", TEXT, at)
    later = versions.publish(SECOND, TEXT)
    other = versions.publish(replace(FIRST, slug="bank"), TEXT)
    assert versions.list_published() == (other, published, later)


def test_a_version_is_published_once_even_where_nothing_has_changed(versions):
    published = versions.publish(FIRST, TEXT)
    with pytest.raises(Conflict, match=r"version 1 was published on 2026-02-03 already.* Raise the version to 2 or more"):
        versions.publish(FIRST, TEXT)
    with pytest.raises(Conflict):
        versions.publish(replace(FIRST, why="another one"), "another text")
    assert versions.list_published() == (published,)


def test_a_version_must_be_higher_than_all_published_and_begin_on_a_day_of_its_own(versions):
    third = versions.publish(replace(SECOND, version=3), TEXT)
    with pytest.raises(Conflict) as caught:
        versions.publish(SECOND, TEXT)
    assert [each.text.split(",")[0] for each in caught.value.problems] == [
        "policy {policy} version {version} comes after version {newest}",
        "versions {first} and {second} of policy {policy} both take effect on {day}.",
    ]
    with pytest.raises(Conflict, match="versions 3 and 4 of policy retail both take effect on 2026-07-01"):
        versions.publish(replace(SECOND, version=4), TEXT)
    assert versions.list_published() == (third,)


def test_of_many_who_publish_a_version_at_once_one_does(url):
    databases = [open_database(url) for _ in range(5)]
    results = []

    def attempt(database):
        try:
            results.append(Versions(database).publish(FIRST, TEXT))
        except Conflict as error:
            results.append(error)

    threads = [threading.Thread(target=attempt, args=[database]) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (published,) = Versions(databases[0]).list_published()
    for database in databases:
        database.close()
    assert sorted(type(each).__name__ for each in results) == ["Conflict"] * 4 + ["PublishedPolicy"]
    assert published in results
