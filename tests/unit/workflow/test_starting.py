"""One command takes a folder to tiers; run again it takes in what is new, and asks about nothing else.

World: a folder as a shop has it: an order export, a list of returns, a list of members, and last year's orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fenji.answers.starting import StartResult
from fenji.collect.proposing import Proposal
from fenji.domain.feeds import Feed
from fenji.errors import NotFound
from fenji.language import Language
from fenji.workflow.starting import start
from fenji.workflow.tiers import tiers_at
from fenji.workflow.why import why_of

pytestmark = pytest.mark.apart

AS_OF = date(2026, 6, 30)
DAYS = range(1, 8)
ORDERS = "订单编号,会员号,下单时间,订单状态,实付金额\n" + "\n".join(
    f"S{n},M{n % 3},2026-05-0{n} 10:00,已完成,{n}0.50" for n in DAYS
)
LAST_YEAR = "订单号,会员编号,交易时间,状态,成交金额\n" + "\n".join(f"L{n},M{n % 3},2025-0{n}-05 10:00,已完成,10.00" for n in DAYS)
RETURNS = "退款编号,订单编号,退款完成时间,退款金额\nT2,S2,2026-05-09,1.50\nT5,S5,2026-05-09,2.00"
MEMBERS = "会员号,姓名,手机号,会员等级,注册时间\n" + "\n".join(
    f"M{n},会员{n},1390000000{n},金卡,2024-01-0{n + 1}" for n in range(5)
)
OPEN = "order_no,member_no,date,total\nX1,M1,03/04/2026,100.00\nX2,M2,01/02/2026,55.50\nX3,M0,05/03/2026,20.00\nX4,M1,02/06/2026,9.00"


class Person:
    """Answers what is asked, and remembers what that was."""

    def __init__(self, **answers: str) -> None:
        self.answers, self.asked = answers, []

    def __call__(self, proposal: Proposal) -> Mapping[str, str]:
        open_ones = [each for each in proposal.questions if each.is_open]
        self.asked += [each.kind.value for each in open_ones]
        return {each.id: self.answers[each.kind.value] for each in open_ones if each.kind.value in self.answers}


def begin(root: Path, person: Person | None = None, *, as_of: date | None = AS_OF) -> StartResult:
    found = start(root, language=Language.EN, ask=person or Person(), as_of=as_of)
    return found if found.run is None else replace(found, tiers=tiers_at(root, as_of=found.run.as_of))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    for name, text in (("订单2026.csv", ORDERS), ("退款.csv", RETURNS), ("会员.csv", MEMBERS)):
        (root / name).write_text(text, encoding="utf-8")
    (root / "2025").mkdir()
    (root / "2025/销售.csv").write_text(LAST_YEAR, encoding="utf-8")
    return root


@pytest.mark.slow
def test_a_folder_becomes_tiers_and_a_later_file_is_taken_in_alone(folder: Path) -> None:
    person = Person()
    first = begin(folder, person)
    assert (first.is_new, len(first.files), person.asked) == (True, 4, [])
    assert first.mapped is not None
    feeds = {table.file: source.feed for source in first.mapped.proposal.sources for table in source.tables}
    assert feeds == {
        "订单2026.csv": Feed.ORDER_LINE,
        "退款.csv": Feed.RETURN,
        "会员.csv": Feed.CUSTOMER,
        "2025/销售.csv": Feed.ORDER_LINE,
    }
    assert first.tiers is not None
    # 10.50 + 20.50 + ... + 70.50 = 283.50, less 1.50 and 2.00, and 10.00 of the one order of last year that is not older than twelve months.
    assert (first.tiers.customers, f"{first.tiers.net_revenue_12m:.2f}") == (5, "290.00")
    assert first.policy is not None

    again = begin(folder)
    assert (again.is_new, again.files, again.mapped, again.policy) == (False, (), None, None)
    assert again.tiers is not None
    assert again.tiers.net_revenue_12m == first.tiers.net_revenue_12m

    (folder / "till.csv").write_text(OPEN, encoding="utf-8")
    waits = begin(folder, later := Person())
    assert (waits.files, waits.run, later.asked) == (("till.csv",), None, ["date_order"])
    answered = begin(folder, Person(date_order="dmy"))
    assert answered.tiers is not None
    assert f"{answered.tiers.net_revenue_12m:.2f}" == "474.50", "290.00 and 184.50 of the new file"
    assert begin(folder, last := Person()).run is not None
    assert last.asked == []


@pytest.mark.proof
@pytest.mark.slow
def test_where_everything_waits_for_an_answer_nothing_is_computed(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text(OPEN, encoding="utf-8")
    found = begin(tmp_path)
    assert (found.run, found.tiers) == (None, None)
    assert found.mapped is not None
    assert [each.kind.value for each in found.mapped.proposal.questions if each.is_open] == ["date_order"]
    later = begin(tmp_path, Person(date_order="mdy"))
    assert later.tiers is not None
    assert later.tiers.customers == 3


@pytest.mark.slow
def test_data_of_a_year_that_has_ended_are_looked_at_as_they_ended(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS.replace("2026-", "2019-"), encoding="utf-8")
    found = begin(tmp_path, as_of=None)
    assert found.run is not None
    assert found.run.as_of == date(2019, 5, 7)
    assert found.tiers is not None
    assert f"{found.tiers.net_revenue_12m:.2f}" == "283.50"


def test_what_nobody_can_use_is_said_and_nothing_is_computed(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,x\n2,y\n", encoding="utf-8")
    found = begin(tmp_path)
    assert (found.run, found.tiers) == (None, None)
    assert found.mapped is not None
    assert [each.feed for each in found.mapped.proposal.sources] == [None]
    assert all(each.blocking for each in found.mapped.proposal.sources)


def test_a_folder_that_is_not_there_or_has_no_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        begin(tmp_path / "nowhere")
    (tmp_path / "read me.md").write_text("hello", encoding="utf-8")
    with pytest.raises(NotFound, match="no data file"):
        begin(tmp_path)


def test_what_is_published_follows_the_thresholds_that_start_has_made(tmp_path: Path) -> None:
    (tmp_path / "订单.csv").write_text(ORDERS, encoding="utf-8")
    result = begin(tmp_path, as_of=None)
    assert result.policy is not None
    assert result.tiers is not None
    assert result.run is not None
    assert result.tiers.run_id == result.run.run_id
    reasons = why_of(tmp_path, "M1")
    assert reasons.run_id == result.run.run_id
    assert reasons.explanation.decision.tier in {each.tier for each in result.tiers.tiers}
