"""Files come over the network: the same sources as by ``fenji start``, nothing before they are accepted, nothing left once they are dropped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from fenji.documents.sources import read_sources
from fenji.domain.importing import ImportFile, ImportStatus
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, InvalidArgument, InvalidFile, InvalidInput, NotFound, Unavailable
from fenji.language import Language
from fenji.workflow.importing.accepting import accept_import
from fenji.workflow.importing.drafting import add_file, begin_import, drop_import, list_imports, one_import, take_file_out
from fenji.workflow.importing.proposing import answer_import, propose_import
from fenji.workflow.importing.showing import preview_import
from fenji.workflow.importing.sources import list_sources, take_source_back
from fenji.workspace import fresh_files, taking_in, uploads
from fenji.workspace.folder import open_workspace
from fenji.workspace.uploads import UPLOADS_FOLDER, file_name
from fixtures.imports import COMPANIES as CORPUS
from fixtures.imports import accepted, answered, new_workspace, sent, started, unrehearsed

pytestmark = pytest.mark.apart
__all__ = ["unrehearsed"]

COMPANIES = ("063-pos-months-overlap-renamed", "090-taobao-orderlist-gbk")
"""Of every change; all others come in by ``make faults``."""
HEADER = "订单编号,买家会员名,订单状态,订单付款时间,买家实际支付金额\n"
ANN, BOB = Principal(PrincipalKind.PERSON, "Ann"), Principal(PrincipalKind.PERSON, "Bob")


def month(number: int, header: str = HEADER) -> bytes:
    rows = (f"{number}{n:03d},会员{n % 5},交易成功,2025-{number:02d}-{n + 1:02d} 10:00:00,{100 + n}.00\n" for n in range(12))
    return (header + "".join(rows)).encode()


DAY_OR_MONTH = (
    "订单号,会员编号,日期,实付金额\nB1,M01,03/04/2026,420.00\nB2,M02,05/04/2026,1260.00\nB3,M01,06/05/2026,88.00\n".encode()
)
RETURNS = "订单编号,退款金额,退款时间\n4001,50.00,2025-05-10 11:00:00\n4002,20.00,2025-05-11 11:00:00\n4003,30.00,2025-05-12 09:00:00\n".encode()


def documents(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in ("sources.yaml", "answers.yaml") if (root / name).is_file()}


def left(root: Path) -> list[str]:
    """What stands of imports and in the folder of the sources' files."""
    folders = (root / UPLOADS_FOLDER, root / "data")
    return sorted(each.name for folder in folders if folder.exists() for each in folder.rglob("*"))


def run_over(root: Path, files: Iterable[str]) -> SimpleNamespace:
    """What is asked of the last run, as if it had read these files."""
    (source,) = read_sources(root / "sources.yaml")[:1]
    read = [SimpleNamespace(source=source.name, file=f"data/{name}", fingerprint="") for name in files]
    return SimpleNamespace(inputs=read, started_at=datetime.max.replace(tzinfo=UTC))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return new_workspace(tmp_path / "shop")


