"""Which files does a browser fetch once and keep? Known by name and by what they hold, so that a new one has a new address."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fenji.errors import NotFound
from fenji.http.conditional import is_known
from fenji.language import message as _

PREFIX = "/static"
FOR_EVER = "public, max-age=31536000, immutable"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_LEAST_PACKED = 1000

router = APIRouter()


@dataclass(frozen=True)
class Asset:
    """One file, as it is sent."""

    content: bytes
    packed: bytes | None
    """Smaller; None where that gains nothing."""
    kind: str
    version: str
    """Part of what it holds, hashed."""


@cache
def assets() -> dict[str, Asset]:
    """All files below ``static``, by their names there."""
    folder = resources.files("fenji") / "web" / "static"
    read: dict[str, bytes] = {}
    waiting = [("", folder)]
    while waiting:
        before, at = waiting.pop()
        for each in at.iterdir():
            name = f"{before}{each.name}"
            if each.is_dir():
                waiting.append((f"{name}/", each))
            elif PurePosixPath(name).suffix in _KINDS:
                read[name] = each.read_bytes()
    found = {name: _read(name, content) for name, content in read.items() if not name.endswith(".css")}
    return found | {name: _read(name, _versioned(content, found)) for name, content in read.items() if name.endswith(".css")}


@cache
def edition() -> str:
    """The same as long as all files are."""
    return hashlib.sha256("".join(f"{name}{each.version}" for name, each in sorted(assets().items())).encode()).hexdigest()[:12]


def asset_address(name: str) -> str:
    """Where a file is fetched, below the root of the server."""
    return f"{PREFIX}/{name}?v={assets()[name].version}"


@router.get(f"{PREFIX}/{{name:path}}", include_in_schema=False)
def asset(request: Request, name: str, v: str = "") -> Response:
    """A file; for ever, where the address says which edition is meant."""
    found = assets().get(name)
    if found is None:
        raise NotFound.of(_("there is nothing at this address."))
    headers = {"ETag": f'"{found.version}"', "Cache-Control": FOR_EVER if v == found.version else "no-cache"}
    if is_known(headers["ETag"], request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            found.packed, headers={**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, media_type=found.kind
        )
    return Response(found.content, headers=headers, media_type=found.kind)


@cache
def vendored() -> tuple[Mapping[str, str], ...]:
    """Files that others made, as ``VENDORED.toml`` tells them: name, version and licence."""
    text = (resources.files("fenji") / "web" / "static" / "VENDORED.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["file"])


def _versioned(sheet: bytes, files: Mapping[str, Asset]) -> bytes:
    """A sheet whose files are named as pages name them, so that a browser fetches each once."""
    return re.sub(
        rb'url\("([^"]+)"\)', lambda found: f'url("{found[1].decode()}?v={files[found[1].decode()].version}")'.encode(), sheet
    )


def _read(name: str, content: bytes) -> Asset:
    suffix = PurePosixPath(name).suffix
    packed = gzip.compress(content, mtime=0) if suffix in (".css", ".js", ".svg") and len(content) > _LEAST_PACKED else None
    return Asset(content, packed, _KINDS[suffix], hashlib.sha256(content).hexdigest()[:12])
