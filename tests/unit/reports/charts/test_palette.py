"""Everybody tells two tiers apart on both grounds, text is read, and pages have the same colors as files."""

from __future__ import annotations

from importlib import resources
from itertools import combinations

import pytest

from fenji.reports.charts.palette import SHADES, Theme, contrast, css, ink_on, mixed, tier_colors

LEAST = 15
"""Distance in Lab below which two colors are taken for one."""

SEEN = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Machado, Oliveira, Fernandes 2009, severity 1, on linear light."""

XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix: tuple, vector: tuple) -> tuple:
    return tuple(sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix)


def lab(color: str, seen: tuple) -> tuple:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = tuple(each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    light = times(XYZ, tuple(min(max(each, 0), 1) for each in times(seen, linear)))
    x, y, z = (
        t ** (1 / 3) if (t := each / white) > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
        for each, white in zip(light, WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def least(colors: tuple[str, ...], seen: tuple) -> float:
    places = [lab(each, seen) for each in colors]
    return min(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 for one, other in combinations(places, 2))


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("tiers", range(2, 8))
@pytest.mark.parametrize("seen", SEEN)
def test_no_two_tiers_look_alike_to_anybody(theme: Theme, tiers: int, seen: str) -> None:
    assert least(tier_colors(tiers, theme), SEEN[seen]) >= LEAST


def test_five_tiers_are_as_far_apart_as_the_design_says() -> None:
    found = {name: tuple(round(least(tier_colors(5, theme), seen), 1) for theme in Theme) for name, seen in SEEN.items()}
    assert found == {"normal": (21.6, 22.5), "protanopia": (20.1, 21.3), "deuteranopia": (20.1, 23.7), "tritanopia": (16.3, 18.6)}


def test_a_distance_below_the_bar_is_found() -> None:
    assert least(("#4F8CE0", "#5F98E0"), SEEN["normal"]) < LEAST


@pytest.mark.parametrize("theme", Theme)
def test_the_top_is_amber_whatever_the_number_of_tiers(theme: Theme) -> None:
    assert {tier_colors(each, theme)[-1] for each in range(1, 9)} == {SHADES[theme].top}


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("role", ["ink", "quiet", "accent", "good", "bad"])
def test_text_is_read_on_its_ground(theme: Theme, role: str) -> None:
    assert contrast(getattr(SHADES[theme], role), SHADES[theme].ground) >= 4.5


@pytest.mark.parametrize("theme", Theme)
def test_what_is_written_into_an_area_is_read(theme: Theme) -> None:
    areas = [*tier_colors(7, theme), *tier_colors(5, theme)]
    areas += [
        mixed(getattr(SHADES[theme], role), SHADES[theme].ground, share / 20)
        for role in ("accent", "good", "bad")
        for share in range(21)
    ]
    assert min(contrast(ink_on(each), each) for each in areas) >= 4.15


def test_pages_have_the_colors_of_the_palette() -> None:
    sheet = resources.files("fenji") / "web" / "static" / "palette.css"
    assert sheet.read_text("utf-8") == css()