def same_as_started(company: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = CORPUS / company / "files"
    if not folder.is_dir():
        pytest.skip("the companies do not lie beside the project")
    files = {each.name: each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}
    by_start = started(tmp_path / "started", files, monkeypatch)
    over_network = new_workspace(tmp_path / "sent", like=by_start)
    before = documents(over_network)
    import_id = sent(over_network, files)
    found = answered(over_network, import_id)
    assert documents(over_network) == before
    if not found.may_be_accepted:
        assert found.map.text in documents(by_start)["sources.yaml"].decode()
        return
    accept_import(over_network, import_id, edition=found.import_.edition, fingerprint=found.fingerprint)
    assert documents(over_network) == documents(by_start)
    assert left(over_network) == sorted(files)


@pytest.mark.usefixtures("unrehearsed")
@pytest.mark.parametrize("company", COMPANIES)
def test_an_accepted_import_writes_what_start_writes(company: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_as_started(company, tmp_path, monkeypatch)


@pytest.mark.proof
@pytest.mark.parametrize("company", sorted(each.name for each in CORPUS.glob("*")))
def test_every_import_writes_what_start_writes(company: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_as_started(company, tmp_path, monkeypatch)


@pytest.mark.usefixtures("unrehearsed")
@pytest.mark.parametrize(
    ("name", "is_edited"),
    [
        ("退货.csv", False),
        ("订单2025-05.csv", True),
        pytest.param("退货.csv", True, marks=pytest.mark.proof),
        pytest.param("订单2025-05.csv", False, marks=pytest.mark.proof),
    ],
)
def test_a_later_import_writes_what_a_later_start_writes(
    name: str, is_edited: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {"订单2025-03.csv": month(3), "订单2025-04.csv": month(4)}
    renamed = month(5, HEADER.replace("买家实际支付金额", "实付金额"))
    later = {name: RETURNS if name == "退货.csv" else renamed}
    by_start = started(tmp_path / "started", first, monkeypatch)
    over_network = new_workspace(tmp_path / "sent", like=by_start)
    accepted(over_network, first)
    monkeypatch.setattr(fresh_files, "_last_run", lambda workspace: run_over(workspace.root, first))
    if is_edited:
        for root in (by_start, over_network):
            file = root / "sources.yaml"
            file.write_text(file.read_text("utf-8").replace("sources:\n", "sources:  # ours\n"), "utf-8")
    before = documents(over_network)
    assert accepted(over_network, later).diff
    started(by_start, later, monkeypatch)
    assert documents(over_network) == documents(by_start) != before


@pytest.mark.parametrize(
    "name",
    [
        *("../orders.csv", "a/b.csv", "..", "", " ", ".hidden.csv", "~$orders.xlsx", "C:\\orders.csv", "orders.csv\0.xlsx"),
        *("a\u202eb.csv", "a#b.csv", "a*.csv", f"{'长' * 80}.csv", "orders.exe", "orders", "a\nb.csv", "\ud800.csv"),
    ],
)
def test_a_name_that_is_none_is_refused(name: str, shop: Path) -> None:
    import_id = begin_import(shop).import_.import_id
    with pytest.raises(InvalidArgument):
        add_file(shop, import_id, name, [DAY_OR_MONTH])
    assert left(shop) == []


def test_a_name_is_kept_in_composed_letters() -> None:
    assert file_name(unicodedata.normalize("NFD", "Décembre.csv")) == "Décembre.csv"


def broken() -> Iterator[bytes]:
    yield DAY_OR_MONTH
    raise Unavailable


@pytest.mark.parametrize(
    ("name", "chunks", "error"),
    [
        ("orders.csv", broken, Unavailable),
        ("orders.csv", lambda: [b"x" * 600, b"x" * 600], uploads.FileTooLarge),
        ("orders.csv", lambda: [b"PK\x03\x04" + b"\0" * 40], InvalidFile),
        ("orders.csv", lambda: [b"\x7fELF\x02\x01\x01" + bytes(range(32)) * 4], InvalidFile),
        ("orders.csv", list, InvalidFile),
        ("orders.parquet", lambda: [DAY_OR_MONTH], InvalidFile),
        ("orders.csv.gz", lambda: [DAY_OR_MONTH], InvalidFile),
    ],
)
def test_an_upload_that_cannot_be_used_leaves_nothing(
    name: str, chunks: object, error: type[Exception], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "most_bytes", lambda _workspace: 1000)
    import_id = begin_import(shop).import_.import_id
    with pytest.raises(error):
        add_file(shop, import_id, name, chunks())
    assert [each for each in left(shop) if each != import_id] == []
    assert one_import(shop, import_id).import_.files == ()


def test_uploads_are_their_owners_alone_and_no_source_sees_them(shop: Path) -> None:
    import_id = sent(shop, {"orders.csv": DAY_OR_MONTH})
    folder = shop / UPLOADS_FOLDER
    modes = {each.name: each.stat().st_mode & 0o777 for each in (folder, *folder.rglob("*"))}
    assert modes == {UPLOADS_FOLDER: 0o700, import_id: 0o700, "orders.csv": 0o600}
    assert uploads.place_of(open_workspace(shop), ImportFile("orders.csv", 1, "", "csv")) == shop / "data" / "orders.csv"


@pytest.mark.usefixtures("unrehearsed")
def test_dropping_leaves_nothing_and_ends_the_import(shop: Path) -> None:
    before = documents(shop)
    import_id = sent(shop, {"orders.csv": DAY_OR_MONTH})
    answered(shop, import_id)
    drop_import(shop, import_id)
    assert left(shop) == []
    assert documents(shop) == before
    assert [each.status for each in list_imports(shop).imports] == [ImportStatus.DROPPED]
    with pytest.raises(Conflict):
        add_file(shop, import_id, "orders.csv", [DAY_OR_MONTH])
    with pytest.raises(NotFound):
        propose_import(shop, "20260101T000000-00000000")


def test_what_nobody_touches_goes_with_the_next_import(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = sent(shop, {"orders.csv": DAY_OR_MONTH})
    begin_import(shop)
    assert one_import(shop, old).import_.status is ImportStatus.UPLOADED
    monkeypatch.setattr(uploads, "KEPT_FOR", timedelta(seconds=-1))
    begin_import(shop)
    assert one_import(shop, old).import_.status is ImportStatus.DROPPED
    assert left(shop) == []


@pytest.mark.usefixtures("unrehearsed")
def test_a_question_waits_and_two_people_do_not_answer_over_one_another(shop: Path) -> None:
    import_id = sent(shop, {"orders.csv": DAY_OR_MONTH})
    seen = propose_import(shop, import_id, principal=ANN)
    assert (seen.import_.status, seen.may_be_accepted) == (ImportStatus.ASKED, False)
    (question,) = seen.map.questions
    with pytest.raises(Conflict):
        accept_import(shop, import_id, edition=seen.import_.edition, fingerprint=seen.fingerprint)
    with pytest.raises(InvalidArgument):
        answer_import(shop, import_id, {question.id: "ymd"}, edition=seen.import_.edition)
    now = answer_import(shop, import_id, {question.id: "dmy"}, edition=seen.import_.edition, principal=ANN)
    assert now.import_.status is ImportStatus.READY
    with pytest.raises(Conflict) as late:
        answer_import(shop, import_id, {question.id: "mdy"}, edition=seen.import_.edition, principal=BOB)
    assert "Ann" in late.value.describe(Language.EN)
    with pytest.raises(Conflict):
        accept_import(shop, import_id, edition=now.import_.edition, fingerprint=seen.fingerprint)
    done = accept_import(shop, import_id, edition=now.import_.edition, fingerprint=now.fingerprint, principal=ANN)
    assert (done.files, done.answers) == (("data/orders.csv",), 1)
    with pytest.raises(Conflict):
        accept_import(shop, import_id, edition=now.import_.edition, fingerprint=now.fingerprint, principal=BOB)
    assert propose_import(shop, sent(shop, {"orders_2.csv": DAY_OR_MONTH})).map.questions == ()


@pytest.mark.usefixtures("unrehearsed")
def test_of_two_imports_the_second_is_looked_at_again(shop: Path) -> None:
    first, second = sent(shop, {"订单.csv": month(4)}), sent(shop, {"退货.csv": RETURNS})
    seen_first, seen_second = answered(shop, first), answered(shop, second)
    accept_import(shop, first, edition=seen_first.import_.edition, fingerprint=seen_first.fingerprint)
    with pytest.raises(Conflict):
        accept_import(shop, second, edition=seen_second.import_.edition, fingerprint=seen_second.fingerprint)
    again = answered(shop, second)
    accept_import(shop, second, edition=again.import_.edition, fingerprint=again.fingerprint)
    found = {each.feed.value: each for each in list_sources(shop).sources}
    assert found["return"].belongs_to == found["order_line"].source


@pytest.mark.usefixtures("unrehearsed")
def test_a_file_is_overwritten_only_by_one_that_is_meant_to(shop: Path) -> None:
    accepted(shop, {"订单.csv": month(4)})
    import_id = begin_import(shop).import_.import_id
    for content, replaces in ((month(4), True), (month(5), False)):
        with pytest.raises(Conflict):
            add_file(shop, import_id, "订单.csv", [content], replaces=replaces)
    add_file(shop, import_id, "订单.csv", [month(5)], replaces=True)
    found = answered(shop, import_id)
    accept_import(shop, import_id, edition=found.import_.edition, fingerprint=found.fingerprint)
    assert (shop / "data" / "订单.csv").read_bytes() == month(5)
    assert left(shop) == ["订单.csv"]


@pytest.mark.usefixtures("unrehearsed")
def test_an_acceptance_that_fails_leaves_everything_as_it_was(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = documents(shop)
    import_id = sent(shop, {"订单.csv": month(4)})
    found = answered(shop, import_id)

    def full(*_arguments: object) -> None:
        raise Unavailable

    with monkeypatch.context() as failing:
        failing.setattr(taking_in, "write_whole", full)
        with pytest.raises(Unavailable):
            accept_import(shop, import_id, edition=found.import_.edition, fingerprint=found.fingerprint)
    assert (documents(shop), left(shop)) == (before, sorted([import_id, "订单.csv"]))
    (shop / "data").mkdir(exist_ok=True)
    # Killed between the move and the text: the file stands in its place, and the import is accepted all the same.
    (shop / UPLOADS_FOLDER / import_id / "订单.csv").rename(shop / "data" / "订单.csv")
    found = answered(shop, import_id)
    accept_import(shop, import_id, edition=found.import_.edition, fingerprint=found.fingerprint)
    assert left(shop) == ["订单.csv"]


def test_a_file_is_taken_out(shop: Path) -> None:
    import_id = sent(shop, {"a.csv": DAY_OR_MONTH, "b.csv": month(4)})
    assert [each.name for each in take_file_out(shop, import_id, "a.csv").import_.files] == ["b.csv"]
    with pytest.raises(NotFound):
        take_file_out(shop, import_id, "a.csv")
    take_file_out(shop, import_id, "b.csv")
    with pytest.raises(InvalidInput):
        propose_import(shop, import_id)


@pytest.mark.usefixtures("unrehearsed")
def test_a_source_is_taken_back(shop: Path) -> None:
    accepted(shop, {"订单.csv": month(4), "退货.csv": RETURNS})
    seen = list_sources(shop)
    orders, returns = (each.source for each in sorted(seen.sources, key=lambda each: each.belongs_to or ""))
    with pytest.raises(Conflict):
        take_source_back(shop, orders, fingerprint=seen.fingerprint)
    with pytest.raises(NotFound):
        take_source_back(shop, "nobody", fingerprint=seen.fingerprint)
    taken = take_source_back(shop, returns, fingerprint=seen.fingerprint)
    assert taken.files == ("data/退货.csv",)
    with pytest.raises(Conflict):
        take_source_back(shop, orders, fingerprint=seen.fingerprint)
    take_source_back(shop, orders, fingerprint=taken.fingerprint)
    assert list_sources(shop).sources == ()
    assert left(shop) == ["订单.csv", "退货.csv"]


def test_the_preview_accounts_for_every_row_and_masks_people(shop: Path) -> None:
    lines = [
        "订单号,会员编号,手机号,姓名,付款时间,实付金额,订单状态",
        "B1,M01,13812345678,张三丰,2026-04-03 10:00:00,420.00,已完成",
        "B2,M02,13812345679,李四,2026-04-05 10:00:00,1260.00,已完成",
        "B3,M01,13812345678,张三丰,2026-05-06 10:00:00,88.00,已取消",
        "B4,M03,13812345670,王五,2026-06-07 10:00:00,310.50,已完成",
    ]
    import_id = sent(shop, {"orders.csv": "\n".join(lines).encode("gb18030")})
    (file,) = preview_import(shop, import_id).files
    assert (file.rows_in, file.kept, file.rejected, file.copies, file.is_whole) == (4, 3, {"cancelled": 1}, 0, True)
    (money,) = file.sums
    assert (money.column, f"{money.all_rows}", f"{money.rows_not_rejected}") == ("实付金额", "2078.5", "1990.5")
    columns = {each.field: place for place, each in enumerate(file.columns)}
    third = file.rows[2]
    assert (third.row_number, third.reason) == (4, "cancelled")
    assert third.cells[columns["phone"]].came == "138****5678"
    assert third.cells[columns["customer_name"]].came == "张*丰"
    assert third.cells[columns["order_amount"]].read == "88"
    assert documents(shop).keys() == {"sources.yaml"}
