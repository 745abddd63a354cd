"""How is something put on paper? Elements of SVG, with texts that are measured before they are placed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from unicodedata import combining, east_asian_width

from fenji.reports.charts.axes import Color, Role
from fenji.reports.charts.palette import SHADES, Shades, Theme, mixed, tier_colors

FONTS = (
    "Inter, 'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei UI', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)

_WIDTHS = {
    0.28: "iljI.,:;'|!`",
    0.36: "ftr()[]{} /\\-\u00a0",
    0.52: 'cksvxyzJ?"*',
    0.59: "abdeghnopquLEFST",
    0.64: "0123456789$£€¥+=<>~−±–_^#",
    0.72: "ABCDHKNPRUVXYZ&GOQ",
    0.9: "mwMW%@",
}
_WIDTH_OF = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
"""Widths of Inter's letters as parts of the size, rounded up so that no text is wider than it was measured."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MIRRORED = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what follows: a name must not turn its neighbours."""

HATCHES = 5


def width_of(text: str, size: float) -> float:
    """How wide a text is at a size of letters, in pixels.

    >>> width_of("高级会员", 12), width_of("92", 10)
    (48.0, 12.8)
    """
    return sum(_letter(each) for each in text) * size


def _letter(sign: str) -> float:
    if combining(sign):
        return 0.0
    if sign in _WIDTH_OF:
        return _WIDTH_OF[sign]
    return 1.0 if east_asian_width(sign) in "WFA" or ord(sign) > 0x2E80 else 0.7  # noqa: PLR2004 - where East Asian blocks begin


def fitted(text: str, size: float, room: float) -> str:
    """The beginning of a text that fits, with an ellipsis where something is cut off."""
    if width_of(text, size) <= room:
        return text
    taken = ""
    for each in text:
        if width_of(f"{taken}{each}…", size) > room:
            break
        taken += each
    return f"{taken}…"


def folded(text: str, size: float, room: float, *, most: int = 2) -> list[str]:
    """A text in as many lines as it needs, broken between words or Chinese characters; the last is cut."""
    lines, words = [""], re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+", text)
    for word in words:
        if lines[-1] and width_of((lines[-1] + word).rstrip(), size) > room:
            lines.append("")
        lines[-1] += word
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return [fitted(each.rstrip(), size, room) for each in lines]


def escaped(text: str) -> str:
    """A text for XML, also between quotes; signs that XML has no place for, or that turn direction, are left out.

    >>> escaped('<img src=x onerror="a">')
    '&lt;img src=x onerror=&quot;a&quot;&gt;'
    """
    clean = _MIRRORED.sub("", _NOT_XML.sub("", text))
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(sign, name)
    return clean


