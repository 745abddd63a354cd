"""How does a company begin? A folder with settings, a starter for its sources, and the policy of a template."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from fenji.errors import Conflict, InvalidArgument, unknown_name
from fenji.language import Language
from fenji.language import message as _
from fenji.settings import SETTINGS_FILE, render_settings_toml
from fenji.workflow.results import InitResult

DEFAULT_TEMPLATE = "retail"


def template_names() -> tuple[str, ...]:
    """The templates that ship with fenji, by name."""
    return tuple(sorted(each.name for each in _templates().iterdir() if each.is_dir() and not each.name.startswith("_")))


def init_workspace(
    root: Path, *, template: str = DEFAULT_TEMPLATE, language: Language, currency: str | None = None
) -> InitResult:
    """Makes a workspace; nothing that is there already is overwritten.

    Args:
        root: the folder; made where it is missing.
        template: whose policy, metrics and starter for sources.yaml to take.
        language: of the settings' comments, and of what fenji says in this workspace.
        currency: the workspace's currency; CNY where None.

    Raises:
        InvalidArgument: there is no such template.
        Conflict: the folder is a workspace already, or holds a file that would be overwritten.
    """
    if template not in template_names():
        raise InvalidArgument(unknown_name(_("template"), template, template_names()))
    texts = _texts(_templates() / template)
    given = {"language": language} if currency is None else {"language": language, "currency": currency}
    texts[SETTINGS_FILE] = render_settings_toml(language, **given)
    write_new(root, texts)
    return InitResult(str(root), template, tuple(sorted(texts)))


def write_new(root: Path, texts: dict[str, str]) -> None:
    """Writes files into a folder, all or none.

    Raises:
        Conflict: some of them are there already; all are named.
    """
    present = sorted(name for name in texts if (root / name).exists())
    if present:
        raise Conflict.of(
            _("{folder} already holds {files}."),
            advice=_("Choose another folder, or move these files away: fenji overwrites nothing."),
            folder=str(root),
            files=", ".join(present),
        )
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def _templates() -> Traversable:
    return resources.files("fenji") / "templates"


def _texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for each in folder.iterdir():
        if each.is_dir():
            found |= _texts(each, f"{prefix}{each.name}/")
        else:
            found[prefix + each.name] = each.read_text(encoding="utf-8")
    return found
