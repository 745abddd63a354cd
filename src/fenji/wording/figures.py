"""How is a number, an amount, a share, a change or a day written for people? One place for the command line, pages, charts and reports.

Exports hold numbers, never these texts. Rounding is half to even on the exact value, as Python formats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fenji.language import Language

UNKNOWN = "–"
"""Stands where there is no value; the reason belongs beside it."""

MINUS = "\u2212"
"""The sign of a figure below 0: as wide as the plus, and never taken for a dash."""

SIGNS: Mapping[str, str] = {"CNY": "¥", "GBP": "£", "EUR": "€", "USD": "$", "INR": "₹", "KRW": "₩", "JPY": "JP¥", "HKD": "HK$"}
"""Currency: its sign, the same in both languages; others are written by their code."""

Figure = int | float | Decimal


@dataclass(frozen=True)
class Step:
    """From which number on figures are written in a larger unit."""

    begins: int
    """What one of the unit is."""
    sign: str
    decimals: int


STEPS: Mapping[Language, tuple[Step, ...]] = {
    Language.ZH: (Step(10**8, "亿", 2), Step(10**4, "万", 1)),
    Language.EN: (Step(10**9, "B", 1), Step(10**6, "M", 2), Step(10**3, "K", 1)),
}
"""The larger units of each language, largest first."""

SHORT_FROM = 10**4
"""Numbers below it are written out in both languages."""


def grouped(value: Figure, digits: int = 0) -> str:
    """Digits with separators between thousands, a plain hyphen below 0: for terminals and sentences.

    >>> grouped(1067370), grouped(Decimal("-12.345"), 1)
    ('1,067,370', '-12.3')
    """
    return f"{value:,.{digits}f}"


def trimmed(value: Figure, digits: int) -> str:
    """The same without zeros at the end.

    >>> trimmed(Decimal("2000.00"), 2), trimmed(0.25, 2)
    ('2,000', '0.25')
    """
    text = grouped(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Figure, digits: int = 1) -> str:
    """A share of 0 to 1 as a percentage, with nothing said of small ones: for terminals and sentences.

    >>> percent(0.1234), percent(1, 0)
    ('12.3%', '100%')
    """
    return f"{share * 100:.{digits}f}%"


def count(value: Figure | None) -> str:
    """A number of people, orders or pieces.

    >>> count(4272), count(-61), count(None)
    ('4,272', '−61', '–')
    """
    return UNKNOWN if value is None else _signed(grouped(value))


def number(value: Figure | None, digits: int = 1) -> str:
    """Any other number, such as a mean of orders or of days.

    >>> number(12.345), number(-0.04), number(None)
    ('12.3', '0.0', '–')
    """
    return UNKNOWN if value is None else _signed(grouped(value, digits))


def money(value: Figure | None, currency: str | None) -> str:
    r"""An amount exact to the cent, with the sign of its currency.

    >>> money(Decimal("9933.21"), "CNY"), money(Decimal("-3"), "GBP"), money(Decimal(7), "CHF")
    ('¥9,933.21', '−£3.00', 'CHF\xa07.00')
    """
    return UNKNOWN if value is None else _with_sign(_signed(grouped(value, 2)), currency)


def share(value: Figure | None) -> str:
    """A share of 0 to 1; what is there but would round to nothing, or to all, is said to be less.

    >>> share(0.378), share(0.0004), share(0), share(0.99999)
    ('37.8%', '<0.1%', '0%', '>99.9%')
    """
    if value is None:
        return UNKNOWN
    if value in (0, 1):
        return f"{value * 100:.0f}%"
    if 0 < value < Decimal("0.001"):
        return "<0.1%"
    if Decimal("0.999") < value < 1:
        return ">99.9%"
    return _signed(percent(value))


def change(value: Figure | None, digits: int = 0) -> str:
    """What a number has changed by.

    >>> change(24), change(-61), change(0), change(0.04, 1)
    ('+24', '−61', '±0', '±0')
    """
    if value is None:
        return UNKNOWN
    text = grouped(value, digits)
    if not text.strip("-0.,"):
        return "±0"
    return _signed(text) if text.startswith("-") else f"+{text}"


def money_change(value: Figure | None, currency: str | None) -> str:
    """What an amount has changed by, exact to the cent.

    >>> money_change(Decimal("-5.5"), "CNY"), money_change(Decimal(0), "CNY")
    ('−¥5.50', '±0')
    """
    text = change(value, 2)
    return text if text in (UNKNOWN, "±0") else _with_sign(text, currency)


def relative_change(value: Figure | None) -> str:
    """What a number has changed by, as a share of what it was.

    >>> relative_change(-0.0247), relative_change(0.5)
    ('−2.5%', '+50.0%')
    """
    text = change(None if value is None else value * 100, 1)
    return text if text in (UNKNOWN, "±0") else f"{text}%"


def share_change(value: Figure | None, language: Language) -> str:
    """What a share has changed by, in percentage points.

    >>> share_change(0.0123, Language.EN), share_change(-0.02, Language.ZH)
    ('+1.2 pp', '−2.0个百分点')
    """
    text = change(None if value is None else value * 100, 1)
    if text in (UNKNOWN, "±0"):
        return text
    return f"{text}个百分点" if language is Language.ZH else f"{text} pp"


def short(value: Figure | None, language: Language) -> str:
    """A key number, in the larger unit of the language from 10,000 on.

    >>> short(12000, Language.ZH), short(3_016_000, Language.ZH), short(302_000_000, Language.ZH)
    ('1.2万', '301.6万', '3.02亿')
    >>> short(12000, Language.EN), short(3_016_000, Language.EN), short(9999, Language.EN)
    ('12.0K', '3.02M', '9,999')
    """
    if value is None:
        return UNKNOWN
    step = _step(value, language)
    if step is None:
        return _signed(grouped(value))
    return _signed(f"{grouped(value / step.begins, step.decimals)}{step.sign}")


def short_money(value: Figure | None, currency: str | None, language: Language) -> str:
    """A key amount, in the larger unit of the language from 10,000 on.

    >>> short_money(Decimal("3015687.15"), "GBP", Language.EN), short_money(573, "GBP", Language.ZH)
    ('£3.02M', '£573')
    """
    return UNKNOWN if value is None else _with_sign(short(value, language), currency)


def ticks(values: Sequence[Figure], language: Language) -> tuple[str, ...]:
    """The marks of an axis, all in the unit of the largest.

    >>> ticks((0, 5000, 10000, 15000), Language.ZH), ticks((0, 2500, 5000), Language.EN)
    (('0', '0.5万', '1万', '1.5万'), ('0', '2,500', '5,000'))
    """
    step = _step(max((abs(float(each)) for each in values), default=0.0), language)
    return tuple(_tick(each, step) for each in values)


def tick(value: Figure, language: Language) -> str:
    """One mark of a logarithmic axis, in its own unit.

    >>> tick(500, Language.ZH), tick(20000, Language.ZH), tick(1_000_000, Language.EN)
    ('500', '2万', '1M')
    """
    return _tick(value, _step(value, language))


def day(value: date | None) -> str:
    """A day in tables and sentences.

    >>> day(date(2026, 6, 30)), day(None)
    ('2026-06-30', '–')
    """
    return UNKNOWN if value is None else value.isoformat()


def month(value: date) -> str:
    """A day on an axis of months.

    >>> month(date(2026, 6, 30))
    '26/06'
    """
    return f"{value.year % 100:02d}/{value.month:02d}"


def currency_sign(currency: str | None) -> str:
    r"""What stands before an amount.

    >>> currency_sign("GBP"), currency_sign("CHF"), currency_sign(None)
    ('£', 'CHF\xa0', '')
    """
    return "" if currency is None else SIGNS.get(currency, f"{currency}\u00a0")


def as_data(language: Language) -> dict[str, object]:
    """The table by which a page writes the marks of an axis: the same units, signs and limits."""
    steps = [[step.begins, step.sign] for step in STEPS[language]]
    return {"short_from": SHORT_FROM, "steps": steps, "minus": MINUS, "unknown": UNKNOWN}


def _step(value: Figure, language: Language) -> Step | None:
    """The unit of a number, of what it is rounded to: 999,960 is 1.00M, never 1000.0K."""
    size, steps = abs(float(value)), STEPS[language]
    if size < SHORT_FROM:
        return None
    at = next(place for place, step in enumerate(steps) if size >= step.begins)
    rounded = round(size / steps[at].begins, steps[at].decimals) * steps[at].begins
    return steps[at - 1] if at and rounded >= steps[at - 1].begins else steps[at]


def _tick(value: Figure, step: Step | None) -> str:
    if step is None or not value:
        return _signed(trimmed(value, 2))
    return _signed(f"{trimmed(value / step.begins, 2)}{step.sign}")


def _signed(text: str) -> str:
    """A real minus before a figure, and none before one that is rounded to 0."""
    bare = text.removeprefix("-")
    if bare == text:
        return text
    return f"{MINUS}{bare}" if bare.strip("0.,%") else bare


def _with_sign(text: str, currency: str | None) -> str:
    head = text[0] if text[0] in f"+{MINUS}" else ""
    return f"{head}{currency_sign(currency)}{text.removeprefix(head)}"
