"""What are feeds, fields and sources called on the screen? As everywhere, with files cut short."""

from __future__ import annotations

from collections.abc import Iterable

from fenji.cli.output import Output
from fenji.domain.feeds import Feed
from fenji.language import message as _
from fenji.wording.feeds import feed_name, field_name, made_of_name

MOST_FILES = 3
"""Files that stand for a source on the screen; a folder may hold hundreds."""


def feed_words(feed: Feed | None, output: Output) -> str:
    """What the rows of a feed are."""
    return feed_name(feed, output.language)


def field_words(feed: Feed | None, name: str, output: Output) -> str:
    """What people call a field of a feed; its own name where the feed has none of that name."""
    return field_name(feed, name, output.language)


def made_of_words(feed: Feed | None, name: str, output: Output) -> str:
    """What one part of an order number that was made up is: a field, its day or month, the file, or the person."""
    return made_of_name(feed, name, output.language)


def files_words(files: Iterable[str], output: Output) -> str:
    """The files of a source, without their sheets and folders; the first few and how many more."""
    return output.text(_(", ")).join(file_names(files, output))


def file_names(files: Iterable[str], output: Output) -> list[str]:
    """The same one by one; the last says how many are left out."""
    names = list(dict.fromkeys(each.partition("#")[0].rpartition("/")[2] for each in files))
    more = len(names) - MOST_FILES
    return [*names[:MOST_FILES], output.text(_("and {more} more"), more=more)] if more > 0 else names
