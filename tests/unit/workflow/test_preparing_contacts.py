"""By which phones, e-mails and names a customer is known, worked by hand; and that analyses never see them."""

from __future__ import annotations

import pytest

from fenji.domain.contacts import masked, masked_name
from fenji.engines.engine import Engine
from fenji.prepare.contact_points import search_forms
from fixtures.contacts import POINTS, points_of


def test_contact_points_hold_what_the_newest_row_wrote_and_nothing_masked_shared_or_of_strangers(duck: Engine) -> None:
    assert points_of(duck) == POINTS


@pytest.mark.parametrize(
    ("text", "phone", "email", "name"),
    [
        ("13900000002", "+8613900000002", None, "13900000002"),
        ("+86 139 0000 0002", "+8613900000002", None, "+86 139 0000 0002"),
        ("139-0000-0002", "+8613900000002", None, "139-0000-0002"),
        ("１３９００００００２１", "+8613900000021", None, "１３９００００００２１"),
        (" Ann@Shop.CN ", None, "ann@shop.cn", "Ann@Shop.CN"),
        ("张三", None, None, "张三"),
        ("138****1234", None, None, None),
        ("散客", None, None, None),
    ],
)
def test_any_writing_is_found_in_the_form_of_the_table(
    duck: Engine, text: str, phone: str | None, email: str | None, name: str | None
) -> None:
    import pyarrow as pa

    found = duck.fetch(search_forms(duck.from_arrow(pa.table({"text": [text]})))).to_pylist()
    assert found == [{"text": text, "phone": phone, "email": email, "name": name}]


def test_masks_hide_the_middle() -> None:
    assert [masked(each) for each in ("+8613900000002", "+442079460000", "02188880000", "a@b.cn", "17850")] == [
        "139****0002",
        "+44****0000",
        "021****0000",
        "a***@b.cn",
        "17850",
    ]
    assert [masked_name(each) for each in ("欧阳娜娜", "王小明", "李雷", "Ann Lee")] == ["欧*娜", "王*明", "李*", "A*"]
