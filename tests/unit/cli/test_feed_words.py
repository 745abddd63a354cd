"""Feeds, fields and sources are named in words of the shop, in both languages."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

from fenji.cli.feed_words import feed_words, field_words, files_words, made_of_words
from fenji.cli.output import Output
from fenji.domain.feeds import Feed
from fenji.language import Language


def output(language: Language) -> Output:
    console = Console(file=StringIO())
    return Output(language, is_json=False, console=console, remarks=console)


@pytest.mark.parametrize("feed", [None, *Feed])
@pytest.mark.parametrize("language", list(Language))
def test_no_feed_is_called_by_the_name_that_sources_yaml_has_for_it(feed: Feed | None, language: Language) -> None:
    words = feed_words(feed, output(language))
    assert "_" not in words
    assert bool(re.search("[一-鿿]", words)) is (language is Language.ZH)


def test_feeds_have_different_words() -> None:
    for language in Language:
        assert len({feed_words(feed, output(language)) for feed in Feed}) == len(Feed)


def test_fields_are_called_what_people_call_them() -> None:
    assert field_words(Feed.ORDER_LINE, "customer_id", output(Language.EN)) == "customer id"
    assert field_words(Feed.ORDER_LINE, "order_amount", output(Language.ZH)) == "订单实付金额"
    assert field_words(None, "order_id", output(Language.ZH)) == "order_id"


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("person", "buyer", "买家"),
        ("file", "file", "文件"),
        ("ordered_on", "day of ordered at", "下单时间的日期"),
        ("ordered_month", "month of ordered at", "下单时间的月份"),
        ("channel", "channel", "渠道"),
    ],
)
def test_each_part_of_a_made_up_order_number_has_words(name: str, english: str, chinese: str) -> None:
    assert made_of_words(Feed.ORDER_LINE, name, output(Language.EN)) == english
    assert made_of_words(Feed.ORDER_LINE, name, output(Language.ZH)) == chinese


def test_sheets_and_folders_of_a_file_are_left_out_and_long_lists_are_counted() -> None:
    assert files_words(["a/会员.xlsx#Sheet1", "a/会员.xlsx#Sheet2"], output(Language.EN)) == "会员.xlsx"
    assert files_words([f"m{number}.csv" for number in range(1, 6)], output(Language.EN)) == "m1.csv, m2.csv, m3.csv, and 2 more"
