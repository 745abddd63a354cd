"""Who is known by a phone alone is found by it in any writing. World: a London till that names phones, and one customer whose id looks like one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.errors import NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workspace.customers import customer_key_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.phones import phone_ids

LONDON, SHANGHAI = "Europe/London", "Asia/Shanghai"
SOURCES = """
sources:
  - {source: till, feed: order_line, files: till.csv, columns: {order_id: no, customer_id: id, phone: phone, ordered_at: at, line_amount: amount}}
"""
TILL = """no,id,phone,at,amount
1,,020 7946 0958,2026-01-05,10
2,,+44 20 7946 0123,2026-01-06,20
3,,13812345678,2026-01-07,30
4,13085,,2026-01-08,40
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("till") / "shop"
    init_workspace(root, template="retail", language=Language.EN, time_zone=LONDON, currency="GBP")
    (root / "till.csv").write_text(TILL, "utf-8")
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    run_all(root, as_of=date(2026, 1, 31))
    return root


def test_a_phone_is_found_in_any_writing_and_an_id_is_no_phone(shop: Path) -> None:
    with open_session(open_workspace(shop)) as session:
        run = session.latest()

        def key(text: str) -> int:
            return customer_key_of(session, run, text)

        assert key("020 7946 0958") == key("+44 20 7946 0958") == key("(020) 7946-0958") == key("phone:02079460958")
        assert key("020 7946 0123") == key("0044 20 7946 0123") == key("phone:+442079460123")
        assert key("+86 138 1234 5678") == key("phone:+8613812345678")
        assert len({key("020 7946 0958"), key("020 7946 0123"), key("+8613812345678"), key("13085")}) == 4
        with pytest.raises(NotFound):
            key("020 7946 0999")


@pytest.mark.parametrize(
    ("text", "time_zone", "ids"),
    [
        ("138 1234 5678", SHANGHAI, {"phone:+8613812345678", "phone:13812345678"}),
        ("010-62345678", SHANGHAI, {"phone:+861062345678", "phone:01062345678"}),
        ("(212) 736-5000", "America/New_York", {"phone:+12127365000", "phone:2127365000"}),
        # A number of another country is never looked up by its digits alone: at home they are somebody else's.
        ("+44 20 7946 0958", SHANGHAI, {"phone:+442079460958"}),
        ("020 7946 0958", "UTC", set()),
        ("13085", LONDON, set()),
        ("138 1234 5678", LONDON, set()),
        ("no phone", SHANGHAI, set()),
    ],
)
def test_numbers_without_a_code_belong_to_the_country_of_the_time_zone(text: str, time_zone: str, ids: set[str]) -> None:
    assert phone_ids(text, time_zone) == ids
