"""How are amounts of bytes said? In the unit that leaves one to three digits before the point."""

from __future__ import annotations

STEP = 1000
UNITS = ("B", "KB", "MB", "GB", "TB")


def size(amount: int) -> str:
    """An amount of bytes.

    >>> size(950), size(1_234_567), size(20_000_000_000)
    ('950 B', '1.2 MB', '20.0 GB')
    """
    found, unit = float(amount), 0
    while found >= STEP and unit < len(UNITS) - 1:
        found, unit = found / STEP, unit + 1
    return f"{amount} B" if unit == 0 else f"{found:.1f} {UNITS[unit]}"
