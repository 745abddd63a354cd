"""In which colors are tiers, good and bad shown, so that everybody tells them apart on both grounds?

Source  OKLab: Ottosson 2020. Color vision deficiencies: Machado, Oliveira, Fernandes 2009. Contrast: WCAG 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

Triple = tuple[float, float, float]


class Theme(StrEnum):
    """The two grounds on which everything is shown."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Shades:
    """The colors of one ground, as #RRGGBB."""

    ground: str
    """Of the card that a chart stands on."""
    ink: str
    """Text and lines that are read."""
    quiet: str
    """Text beside: axes, subtitles."""
    line: str
    """Hairlines of the grid."""
    accent: str
    """A single series, and links."""
    neutral: str
    """What is beside the point: others, unknown."""
    good: str
    bad: str
    top: str
    """The highest tier."""
    path: tuple[str, ...]
    """The tiers below it are cut from this way, lowest first."""
    long_path: tuple[str, ...]
    """The same where six or seven tiers need more room."""


SHADES: Mapping[Theme, Shades] = {
    Theme.LIGHT: Shades(
        ground="#FFFFFF",
        ink="#141B26",
        quiet="#56606F",
        line="#E3E7ED",
        accent="#2157C9",
        neutral="#98A1AF",
        good="#08705F",
        bad="#B1401B",
        top="#E3A01B",
        path=("#B8C2D0", "#8FB6E8", "#4F8CE0", "#2157B5"),
        long_path=("#CDD3DC", "#9CBCE8", "#4F8CE0", "#1E4CA3", "#0E2450"),
    ),
    Theme.DARK: Shades(
        ground="#161B22",
        ink="#E8ECF2",
        quiet="#9AA5B4",
        line="#2B323C",
        accent="#7FB0FF",
        neutral="#7A8595",
        good="#4FD0B5",
        bad="#FF9A73",
        top="#F0B23C",
        path=("#56606F", "#3B6396", "#4B8DE0", "#9CC6FF"),
        long_path=("#4A5159", "#2E5690", "#4B8DE0", "#9CC6FF", "#E2EFFF"),
    ),
}

FEWEST_TIERS, MOST_TIERS = 2, 7
STRAIGHT = 0.0031308
"""Up to this much light sRGB is a straight line (IEC 61966-2-1)."""

SHORT_WAY = 4
"""Tiers below the top for which the short way is long enough."""


def tier_colors(tiers: int, theme: Theme) -> tuple[str, ...]:
    """The colors of so many tiers, lowest first; the top is always amber.

    Five tiers have the colors that were chosen by hand. More than seven repeat none, but stand closer than everybody can tell.

    >>> tier_colors(5, Theme.LIGHT)
    ('#B8C2D0', '#8FB6E8', '#4F8CE0', '#2157B5', '#E3A01B')
    """
    return _tier_colors(max(tiers, 1), Theme(theme))


