"""How does a company begin? A folder with settings, a starter for its sources, and the policy of a template."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.runs import InitResult
from fenji.language import Language
from fenji.workspace.templates import DEFAULT_TEMPLATE, make_workspace


def init_workspace(
    root: Path,
    *,
    template: str = DEFAULT_TEMPLATE,
    language: Language,
    currency: str | None = None,
    time_zone: str | None = None,
) -> InitResult:
    """Makes a workspace; nothing that is there already is overwritten.

    Args:
        root: the folder; made where it is missing.
        template: whose policy, metrics and starter for sources.yaml to take.
        language: of the settings' comments, and of what fenji says in this workspace.
        currency: ISO 4217 code of the workspace's currency; CNY where None.
        time_zone: IANA name of the zone whose days count; that of China where None.

    Raises:
        InvalidArgument: there is no such template, currency or time zone; all of them at once, with the nearest name.
        Conflict: the folder is a workspace already, or holds a file that would be overwritten.
    """
    return make_workspace(root, template=template, language=language, currency=currency, time_zone=time_zone)
