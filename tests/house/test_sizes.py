"""No file over 500 lines, no function body over 70, no class with more than 15 public methods: nobody decides to write a monster."""

from __future__ import annotations

from collections.abc import Iterator

from house.tree import Function, SourceFile, example, own_lines, violations

FILE_LINES, BODY_LINES, PUBLIC_METHODS = 500, 70, 15


def too_large(file: SourceFile) -> Iterator[str]:
    lines = file.text.count("\n")
    if lines > FILE_LINES:
        yield f"{lines} lines, the limit is {FILE_LINES}"
    for function in file.functions:
        if own_lines(function) > BODY_LINES:
            yield f"{function.name} has {own_lines(function)} lines, the limit is {BODY_LINES}"
    for class_ in file.classes:
        public = [each for each in class_.body if isinstance(each, Function) and not each.name.startswith("_")]
        if len(public) > PUBLIC_METHODS:
            yield f"{class_.name} has {len(public)} public methods, the limit is {PUBLIC_METHODS}"


def test_every_file_function_and_class_keeps_the_limits() -> None:
    assert violations(too_large) == []


def test_what_is_one_over_the_limit_is_found() -> None:
    body = "def long():\n" + "    x = 1\n" * 71
    methods = "class Hub:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(16))
    long_file = "# a line\n" * 501
    assert list(too_large(example(body))) == ["long has 71 lines, the limit is 70"]
    assert list(too_large(example(methods))) == ["Hub has 16 public methods, the limit is 15"]
    assert list(too_large(example(long_file))) == ["501 lines, the limit is 500"]


def test_what_is_at_the_limit_passes_and_docstrings_are_free() -> None:
    body = 'def long():\n    """First.\n' + "    words\n" * 40 + '    """\n' + "    x = 1\n" * 70
    methods = "class Noun:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(15)) + "    def _own(self): ...\n"
    assert list(too_large(example(body))) == []
    assert list(too_large(example(methods))) == []
