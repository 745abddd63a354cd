"""Which moment does a cell say? Every way in which exports write dates and times, each read only where it has one reading.

Without ``date_order`` the year stands first or the month is a word; 05/06/2025 is then unreadable, and so is 13/06/2025: a column
that is read by luck in some cells would be read wrong in others. With it, the year may stand last. ``strip``, ``month_digits``,
``year_first``, ``split`` and ``clock_time`` are steps, each a column of its own, with a ``.view()`` between them so that no engine computes one twice.

Source  ISO 8601 and RFC 5322, the forms of spreadsheets, Java, JavaScript and C; day 0 of spreadsheets is 1899-12-30
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fenji.domain.months import MONTH_WORDS
from fenji.domain.sources import DateOrder
from fenji.prepare.cells import BLANK, NARROW, WIDE, Cells, unwrap

_EARLIEST, _LATEST = "1970-01-02 00:00:00", "2199-12-31 00:00:00"
"""No shop sold before; 1970-01-01 is the zero of a clock, and years such as 9999 mean that there is no date."""

_PLAIN_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?\z"
_SPREADSHEET_DAY = r"^[0-9]{5}(?:\.[0-9]{1,20})?\z"
_SECONDS = r"^[0-9]{10}(?:\.[0-9]{1,9})?\z"
_MILLISECONDS = r"^[0-9]{13}(?:\.0+)?\z"
_HOUR_OF_A_DAY = r"^20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])(?:\.0+)?\z"
"""2025060515 is 15 o'clock of a day, or a second in 2034; so it is neither."""

_MONTH_NUMBERS = tuple((word, f"m{number:02}") for number, words in MONTH_WORDS.items() for word in words)

_WEEKDAY = r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[., ]+|^(?:星期|周|礼拜)[一二三四五六日天][, ]*"
_WORD = r"([a-zäéûôç]{3,10})"
_NAME = r"m([0-9]{2})\.?"
"""A month as ``month_digits`` leaves it."""
_DAY = r"([0-9]{1,2})(?:st|nd|rd|th|er|\.|º|ª)?"
_OF = r"(?:[-/., ]*(?:de |del |of )?)"
_REST = r"((?:[^0-9:.](?s:.*))?)"

_YEAR_FIRST = rf"^([0-9]{{4}}) ?[-/.年] ?([0-9]{{1,2}}) ?[-/.月] ?([0-9]{{1,2}}){_REST}\z"
_YEAR_LAST = rf"^([0-9]{{1,2}})[-/. ]([0-9]{{1,2}})[-/. ](YEAR){_REST}\z"
_DAY_NAME_YEAR = rf"^{_DAY}{_OF}{_NAME}{_OF}'?(YEAR){_REST}\z"
_NAME_DAY_YEAR = rf"^{_NAME}[-/., ]*{_DAY}[-/., ]+'?(YEAR){_REST}\z"
_YEAR_NAME_DAY = rf"^([0-9]{{4}})[-/. ]*{_NAME}[-/. ]*{_DAY}{_REST}\z"
_YEAR_AT_END = rf"^{_NAME} +{_DAY} +([0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}})( [a-z]{{1,4}})? ([0-9]{{4}})\z"
_COMPACT = (
    r"^((?:19|20|21)[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    r"(?:[ t]?([01][0-9]|2[0-3]):?([0-5][0-9])(?::?([0-5][0-9])(?:\.?([0-9]{1,6})[0-9]*)?)?)?((?:[ z+-](?s:.*))?)\z"
)

_YEAR_AND_MONTH = r"^([0-9]{4}) ?[-/年] ?([0-9]{1,2}) ?月?份?\z"
_MONTH_AND_YEAR = r"^([0-9]{1,2})[-/]([0-9]{4})\z"
_SIX_DIGITS = r"^(20(?:1[3-9]|[2-9][0-9]))(0[1-9]|1[0-2])\z"
"""From 2013 on no year and month is also a year of two digits, a month and a day."""
_NAME_AND_YEAR = rf"^{_NAME}[-/., ]*([0-9]{{4}})\z"
_YEAR_AND_NAME = rf"^([0-9]{{4}})[-/., ]*{_NAME}\z"

_HALVES = {"α": "上午|早上|早晨|清晨|凌晨|午前|오전", "ν": "中午", "ω": "晚上", "π": "下午|傍晚|午后|午後|오후"}
"""One letter for each half of a day, so that the steps after it are short."""
_ANY_HALF = "[午早晨晚오]"
_ZONES = {
    "pst": "-0800", "pdt": "-0700", "mst": "-0700", "mdt": "-0600", "est": "-0500", "edt": "-0400", "cet": "+0100", "cest": "+0200",
    "msk": "+0300", "hkt": "+0800", "sgt": "+0800", "jst": "+0900", "kst": "+0900", "aest": "+1000", "aedt": "+1100",
}  # fmt: skip
"""Names of one zone; CST is Chicago's, China's or Cuba's, and IST India's, Israel's or Ireland's."""

