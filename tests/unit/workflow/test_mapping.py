"""What map says that a run will keep is what the run keeps: customers, orders and money of the rehearsal are those of the run.

World: small files of every kind, read by ``take_in_hand`` and then by ``run_all`` in the same workspace.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.answers.mapping import MapResult
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workspace.mapping import take_in_hand

DAYS = range(1, 8)
HEADS = "订单编号,会员号,下单时间,订单状态\n" + "\n".join(f"S{n},M{n % 3},2026-01-0{n} 10:00,已完成" for n in DAYS)
LINES = "订单编号,商品名称,数量,金额\n" + "\n".join(f"S{n},杯,1,{n}0.50" for n in DAYS)
ALONE = "订单编号,会员号,下单时间,订单状态,实付金额\n" + "\n".join(
    f"S{n},M{n % 3},2026-01-0{n} 10:00,已完成,{n}0.50" for n in DAYS
)
RETURNS = "退款编号,订单编号,退款完成时间,退款金额\nT2,S2,2026-01-09,1.50\nT5,S5,2026-01-09,2.00"

TABLES: dict[str, tuple[tuple[str, ...], tuple[int, int, str]]] = {
    "plain orders": ((ALONE,), (3, 7, "283.50")),
    "heads and lines": ((HEADS, LINES), (3, 7, "283.50")),
    "orders and returns": ((ALONE, RETURNS), (3, 7, "280.00")),
    "unpaid among paid": (("order_no,member_no,date,total,status\nS1,17,2026-01-05,100.00,paid\nS2,18,2026-01-06,55.50,pending\nS3,18,2026-01-07,20.00,paid",), (2, 2, "120.00")),
    "a log without numbers": (("会员卡号,消费时间,消费金额\nM1,2026-01-05 10:00,9.50\nM1,2026-01-05 10:00,3.00\nM2,2026-01-06 10:00,8.00",), (2, 2, "20.50")),
    "decimal commas and days first": (("order_no;member_no;date;total\nS1;17;31.01.2026;1.234,50\nS2;18;01.02.2026;12,50",), (2, 2, "1247.00")),
    "unreadable rows": (("order_no,member_no,date,total\nS1,17,2026-01-05,100.00\nS2,18,nonsense,55.50\nS3,18,2026-01-07,abc\nS4,17,2026-01-08,1.00",), (1, 2, "101.00")),
    "nobody's rows": (("order_no,member_no,date,total\nS1,17,2026-01-05,100.00\nS2,0,2026-01-06,55.50\nS3,18,2026-01-07,20.00",), (2, 3, "175.50")),
    "a list of members": (("会员号,姓名,手机号,会员等级\nV1,张三,13900000001,金卡\nV2,李四,13900000002,银卡",), (2, 0, "0.00")),
}  # fmt: skip


def write(folder: Path, texts: tuple[str, ...]) -> list[Path]:
    folder.mkdir()
    files = [folder / f"表{place}.csv" for place, _ in enumerate(texts)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def mapped(root: Path, files: list[Path]) -> MapResult:
    init_workspace(root, template="spend", language=Language.EN, currency="CNY", time_zone=None)
    with take_in_hand(root, files, language=Language.EN) as hand:
        return hand.write(hand.rehearsed(hand.propose()))


QUICKLY = ("plain orders", "orders and returns", "unreadable rows")
"""Tables of every change; the others are rehearsed and run by ``make faults``."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*QUICKLY, *(pytest.param(each, marks=pytest.mark.proof) for each in TABLES if each not in QUICKLY)]
)
def test_what_the_rehearsal_keeps_the_run_keeps(name: str, tmp_path: Path) -> None:
    texts, right = TABLES[name]
    root = tmp_path / "w"
    found = mapped(root, write(tmp_path / "files", texts)).rehearsal
    assert found is not None
    assert (found.customers, found.orders, f"{found.net_revenue:.2f}") == right
    run = run_all(root, as_of=date(2026, 6, 30))
    tiers = tiers_at(root, as_of=run.as_of)
    assert tiers.customers == right[0]
    assert Decimal(tiers.net_revenue_12m) + Decimal(tiers.unattributed_net_revenue_12m) == Decimal(right[2])
    accounts = {(each.source, each.rows_in, each.kept) for each in report_quality(root).files}
    assert {(each.source, each.rows, each.kept) for each in found.sources} == accounts


@pytest.mark.slow
def test_rows_that_will_be_lost_are_named_with_a_reason_and_one_of_them(tmp_path: Path) -> None:
    texts, _ = TABLES["unreadable rows"]
    found = mapped(tmp_path / "w", write(tmp_path / "files", texts)).rehearsal
    assert found is not None
    (source,) = found.sources
    assert {(each.reason, each.rows, each.came, each.row) for each in source.losses} == {
        ("invalid_date", 1, "nonsense", 3),
        ("invalid_amount", 1, "abc", 4),
    }


OPEN = "order_no,member_no,date,total\nS1,17,03/04/2026,100.00\nS2,18,01/02/2026,55.50\nS3,18,05/03/2026,20.00\nS4,17,02/06/2026,9.00"


def test_answers_are_remembered_and_asked_again_only_where_they_are_to_be_forgotten(tmp_path: Path) -> None:
    root = tmp_path / "w"
    files = write(tmp_path / "files", (OPEN,))
    init_workspace(root, template="spend", language=Language.EN, currency="CNY", time_zone=None)
    with take_in_hand(root, files, language=Language.EN) as hand:
        first = hand.rehearsed(hand.propose())
        assert (first.is_open, first.rehearsal) == (True, None)
        (question,) = first.proposal.questions
        hand.answers[question.id] = "dmy"
        hand.write(hand.rehearsed(hand.propose()))
    assert 'answer: "dmy"' in (root / "answers.yaml").read_text(encoding="utf-8")
    with take_in_hand(root, files, language=Language.EN) as hand:
        assert not hand.rehearsed(hand.propose()).is_open
    with take_in_hand(root, files, language=Language.EN, forgotten="date") as hand:
        assert hand.rehearsed(hand.propose()).is_open
    with take_in_hand(root, files, language=Language.EN, forgotten="another column") as hand:
        assert not hand.rehearsed(hand.propose()).is_open


def test_an_answer_that_fits_no_question_is_refused_with_what_there_is(tmp_path: Path) -> None:
    files = write(tmp_path / "files", (OPEN,))
    for answers in ({"date_order:0:date": "dmy"},):
        with take_in_hand(tmp_path, files, language=Language.EN, answers=answers) as hand, pytest.raises(InvalidArgument):
            hand.propose()
    with take_in_hand(tmp_path, files, language=Language.EN) as hand:
        (question,) = hand.propose().questions
        hand.answers[question.id] = "ymd"
        with pytest.raises(InvalidArgument) as caught:
            hand.propose()
    assert "ymd" in caught.value.problems[0].describe(Language.EN)


def test_a_document_with_entries_is_not_overwritten_and_a_folder_must_be_there(tmp_path: Path) -> None:
    root = tmp_path / "w"
    files = write(tmp_path / "files", (ALONE,))
    mapped(root, files)
    with take_in_hand(root, files, language=Language.EN) as hand:
        result = hand.rehearsed(hand.propose())
        with pytest.raises(Conflict):
            hand.write(result)
    with take_in_hand(tmp_path / "nowhere", files, language=Language.EN) as hand, pytest.raises(NotFound):
        hand.write(hand.rehearsed(hand.propose()))
