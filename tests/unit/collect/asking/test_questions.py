"""Of many open questions those come first that must be answered, then those with the most money on them; never more than five."""

from __future__ import annotations

from fenji.collect.asking.questions import MOST_QUESTIONS, Question, QuestionKind, most_important
from fenji.collect.remarks import Remark


def question(name: str, *, default: str | None = "a", stake: float = 0.0, answer: str | None = None) -> Question:
    words = Remark("?")
    return Question(name, QuestionKind.AMOUNT, "x.csv", None, words, words, (), default, stake=stake, answer=answer)


def names(*questions: Question) -> list[str]:
    return [each.id for each in most_important(questions)]


def test_what_must_be_answered_comes_before_what_has_much_money_on_it() -> None:
    assert names(question("small", stake=0.1), question("large", stake=0.9), question("must", default=None)) == [
        "must",
        "large",
        "small",
    ]


def test_equal_stakes_keep_one_order_whatever_the_order_of_the_files() -> None:
    assert names(question("b"), question("a")) == names(question("a"), question("b")) == ["a", "b"]


def test_no_more_than_five_are_asked_at_once() -> None:
    many = [question(str(number), stake=number / 10) for number in range(9)]
    assert names(*many) == ["8", "7", "6", "5", "4"]
    assert len(names(*many)) == MOST_QUESTIONS


def test_what_was_answered_is_not_asked_again() -> None:
    assert names(question("old", answer="a"), question("new")) == ["new"]


def test_an_answer_counts_before_the_default() -> None:
    assert (question("x").value, question("x", answer="b").value, question("x", default=None).value) == ("a", "b", None)