_OFFSETS = {"": "", "z": "+00:00", "utc": "+00:00", "gmt": "+00:00"} | {
    name: f"{offset[:3]}:{offset[3:]}" for name, offset in _ZONES.items()
}


def _hours() -> dict[str, str]:
    """Hours with their half of the day -> hours from 00 to 23, where these differ; nothing where the half leaves open which day is meant."""
    noon, found = 12, {}
    for hour in range(24):
        morning = "" if hour > noon else "00" if hour == noon else f"{hour:02d}"
        evening = f"{hour + noon:02d}" if hour < noon else f"{hour:02d}"
        night = "" if hour in {0, noon} else evening
        midday = f"{hour + noon:02d}" if hour < 3 else "" if hour <= 10 else f"{hour:02d}"  # noqa: PLR2004 - 中午1点
        for half, meant in (("α", morning), ("a", morning), ("π", evening), ("p", evening), ("ω", night), ("ν", midday)):
            if meant != f"{hour:02d}":
                found[f"{half}{hour:02d}"] = meant
    return found


_HOURS = _hours()
_SEPARATED = r"[日号號]?[t,. ]*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\([月火水木金土日一二三四五六]\)|\((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\))?[t,. ]*(?:at |um |à |às |a las |klo )?"
_TIME = (
    r"[ανωπ]? ?(?:[01]?[0-9]|2[0-3])(?:[:时点點時][0-5]?[0-9]|[.h][0-5][0-9])"
    r"(?:[:分.][0-5]?[0-9]秒?(?:[.,:][0-9]+)?|分)?(?: ?uhr)?(?: ?[ap][. ]*m\.?)?"
)
_ZONE = rf" *((?:z|utc|gmt)|(?:utc|gmt)?[+-][0-9]{{1,2}}(?::?[0-9]{{2}})?|{'|'.join(_ZONES)})? *(?:\([^)]*\)|\[[^\]]*\])?"
_SPLIT = rf"^[0-9_]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}{_SEPARATED}(?:{_TIME}{_ZONE}|z)?\z"

_CLOCK_PARTS = (
    r"^[^0-9]*([0-9]{1,2})",
    r"^[^0-9]*[0-9]{1,2}[^0-9]([0-9]{1,2})",
    r"^[^0-9]*[0-9]{1,2}[^0-9][0-9]{1,2}[:分.]([0-9]{1,2})",
    r"^[^0-9]*[0-9]{1,2}[^0-9][0-9]{1,2}[:分.][0-9]{1,2}秒?[.,:]([0-9]{1,6})",
)
_AM_OR_PM = r"[0-9秒] ?([ap])[. ]*m"

_PARTS = r"^#([0-9_]{2})([0-9]{2})(-[0-9]{2}-[0-9]{2})([ανωπ ap][0-9]{2})(:[0-9]{2}:[0-9]{2}\.[0-9]{6})(.*)\z"
_CANONICAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\z"
_CANONICAL_WITH_ZONE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2}\z"


def strip(came: ir.StringValue) -> ir.StringValue:
    """Moments without wrapping and weekday, in lower case; null where they are plainly written."""
    bare = unwrap(came).translate(WIDE, NARROW).lower().re_replace(f"[{BLANK}]+", " ").re_replace(_WEEKDAY, "")
    lettered = bare
    for letter, words in _HALVES.items():
        lettered = lettered.re_replace(words, letter)
    bare = ibis.ifelse(bare.re_search(_ANY_HALF), lettered, bare)
    return ibis.cases(
        (is_plain(came) | came.isnull(), ibis.null("string")), (~came.re_search("[0-9０-９]"), unwrap(came)), else_=bare
    )


def is_plain(came: ir.StringValue) -> ir.BooleanValue:
    """Whether a cell is a moment as databases write it, which needs no ``strip``."""
    return came.re_search(_PLAIN_MOMENT)


def month_digits(bare: ir.StringValue) -> ir.StringValue:
    """The second step: ``5 m06 2025`` for ``5 june 2025``, so that the steps after it know digits only; other text as it is."""
    word = bare.re_extract(_WORD, 1)
    return bare.replace(word, word.cases(*_MONTH_NUMBERS, else_=word))