def short_number(value: float) -> str:
    """A place on paper to a hundredth of a pixel.

    >>> short_number(3.0), short_number(0.126), short_number(-0.001)
    ('3', '0.13', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass
class Paper:
    """A sheet that elements are put on, in their order."""

    width: float
    height: float
    theme: Theme = Theme.LIGHT
    is_hatched: bool = False
    """Whether tiers differ by pattern too, for print without color."""
    name: str = "chart"
    """What ids on the sheet begin with: several charts may stand in one document."""
    elements: list[str] = field(default_factory=list)
    _patterns: dict[str, str] = field(default_factory=dict)

    @property
    def shades(self) -> Shades:
        """The colors of the ground."""
        return SHADES[self.theme]

    def color(self, color: Color) -> str:
        """The color of a role on this ground."""
        if color.role is Role.TIER:
            return tier_colors(color.of, self.theme)[min(color.index, max(color.of - 1, 0))]
        return str(getattr(self.shades, color.role.value))

    def fill(self, color: Color) -> str:
        """What an area of a role is filled with: its color, or its pattern."""
        plain_color = self.color(color)
        if not self.is_hatched or color.role not in (Role.TIER, Role.GOOD, Role.BAD):
            return plain_color
        place = color.index if color.role is Role.TIER else HATCHES + (color.role is Role.BAD)
        name = f"{self.name}-hatch-{color.role}-{place}-{color.of}"
        self._patterns[name] = _hatch(name, plain_color, mixed(self.shades.ink, plain_color, 0.45), place)
        return f"url(#{name})"

    def thin(self, color: Color, share: float) -> str:
        """A color thinned with the ground."""
        return mixed(self.color(color), self.shades.ground, share)

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, *, width: float = 1, dash: str = "") -> None:
        """A straight line."""
        ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        self.put("line", {**ends, "stroke": stroke, "stroke-width": width, **_dashed(dash)})

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, tip: str = "", radius: float = 0, **more: object
    ) -> None:
        """A filled rectangle; ``tip`` is shown where somebody points at it."""
        place = {"x": x, "y": y, "width": max(width, 0), "height": max(height, 0), "fill": fill}
        self.put("rect", {**place, **({"rx": radius} if radius else {}), **_names(more)}, tip=tip)

    def circle(self, x: float, y: float, radius: float, fill: str, *, tip: str = "", **more: object) -> None:
        """A filled circle."""
        self.put("circle", {"cx": x, "cy": y, "r": radius, "fill": fill, **_names(more)}, tip=tip)

    def path(
        self, path: str, *, fill: str = "none", stroke: str = "none", width: float = 0, tip: str = "", **more: object
    ) -> None:
        """A line or area of any shape."""
        drawn = {"stroke": stroke, "stroke-width": width, "stroke-linejoin": "round"} if stroke != "none" else {}
        self.put("path", {"d": path, "fill": fill, **drawn, **_names(more)}, tip=tip)

    def text(
        self, x: float, y: float, text: str, *, size: float = 12, fill: str = "", anchor: str = "start", weight: int = 400
    ) -> None:
        """A line of text; ``y`` is its base line."""
        weighed = {"font-weight": weight} if weight != 400 else {}  # noqa: PLR2004 - what is not said is 400
        placed = {"text-anchor": anchor} if anchor != "start" else {}
        body = {"x": x, "y": y, "font-size": size, "fill": fill or self.shades.ink, **placed, **weighed}
        self.elements.append(f"<text{_attributes(body)}>{escaped(text)}</text>")

    def put(self, tag: str, attributes: dict[str, object], *, tip: str = "") -> None:
        """Any element."""
        inner = f"<title>{escaped(tip)}</title></{tag}>" if tip else f"</{tag}>"
        self.elements.append(f"<{tag}{_attributes(attributes)}>{inner}" if tip else f"<{tag}{_attributes(attributes)}/>")

    def document(self, title: str, sentence: str, language: str) -> str:
        """The sheet as one SVG document with a title and a sentence for whoever does not see it."""
        size = {
            "width": self.width,
            "height": self.height,
            "viewBox": f"0 0 {short_number(self.width)} {short_number(self.height)}",
        }
        head = {
            "xmlns": "http://www.w3.org/2000/svg",
            **size,
            "role": "img",
            "aria-labelledby": f"{self.name}-title {self.name}-desc",
            "lang": "zh-CN" if language == "zh" else language,
            "font-family": FONTS,
            "style": "font-variant-numeric: tabular-nums",
        }
        return "\n".join(
            (
                f"<svg{_attributes(head)}>",
                f'<title id="{self.name}-title">{escaped(title)}</title>',
                f'<desc id="{self.name}-desc">{escaped(sentence)}</desc>',
                *([f"<defs>{''.join(self._patterns.values())}</defs>"] if self._patterns else []),
                *self.elements,
                "</svg>",
                "",
            )
        )


def _hatch(name: str, color: str, ink: str, place: int) -> str:
    """A pattern per place: none, slanted lines, dots, lines the other way, crossing, lying and standing lines."""
    marks = (
        "",
        "M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6",
        "M2,2 h1 M6,6 h1",
        "M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2",
        "M0,0 L8,8 M8,0 L0,8",
        "M0,4 H8",
        "M4,0 V8",
    )[place % 7]
    body = f'<rect width="8" height="8" fill="{color}"/>' + (
        f'<path d="{marks}" stroke="{ink}" stroke-width="1"/>' if marks else ""
    )
    return f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">{body}</pattern>'


def _attributes(named: dict[str, object]) -> str:
    return "".join(f' {name}="{_written(value)}"' for name, value in named.items())


def _written(value: object) -> str:
    return short_number(value) if isinstance(value, float) else escaped(str(value))


def _names(more: dict[str, object]) -> dict[str, object]:
    return {name.replace("_", "-"): value for name, value in more.items()}


def _dashed(dash: str) -> dict[str, object]:
    return {"stroke-dasharray": dash} if dash else {}


def points(places: Sequence[tuple[float, float]]) -> str:
    """A path through places."""
    return "".join(f"{'L' if at else 'M'}{short_number(x)},{short_number(y)}" for at, (x, y) in enumerate(places))


def runs(places: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The places in stretches without a gap: where a value is unknown no line is drawn."""
    stretch: list[tuple[float, float]] = []
    for each in places:
        if each is not None:
            stretch.append(each)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