@cache
def _tier_colors(tiers: int, theme: Theme) -> tuple[str, ...]:
    shades = SHADES[theme]
    below = tiers - 1
    if below == 0:
        return (shades.top,)
    if below == 1:
        return (shades.path[SHORT_WAY // 2], shades.top)
    path = shades.path if below <= SHORT_WAY else shades.long_path
    return (*(_along(path, place / (below - 1)) for place in range(below)), shades.top)


def _along(path: tuple[str, ...], at: float) -> str:
    """The color at a part of the way, 0 to 1, equal steps between neighbours of the path; between two by OKLab."""
    place = at * (len(path) - 1)
    before = min(int(place), len(path) - 2)
    rest = place - before
    if rest == 0:
        return path[before]
    if rest == 1:
        return path[before + 1]
    first, second = _oklab(path[before]), _oklab(path[before + 1])
    mixed = [one + (other - one) * rest for one, other in zip(first, second, strict=True)]
    return _from_oklab((mixed[0], mixed[1], mixed[2]))


def _linear(color: str) -> Triple:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= STRAIGHT * 12.92 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return red, green, blue


def _hexadecimal(linear: Triple) -> str:
    bounded = [min(max(each, 0.0), 1.0) for each in linear]
    parts = [each * 12.92 if each <= STRAIGHT else 1.055 * each ** (1 / 2.4) - 0.055 for each in bounded]
    return "#" + "".join(f"{round(each * 255):02X}" for each in parts)


Matrix = tuple[Triple, Triple, Triple]

_TO_CONES: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_OKLAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_OKLAB: Matrix = ((1, 0.3963377774, 0.2158037573), (1, -0.1055613458, -0.0638541728), (1, -0.0894841775, -1.2914855480))
_FROM_CONES: Matrix = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def _times(matrix: Matrix, vector: Triple) -> Triple:
    first, second, third = (sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _oklab(color: str) -> Triple:
    long, medium, short = _times(_TO_CONES, _linear(color))
    return _times(_TO_OKLAB, (long ** (1 / 3), medium ** (1 / 3), short ** (1 / 3)))


def _from_oklab(lab: Triple) -> str:
    long, medium, short = _times(_FROM_OKLAB, lab)
    return _hexadecimal(_times(_FROM_CONES, (long**3, medium**3, short**3)))


def mixed(color: str, ground: str, share: float) -> str:
    """A color thinned with its ground, for bands and cells: ``share`` of the color, in OKLab.

    >>> mixed("#2157B5", "#FFFFFF", 0), mixed("#2157B5", "#FFFFFF", 1)
    ('#FFFFFF', '#2157B5')
    """
    return _along((ground, color), min(max(share, 0.0), 1.0))


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2.2, 0 to 1."""
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colors as WCAG 2.2 counts it, 1 to 21.

    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    lower, higher = sorted((luminance(one), luminance(other)))
    return round((higher + 0.05) / (lower + 0.05), 2)


def ink_on(color: str) -> str:
    """What text on a filled area is written in: the darker or the lighter ink, whichever is read better."""
    return max(("#141B26", "#FFFFFF"), key=lambda ink: contrast(ink, color))


def css() -> str:
    """The variables of both grounds, as ``static/palette.css`` holds them.

    ``--tier-5-0`` is the lowest of five tiers; within ``data-tiers="5"`` the short ``--tier-0`` stands for it.
    """
    light, dark = (list(_variables(theme)) for theme in Theme)
    aliases = [line for tiers in range(FEWEST_TIERS, MOST_TIERS + 1) for line in _aliases(tiers)]
    return "\n".join(
        (
            "/* Made from fenji.reports.charts.palette; a test compares both. */",
            ":root {",
            *(f"  {line}" for line in light),
            "}",
            "@media (prefers-color-scheme: dark) {",
            '  :root:not([data-theme="light"]) {',
            *(f"    {line}" for line in dark),
            "  }",
            "}",
            ':root[data-theme="dark"] {',
            *(f"  {line}" for line in dark),
            "}",
            "/* What is saved or printed is light on every ground. */",
            ".chart-paper {",
            *(f"  {line}" for line in light),
            "}",
            *aliases,
            "",
        )
    )


def _variables(theme: Theme) -> Iterator[str]:
    shades = SHADES[theme]
    for name in ("ground", "ink", "quiet", "line", "accent", "neutral", "good", "bad"):
        yield f"--{name}: {getattr(shades, name)};"
    for tiers in range(FEWEST_TIERS, MOST_TIERS + 1):
        for place, color in enumerate(tier_colors(tiers, theme)):
            yield f"--tier-{tiers}-{place}: {color};"


def _aliases(tiers: int) -> Iterator[str]:
    yield f'[data-tiers="{tiers}"] {{'
    yield from (f"  --tier-{each}: var(--tier-{tiers}-{each});" for each in range(tiers))
    yield "}"