def year_first(bare: ir.StringValue, order: DateOrder | None, *, is_day: bool) -> ir.StringValue:
    """The third step: year, month and day in digits before what follows them; other text as it is.

    Args:
        bare: from ``month_digits``.
        order: which of day and month stands first where the year stands last.
        is_day: for birthdays, which have no years of two digits ('45 may be 1945) and are no months.
    """
    year = "[0-9]{4}" if is_day else "[0-9]{4}|[0-9]{2}"
    day_name_year, name_day_year = (each.replace("YEAR", year) for each in (_DAY_NAME_YEAR, _NAME_DAY_YEAR))
    branches = [
        (bare.isnull(), ibis.null("string")),
        (bare.re_search(_YEAR_FIRST), _put(bare, _YEAR_FIRST, (1, 2, 3))),
        (bare.re_search(_COMPACT), _compact(bare)),
    ]
    if order is not None:
        year_last = _YEAR_LAST.replace("YEAR", year)
        month, day_ = (1, 2) if order is DateOrder.MONTH_FIRST else (2, 1)
        branches.append((bare.re_search(year_last), _put(bare, year_last, (3, month, day_))))
    if not is_day:
        branches += [
            (bare.re_search(_YEAR_AND_MONTH), _month(bare, _YEAR_AND_MONTH, 1, 2)),
            (bare.re_search(_MONTH_AND_YEAR), _month(bare, _MONTH_AND_YEAR, 2, 1)),
            (bare.re_search(_SIX_DIGITS), _month(bare, _SIX_DIGITS, 1, 2)),
        ]
    branches.append((~bare.re_search(_NAME), bare))
    branches += [
        (bare.re_search(day_name_year), _put(bare, day_name_year, (3, 2, 1))),
        (bare.re_search(name_day_year), _put(bare, name_day_year, (3, 1, 2))),
        (bare.re_search(_YEAR_NAME_DAY), _put(bare, _YEAR_NAME_DAY, (1, 2, 3))),
        (bare.re_search(_YEAR_AT_END), _year_at_end(bare)),
    ]
    if not is_day:
        branches += [
            (bare.re_search(_NAME_AND_YEAR), _month(bare, _NAME_AND_YEAR, 2, 1)),
            (bare.re_search(_YEAR_AND_NAME), _month(bare, _YEAR_AND_NAME, 1, 2)),
        ]
    return ibis.cases(*branches, else_=bare)


def split(text: ir.StringValue) -> ir.StringValue:
    """The fourth step: ``#2025-06-05p03:20:00.000000+8``, every part of the time in its place; other text as it is.

    Args:
        text: from ``year_first``.
    """
    # The pattern only says whether it is a time; its groups would cost ten times as much as these short patterns.
    year, month, day_ = (text.re_extract(r"^([0-9_]{4})-([0-9]{1,2})-([0-9]{1,2})", group) for group in (1, 2, 3))
    rest = text.re_replace(r"^[0-9_]{4}-[0-9]{1,2}-[0-9]{1,2}", "")
    hour, minute, second, fraction = (rest.re_extract(pattern, 1) for pattern in _CLOCK_PARTS)
    half = ibis.literal(" ").concat(rest.re_extract("([ανωπ])", 1), rest.re_extract(_AM_OR_PM, 1)).right(1)
    zone = ibis.ifelse(hour == "", "", rest.re_extract(rf"{_ZONE}\z", 1))
    written = ibis.literal("#").concat(
        *(year, "-", _two(month), "-", _two(day_), half, _two(hour), ":", _two(minute), ":", _two(second), "."),
        *(fraction.concat("000000").left(6), zone),
    )
    return ibis.cases((text.isnull(), ibis.null("string")), (text.re_search(_SPLIT), written), else_=text)


def clock_time(text: ir.StringValue) -> ir.StringValue:
    """The fifth step: ``2025-06-05 15:20:00.000000`` with the offset from UTC where the cell names one; other text as it is.

    Args:
        text: from ``split``.
    """
    first, last, day_, hour, clock, zone = (text.re_extract(_PARTS, group) for group in range(1, 7))
    century = ibis.cases((first == "__", ibis.ifelse(last >= "70", "19", "20")), else_=first)
    from_utc = zone.cases(*_OFFSETS.items(), else_=_four_digits(zone.re_replace("^(?:utc|gmt)", "")))
    # An hour that does not go with its half of the day leaves a text that is no time.
    written = century.concat(last, day_, " ", hour.cases(*_HOURS.items(), else_=hour.right(2)), clock, from_utc)
    return ibis.cases((text.isnull(), ibis.null("string")), (text.re_search(_PARTS), written), else_=text)


