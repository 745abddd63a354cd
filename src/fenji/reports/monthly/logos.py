"""How large is a company's logo, and can it be read at all?"""

from __future__ import annotations

from fenji.documents.report import REPORT_FILE
from fenji.domain.reporting import Logo
from fenji.errors import InvalidDocument, Place
from fenji.language import message as _

HIGH, WIDE = 40.0, 220.0
"""Pixels that a logo may take beside a title."""


def size_of(logo: Logo) -> tuple[float, float]:
    """Width and height in which a logo is shown, in pixels of 1/96 inch; a large one is made smaller.

    Raises:
        InvalidDocument: the picture is damaged.
    """
    from docx.image.exceptions import (  # noqa: PLC0415 - heavy third-party library
        InvalidImageStreamError,
        UnexpectedEndOfFileError,
        UnrecognizedImageError,
    )
    from docx.image.image import Image  # noqa: PLC0415

    try:
        found = Image.from_blob(logo.content)
        wide, high = found.px_width * 96 / found.horz_dpi, found.px_height * 96 / found.vert_dpi
    except (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, ZeroDivisionError) as error:
        raise damaged() from error
    scale = min(1.0, HIGH / max(high, 1.0), WIDE / max(wide, 1.0))
    return wide * scale, high * scale


def damaged() -> InvalidDocument:
    """What is said of a picture that cannot be read."""
    return InvalidDocument.of(
        _("the logo cannot be read: the picture is damaged."),
        advice=_("Save it again as PNG or JPEG."),
        place=Place(REPORT_FILE, column="logo"),
    )
