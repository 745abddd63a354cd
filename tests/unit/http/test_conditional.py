"""An answer is made once however many ask for it at once, and memory is bounded."""

from __future__ import annotations

import threading
import time

import pytest

from fenji.http.conditional import Kept, is_known, tag_of


def test_a_tag_tells_parts_apart_and_is_the_same_everywhere() -> None:
    assert tag_of(["a", "b"]) == tag_of(["a", "b"])
    assert len({tag_of(["a", "b"]), tag_of(["ab", ""]), tag_of(["b", "a"])}) == 3
    assert is_known(tag_of("x"), f'"other", W/{tag_of("x")}')


def test_twenty_who_ask_at_once_make_it_once() -> None:
    kept, made = Kept(), []

    def make() -> bytes:
        time.sleep(0.05)
        made.append(1)
        return b"answer"

    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(kept.recall("tag", make))) for _each in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(made), set(found), len(found)) == (1, {b"answer"}, 20)


def test_an_error_is_not_kept() -> None:
    kept = Kept()

    def fail() -> bytes:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        kept.recall("tag", fail)
    assert kept.recall("tag", lambda: b"later") == b"later"


def test_the_longest_unasked_goes_first() -> None:
    kept = Kept(most_bytes=100)
    for each in "abcde":
        kept.recall(each, lambda: b"x" * 25)
    assert kept.bytes <= 100
    assert kept.recall("e", lambda: b"new") == b"x" * 25
    assert kept.recall("a", lambda: b"new") == b"new"
    assert kept.recall("large", lambda: b"x" * 60) == b"x" * 60
    assert kept.recall("large", lambda: b"again") == b"again"


def test_answers_of_another_version_are_let_go() -> None:
    kept = Kept()
    kept.only_of("one run")
    kept.recall("a", lambda: b"x" * 25)
    kept.only_of("one run")
    assert (kept.recall("a", lambda: b"new"), kept.bytes) == (b"x" * 25, 25)
    kept.only_of("the next run")
    assert kept.bytes == 0
    assert kept.recall("a", lambda: b"new") == b"new"