def local_time(cells: Cells) -> ir.TimestampValue:
    """The wall-clock time of a cell that names no zone: written dates, months, 20200203, and spreadsheet day numbers.

    Null for cells that name a moment by itself; see ``moment``.
    """
    bare = cells.bare
    return ibis.cases(
        (bare.isnull(), cells.came.try_cast("timestamp")),
        (bare.re_search(_CANONICAL), bare.try_cast("timestamp")),
        (bare.re_search(_SPREADSHEET_DAY), _spreadsheet_time(bare)),
    )


def moment(cells: Cells) -> ir.TimestampValue:
    """The UTC moment of a cell that needs no zone: written with Z or an offset, or seconds or milliseconds since 1970."""
    bare = cells.bare
    nothing = ibis.null("timestamp('UTC')")
    return ibis.cases(
        (bare.isnull(), nothing),
        (bare.re_search(_CANONICAL_WITH_ZONE), bare.try_cast("timestamp('UTC')")),
        (bare.re_search(_HOUR_OF_A_DAY), nothing),
        (bare.re_search(_SECONDS), _since_1970(bare, 1000)),
        (bare.re_search(_MILLISECONDS), _since_1970(bare, 1)),
    )


def day(cells: Cells) -> ir.DateValue:
    """A calendar day; a time beside it is passed over."""
    return ibis.coalesce(local_time(cells), moment(cells).cast("timestamp")).date()


def inside_limits(at: ir.TimestampValue) -> ir.TimestampValue:
    """The moment, null before 1970-01-02 and after 2199: those are zeros of clocks and words for never."""
    inside = at.between(ibis.literal(_EARLIEST).cast("timestamp"), ibis.literal(_LATEST).cast("timestamp"))
    return ibis.ifelse(inside, at, ibis.null("timestamp"))


def is_month(bare: ir.StringValue) -> ir.BooleanValue:
    """Whether a stripped cell names a month without a day, which is read as its first day; never null."""
    patterns = (_YEAR_AND_MONTH, _MONTH_AND_YEAR, _SIX_DIGITS, _NAME_AND_YEAR, _YEAR_AND_NAME)
    return bare.re_search("|".join(f"(?:{each})" for each in patterns)).fill_null(ibis.literal(value=False))


def _put(bare: ir.StringValue, pattern: str, groups: tuple[int, int, int]) -> ir.StringValue:
    """Year, month, day and the rest, from the groups of a pattern whose fourth is the rest; a year of two digits is __25."""
    year, month, day_ = (bare.re_extract(pattern, group) for group in groups)
    return year.lpad(4, "_").concat("-", month, "-", day_, bare.re_extract(pattern, 4))


def _month(bare: ir.StringValue, pattern: str, year: int, month: int) -> ir.StringValue:
    return bare.re_extract(pattern, year).concat("-", bare.re_extract(pattern, month), "-01")


def _compact(bare: ir.StringValue) -> ir.StringValue:
    year, month, day_, hour, minute, second, fraction, rest = (bare.re_extract(_COMPACT, group) for group in range(1, 9))
    time = ibis.literal(" ").concat(hour, ":", minute, ":", second.lpad(2, "0"), ".", fraction.rpad(6, "0"))
    return year.concat("-", month, "-", day_, ibis.ifelse(hour == "", "", time), rest)


def _year_at_end(bare: ir.StringValue) -> ir.StringValue:
    name, day_, time, zone, year = (bare.re_extract(_YEAR_AT_END, group) for group in range(1, 6))
    return year.concat("-", name, "-", day_, " ", time, zone)


def _two(number: ir.StringValue) -> ir.StringValue:
    return ibis.literal("00").concat(number).right(2)


def _four_digits(offset: ir.StringValue) -> ir.StringValue:
    """+8, +08, +0800 and +08:00 in the form with the colon, which both engines read."""
    digits = offset.re_replace("[+:-]", "")
    filled = ibis.ifelse(digits.length() % 2 == 1, ibis.literal("0").concat(digits), digits).concat("00").left(4)
    return offset.left(1).concat(filled.left(2), ":", filled.right(2))


def _spreadsheet_time(bare: ir.StringValue) -> ir.TimestampValue:
    # Day 0 of the 1900 system is 1899-12-30 for every day after February 1900.
    seconds = (bare.try_cast("decimal(28, 10)") * 86_400).round(0).cast("int64")
    return ibis.literal("1899-12-30 00:00:00").cast("timestamp") + seconds.as_interval("s")


def _since_1970(bare: ir.StringValue, milliseconds_in_one: int) -> ir.TimestampValue:
    milliseconds = (bare.try_cast("decimal(28, 9)") * milliseconds_in_one).round(0).cast("int64")
    return (ibis.literal("1970-01-01 00:00:00").cast("timestamp") + milliseconds.as_interval("ms")).cast("timestamp('UTC')")
