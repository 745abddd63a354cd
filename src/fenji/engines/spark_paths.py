"""How is a path told to Spark? It would take brackets and stars in it for patterns."""

from __future__ import annotations

import re
from pathlib import Path


def literal_path(path: Path) -> str:
    r"""The path with what Spark reads as a pattern escaped.

    >>> literal_path(Path("/shop/run=1/[x]*.csv"))
    '/shop/run=1/\\[x\\]\\*.csv'
    """
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", str(path))
