"""What opens the second factors? A key in a file of its own beside the state, which no database, no backup and no log holds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fenji.errors import Unavailable
from fenji.language import message as _
from fenji.private_files import flush_file, private_file, private_folder
from fenji.workspace.erasure_key import beside_state
from fenji.workspace.folder import Workspace

KEY_FILE = "fenji.access"
KEY_VARIABLE = "FENJI_ACCESS_KEY"
"""Takes the place of the file where several machines serve one workspace: 64 hex digits."""

KEY_BYTES = 32
NONCE_BYTES = 12


def sealed(workspace: Workspace, text: str, about: str) -> str:
    """A text that only the key opens again (AES-256-GCM), and only for what it is about."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    hidden = AESGCM(_key(workspace)).encrypt(nonce, text.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + hidden).decode("ascii")


def unsealed(workspace: Workspace, text: str, about: str) -> str:
    """What was sealed.

    Raises:
        Unavailable: it was sealed with another key, or for something else, or changed since.
    """
    try:
        data = base64.urlsafe_b64decode(text)
        return AESGCM(_key(workspace)).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unavailable.of(
            _("what was sealed with the key {file} cannot be opened: the key is another one."),
            advice=_("Bring the file back from where it was, or have the second factors reset."),
            file=KEY_FILE,
        ) from error


def keyed_hash(workspace: Workspace, text: str) -> str:
    """HMAC-SHA-256 of a text under the key, as hex digits."""
    return hmac.new(_key(workspace), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _key(workspace: Workspace) -> bytes:
    """The key, made when it is first asked for.

    Raises:
        Unavailable: the file or variable holds no key.
    """
    given = os.environ.get(KEY_VARIABLE)
    text = _kept(beside_state(workspace, KEY_FILE)) if given is None else given
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        where = KEY_FILE if given is None else KEY_VARIABLE
        raise Unavailable.of(_("{file} holds no key of 64 hex digits."), advice=_("Bring it back from where it was."), file=where)
    return key


def _kept(file: Path) -> str:
    if not file.exists():
        private_folder(file.parent)
        beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        private_file(beside)
        beside.write_text(secrets.token_hex(KEY_BYTES) + "\n", "ascii")
        flush_file(beside)
        try:
            os.link(beside, file)  # the first of several processes makes it, whole
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return file.read_text("ascii", "replace").strip()
