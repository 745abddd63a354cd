"""Does a group have to do with the tier, or could it be chance? Pearson's chi-square test of independence, and how strong the tie is.

Source  Pearson (1900); Cramér (1946), V; Cochran (1954): the test holds where few expected counts are below 5 and none below 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt

from fenji.domain.telling import told

SMALL_EXPECTED = 5
"""Expected counts below this make the test inexact where they are many."""
MOST_SMALL_SHARE = 0.2
"""Share of small cells above which the test says nothing (Cochran)."""


@dataclass(frozen=True)
class Independence:
    """A test of whether rows and columns of a table of counts are independent of one another."""

    chi_square: float
    """Pearson's statistic."""
    degrees_of_freedom: int
    """(rows - 1) x (columns - 1), of those with any customers."""
    p_value: float
    """How likely chance alone would bring differences as large as these."""
    cramers_v: float
    """How strong the tie is: 0 none, 1 complete. Unlike the p-value it does not grow with the number of customers."""
    cells: int
    """Of the table that is tested."""
    small_cells: int
    """Cells whose expected count is below 5."""
    smallest_expected: float
    """The smallest expected count of any cell."""

    @property
    @told
    def is_reliable(self) -> bool:
        """Whether the expected counts are large enough for the p-value to be believed."""
        return self.small_cells <= MOST_SMALL_SHARE * self.cells and self.smallest_expected >= 1


def independence_of(counts: Sequence[Sequence[int]]) -> Independence | None:
    """Pearson's test without continuity correction.

    Args:
        counts: rows of equal length; rows and columns of nothing but zeros are left out.

    Returns:
        None where fewer than two rows or columns are left.

    >>> found = independence_of([[10, 20], [30, 20]])
    >>> round(found.chi_square, 4), found.degrees_of_freedom, round(found.p_value, 4), round(found.cramers_v, 4)
    (5.3333, 1, 0.0209, 0.2582)
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - heavy, and only this test needs it

    filled = [row for row in counts if any(row)]
    columns = [column for column in zip(*filled, strict=True) if any(column)]
    if len(filled) < 2 or len(columns) < 2:  # noqa: PLR2004 - one row or column alone depends on nothing
        return None
    rows = list(zip(*columns, strict=True))
    everyone = sum(map(sum, rows))
    expected = [[sum(row) * sum(column) / everyone for column in columns] for row in rows]
    pairs = list(zip(chain.from_iterable(rows), chain.from_iterable(expected), strict=True))
    chi_square = sum((count - wanted) ** 2 / wanted for count, wanted in pairs)
    freedom = (len(rows) - 1) * (len(columns) - 1)
    return Independence(
        chi_square=chi_square,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, chi_square)),
        cramers_v=sqrt(chi_square / (everyone * (min(len(rows), len(columns)) - 1))),
        cells=len(pairs),
        small_cells=sum(wanted < SMALL_EXPECTED for _count, wanted in pairs),
        smallest_expected=min(wanted for _count, wanted in pairs),
    )
