"""In which id spaces do the ids of sources stand? Sources that share their ids are one space."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fenji.errors import InvalidArgument, InvalidDocument, NotFound, Problem, unknown_name
from fenji.language import message as _
from fenji.prepare.identity import WORKSPACE_IDS
from fenji.workspace.folder import Workspace, sources_of


def id_spaces(workspace: Workspace) -> dict[str, str]:
    """By every name that people write before an id: the id space that it means. A source means the space of its ids.

    Raises:
        NotFound: there is no sources.yaml.
        InvalidDocument: it cannot be used.
    """
    spaces = {each.name: each.shares_ids_with or WORKSPACE_IDS for each in sources_of(workspace)}
    return {**{each: each for each in spaces.values()}, **spaces}


def space_meant(spaces: Mapping[str, str], text: str) -> str:
    """The id space that somebody means by its own name or by that of a source.

    Raises:
        InvalidArgument: neither; with the nearest one.
    """
    if text not in spaces:
        raise InvalidArgument(unknown_name(_("id space"), text, spaces))
    return spaces[text]


def unknown_spaces(workspace: Workspace, names: Iterable[str]) -> list[Problem]:
    """What is wrong with names of which each should be an id space: whoever is limited to one that is not there finds nobody, and sees a shop without customers.

    None is wrong while sources.yaml is missing, empty or cannot be used, when nobody can say which spaces there will be.
    """
    try:
        spaces = set(id_spaces(workspace).values())
    except (NotFound, InvalidDocument):
        return []
    return [unknown_name(_("id space"), each, spaces) for each in names if each.strip() and each not in spaces]
