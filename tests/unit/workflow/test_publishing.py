"""A published version is frozen; versions in files and published ones count together, each from its own day on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.errors import Conflict, InvalidDocument, NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.policies import lint_policies
from fenji.workflow.publishing import list_versions, publish_policy
from fenji.workspace.folder import open_workspace, policies_between, policies_of, policy_in_force

POLICY = """
policy: shop
version: {version}
effective_on: {day}
author: {author}
why: {why}
tiers:
  - {{tier: entry, name: Entry}}
  - {{tier: vip, name: VIP, qualify: net_revenue_12m >= {threshold}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace without any policy."""
    root = tmp_path / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").unlink()
    return root


def written(root: Path, version: int, day: str, *, name: str | None = None, **changed: object) -> Path:
    file = root / "policies" / (name or f"v{version}.yaml")
    values = {"author": "sales", "why": "because", "threshold": 1000 * version, **changed}
    file.write_text(POLICY.format(version=version, day=day, **values), "utf-8")
    return file


def versions(root: Path) -> list[tuple[int, str, bool, str | None]]:
    """Version, first day, whether published, file."""
    return [
        (each.version, str(each.effective_on), each.published_at is not None, each.file) for each in list_versions(root).versions
    ]


def test_a_draft_becomes_a_published_version_with_author_reason_and_day(shop: Path) -> None:
    file = written(shop, 1, "2026-01-01")
    assert versions(shop) == [(1, "2026-01-01", False, "policies/v1.yaml")]
    published = publish_policy(shop, file).published
    assert (published.slug, published.version, published.effective_on) == ("shop", 1, date(2026, 1, 1))
    assert (published.author, published.why, published.text) == ("sales", "because", file.read_text("utf-8"))
    assert versions(shop) == [(1, "2026-01-01", True, "policies/v1.yaml")]


def test_a_published_version_counts_where_its_file_is_gone(shop: Path) -> None:
    file = written(shop, 1, "2026-01-01")
    publish_policy(shop, file)
    read = policies_of(open_workspace(shop))[0].policy
    file.unlink()
    assert versions(shop) == [(1, "2026-01-01", True, None)]
    assert policies_of(open_workspace(shop))[0].policy == read


def test_a_file_anywhere_can_be_published(shop: Path, tmp_path: Path) -> None:
    file = written(shop, 1, "2026-01-01").rename(tmp_path / "board.yaml")
    publish_policy(shop, file)
    assert versions(shop) == [(1, "2026-01-01", True, None)]


def test_a_published_version_is_not_published_again(shop: Path) -> None:
    file = written(shop, 1, "2026-01-01")
    publish_policy(shop, file)
    with pytest.raises(Conflict, match="Raise the version to 2 or more"):
        publish_policy(shop, file)


def test_a_file_that_says_something_else_than_its_published_version_is_refused(shop: Path) -> None:
    file = written(shop, 1, "2026-01-01")
    publish_policy(shop, file)
    written(shop, 1, "2026-01-01", threshold=999)
    for refused in (lambda: policies_of(open_workspace(shop)), lambda: publish_policy(shop, file)):
        with pytest.raises(Conflict, match=r"the file says something else now.*Raise the version"):
            refused()


def test_the_list_and_the_linter_say_which_file_was_changed_after_publishing(shop: Path) -> None:
    kept, file = written(shop, 1, "2026-01-01"), written(shop, 2, "2026-02-01")
    publish_policy(shop, kept)
    publish_policy(shop, file)
    written(shop, 2, "2026-03-01", threshold=999)
    # The list shows what was published, and counts by it.
    assert [(each.version, str(each.effective_on), each.is_file_changed) for each in list_versions(shop).versions] == [
        (1, "2026-01-01", False),
        (2, "2026-02-01", True),
    ]
    linted = {each.file: each for each in lint_policies(shop).files}
    assert [each.code for each in linted["v2.yaml"].findings] == ["changed_after_publishing"]
    assert (linted["v1.yaml"].is_usable, linted["v2.yaml"].is_usable) == (True, False)
    assert "Raise the version in the file" in linted["v2.yaml"].findings[0].problem.describe(Language.EN)
    # A draft with another number is a new version, whatever it says.
    written(shop, 2, "2026-02-01")
    written(shop, 3, "2026-03-01", threshold=999)
    assert lint_policies(shop).is_usable


def test_comments_of_a_published_file_may_change(shop: Path) -> None:
    file = written(shop, 1, "2026-01-01")
    publish_policy(shop, file)
    file.write_text("# reviewed in March\n" + file.read_text("utf-8"), "utf-8")
    assert versions(shop) == [(1, "2026-01-01", True, "policies/v1.yaml")]


def test_two_versions_cannot_take_effect_on_one_day_whether_published_or_not(shop: Path) -> None:
    first, second = written(shop, 1, "2026-01-01"), written(shop, 2, "2026-01-01")
    for refused in (lambda: policies_of(open_workspace(shop)), lambda: publish_policy(shop, second)):
        with pytest.raises(InvalidDocument, match="versions 1 and 2 of policy shop both take effect on 2026-01-01"):
            refused()
    second.unlink()
    publish_policy(shop, first)
    first.unlink()
    written(shop, 2, "2026-01-01")
    with pytest.raises(InvalidDocument, match=r"v2\.yaml.*versions 1 and 2 of policy shop both take effect"):
        policies_of(open_workspace(shop))


def test_a_policy_is_linted_and_signed_before_it_is_frozen_and_all_is_told_at_once(shop: Path) -> None:
    file = written(shop, 1, "2026-01-01", author='""', why='" "')
    file.write_text(file.read_text("utf-8").replace("net_revenue_12m", "net_revenu_12m"), "utf-8")
    with pytest.raises(InvalidDocument) as caught:
        publish_policy(shop, file)
    told = str(caught.value)
    assert len(caught.value.problems) == 3
    assert [part for part in ("Did you mean net_revenue_12m?", "'author' must not", "'why' must not") if part not in told] == []
    file.unlink()
    with pytest.raises(NotFound):
        list_versions(shop)


def test_each_review_follows_the_version_that_counts_on_its_day(shop: Path) -> None:
    publish_policy(shop, written(shop, 1, "2026-02-01"))
    written(shop, 2, "2026-03-15")
    found = policies_of(open_workspace(shop))
    days = [date(2026, 3, 31), date(2026, 1, 31), date(2026, 3, 14), date(2026, 3, 15)]
    between = policies_between(found, None, days)
    # Before the first day of all versions the oldest counts.
    assert [(str(day), read.policy.version) for day, read in between.items()] == [
        ("2026-01-31", 1),
        ("2026-03-14", 1),
        ("2026-03-15", 2),
        ("2026-03-31", 2),
    ]
    assert policy_in_force(found, "shop", as_of=date(2026, 3, 15)).policy.version == 2


def test_the_version_that_counts_today_is_marked(shop: Path) -> None:
    written(shop, 1, "2020-01-01")
    written(shop, 2, "2999-01-01")
    assert [(each.version, each.is_in_force) for each in list_versions(shop).versions] == [(1, True), (2, False)]
