"""How does a command explain itself? Help in the reader's language, always with an example."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

from fenji.language import Language, translate
from fenji.language import message as _

Entry = tuple[Callable[..., None], str, str]
"""The function of a command, its help and its examples, one a line."""

HELP_OF_HELP = _("Show this help.")
_NAMES = 26
"""Columns for the names of options; longer names put their help on the next line."""
_LINE = 100
"""Columns of a line of help."""


class Command(TyperCommand):
    """One command."""

    language = Language.EN

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's own private classes
        """Usage, what it does, its arguments and options, an example."""
        listed = parameters(self, ctx)
        arguments = [each for each in listed if each.is_argument]
        usage = " ".join([ctx.command_path, *(each.name for each in arguments), translate(_("[OPTIONS]"), self.language)])
        formatter.write(
            _page(
                self,
                usage,
                (_("Arguments"), [(each.name, each.help) for each in arguments]),
                (_("Options"), [(each.name, each.help) for each in listed if not each.is_argument]),
            )
        )


class Group(TyperGroup):
    """A set of commands: the program itself, or a word such as ``policy`` with words below it."""

    language = Language.EN

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's own private classes
        """Usage, what it is for, the commands with a line each, an example."""
        usage = f"{ctx.command_path} {translate(_('COMMAND [OPTIONS]'), self.language)}"
        commands = [(name, translate(each.help or "", self.language)) for name, each in self.commands.items()]
        options = [(each.name, each.help) for each in parameters(self, ctx)]
        formatter.write(_page(self, usage, (_("Commands"), commands), (_("Options"), options)))


@dataclass(frozen=True)
class Parameter:
    """One argument or option as help and the reference page show it."""

    name: str
    """Such as ``--as-of DATE``."""
    help: str
    is_argument: bool


def parameters(command: Command | Group, ctx: Any) -> list[Parameter]:  # noqa: ANN401 - Typer's own private class
    """The arguments and options of a command, in its language."""
    found = []
    for each in command.get_params(ctx):
        if getattr(each, "hidden", False):
            continue
        place = translate(each.metavar, command.language) if each.metavar else ""
        is_argument = not each.opts[0].startswith("-")
        name = place if is_argument else " ".join(part for part in (", ".join(each.opts), place) if part)
        words = HELP_OF_HELP if each.opts == ["--help"] else each.help or ""  # type: ignore[attr-defined]
        found.append(Parameter(name, translate(words, command.language), is_argument))
    return found


def speak(command: Any, language: Language) -> None:  # noqa: ANN401 - Typer's private union of commands
    """Makes a command and all below it explain themselves in a language."""
    command.language = language
    for each in getattr(command, "commands", {}).values():
        speak(each, language)


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` columns; a Chinese character takes two, and a line may end after any of them."""
    line = ""
    for word in _words(text):
        if line and cell_len(line + word.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += word if line else word.lstrip()
    if line:
        yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    """The parts between which a line may break: after a blank, and after a Chinese character that no sign of the end follows."""
    word = ""
    for position, sign in enumerate(text):
        word += sign
        following = text[position + 1 : position + 2]
        if sign == " " or (cell_len(sign) > 1 and following not in "，。；：、）》”！？"):
            yield word
            word = ""
    if word:
        yield word


def _page(command: Command | Group, usage: str, *sections: tuple[str, Iterable[tuple[str, str]]]) -> str:
    language = command.language
    lines = [translate(_("Usage: {usage}"), language, usage=usage), ""]
    lines += [f"  {line}" for line in wrap(translate(command.help or "", language), _LINE - 2)]
    for title, entries in sections:
        entered = list(entries)
        if entered:
            lines += ["", translate(title, language)]
        for name, words in entered:
            lines += _entry(name, words)
    if command.epilog:
        lines += ["", translate(_("Examples"), language), *(f"  {line}" for line in command.epilog.splitlines())]
    return "\n".join(lines) + "\n"


def _entry(name: str, words: str) -> list[str]:
    indent = " " * (_NAMES + 4)
    lines = [indent + line for line in wrap(words, _LINE - _NAMES - 4)] or [indent]
    if cell_len(name) > _NAMES:
        return [f"  {name}", *lines]
    first = f"  {name}{' ' * (_NAMES - cell_len(name) + 2)}"
    return [first + lines[0].lstrip(), *lines[1:]]
