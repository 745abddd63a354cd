"""Limits hold within their block only, are said in words, and few places look past them."""

from __future__ import annotations

from pathlib import Path

import pytest

import fenji
from fenji.domain.access import LimitColumn, RowLimit
from fenji.errors import Forbidden, Kind
from fenji.language import Language
from fenji.workspace.folder import open_workspace
from fenji.workspace.limits import limited_to, limits_now, refuse_limited

EAST = RowLimit(LimitColumn.REGION, ("华东", "华北"))
TILL = RowLimit(LimitColumn.SHOP, ("till",))

LOOK_PAST = {
    "workflow/churn.py": "whether a ranking may be shown",
    "workflow/priority.py": "the same of the risk that the ranking counts",
    "workflow/why.py": "thresholds of rules",
    "workspace/churn_ranking.py": "whether a ranking may be shown",
    "workspace/clean_base.py": "which facts and kinds of events there are",
    "workspace/counted_customers.py": "the bands and thresholds by which a figure counted",
    "workspace/customer_choice.py": "the threshold of a share of all",
    "workspace/often.py": "the rows from which those within the limits are taken",
    "workspace/past_run.py": "which version of a policy a review followed",
    "workspace/session.py": "the rows from which those within the limits are taken",
    "workspace/tiering.py": "what a customer has brought by others",
    "workflow/loyalty/referrals.py": "whether a friend and the advocate are one person",
    "workspace/standing.py": "what the company has chosen for an analysis",
}
"""Where a limited question is measured against the whole company, and for what; nothing of it is shown but that."""


def test_only_known_places_look_past_the_limits() -> None:
    root = Path(fenji.__file__).parent
    found = {file.relative_to(root).as_posix() for file in root.rglob("*.py") if "whole_company(" in file.read_text("utf-8")}
    assert found == set(LOOK_PAST)


def test_limits_hold_within_their_block_and_inner_ones_only_add() -> None:
    with limited_to([EAST]):
        with limited_to([TILL, EAST]):
            assert limits_now() == (EAST, TILL)
        assert limits_now() == (EAST,)
        with pytest.raises(Forbidden):
            refuse_limited()
    assert limits_now() == ()
    refuse_limited()


def test_the_refusal_names_what_the_one_who_asks_sees(tmp_path: Path) -> None:
    with limited_to([EAST, TILL]), pytest.raises(Forbidden) as caught:
        open_workspace(tmp_path)
    (problem,) = caught.value.problems
    assert "region 华东, 华北; shop or channel till" in problem.what(Language.EN)
    assert "地区 华东, 华北; 门店或渠道 till" in problem.what(Language.ZH)
    assert (caught.value.code, caught.value.kind, caught.value.retryable) == ("forbidden", Kind.FORBIDDEN, False)
