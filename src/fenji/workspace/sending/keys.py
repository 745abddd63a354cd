"""Which secrets sign what a webhook receives? Made from one key in a file of its own, so that no database and no backup holds them.

The secret of a webhook is HMAC-SHA256 of its id and number under the key. The next number is the next secret; for a day after
the change the secret before signs too, so that the receiver can change without losing anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime, timedelta

from fenji.domain.events import Webhook
from fenji.errors import Unavailable
from fenji.language import message as _
from fenji.private_files import FILE_MODE, flush_file, private_folder
from fenji.workspace.erasure_key import beside_state
from fenji.workspace.folder import Workspace

KEY_FILE = "fenji.webhooks.key"
BOTH_FOR = timedelta(days=1)
"""How long the secret before signs too."""


def webhook_key(workspace: Workspace, *, make: bool = False) -> str | None:
    """The key as hex digits; None where there is none and none is to be made.

    Raises:
        Unavailable: the file cannot be read or made.
    """
    file = beside_state(workspace, KEY_FILE)
    try:
        if not file.exists():
            if not make:
                return None
            private_folder(file.parent)
            # Whole or not at all: two processes may be the first at once, and half a key is a wrong one.
            beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
            handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
            with os.fdopen(handle, "w", encoding="ascii") as opened:
                opened.write(secrets.token_hex(32) + "\n")
            flush_file(beside)
            try:
                os.link(beside, file)
            except FileExistsError:
                pass
            finally:
                beside.unlink()
        return file.read_text("ascii").strip()
    except OSError as error:
        text = _("the key of the webhooks cannot be used: {detail}.")
        raise Unavailable.of(text, detail=error.strerror or type(error).__name__) from error


def secret_of(key: str, webhook_id: str, number: int) -> str:
    """One secret, as Standard Webhooks writes it."""
    digest = hmac.new(bytes.fromhex(key), f"{webhook_id}\n{number}".encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(digest).decode()}"


def check_of(key: str, webhook_id: str, number: int) -> str:
    """What shows later whether a key is the one with which a secret was made, and tells nothing of it."""
    return hashlib.sha256(secret_of(key, webhook_id, number).encode()).hexdigest()[:16]


def fits(key: str | None, webhook: Webhook) -> bool:
    """Whether the key is the one that the webhook's secret was made with."""
    return key is not None and check_of(key, webhook.webhook_id, webhook.secret_number) == webhook.secret_check


def both_until(webhook: Webhook) -> datetime | None:
    """Until when two secrets sign; None: one does."""
    return None if webhook.rotated_at is None else webhook.rotated_at + BOTH_FOR


def signing_secrets(key: str, webhook: Webhook, *, at: datetime) -> tuple[str, ...]:
    """The secrets that sign at a moment, the newest first."""
    until = both_until(webhook)
    numbers = [webhook.secret_number]
    if until is not None and at < until:
        numbers.append(webhook.secret_number - 1)
    return tuple(secret_of(key, webhook.webhook_id, each) for each in numbers)
