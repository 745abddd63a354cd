"""What is the roundest number between two values? Thresholds that people can remember."""

from __future__ import annotations

from decimal import Decimal


def round_between(below: float, above: float) -> Decimal:
    """The roundest number between two neighbouring values, above the one and not above the other; else one of two digits beside them.

    >>> [str(round_between(*pair)) for pair in ((412.5, 730.0), (1234.5, 1236.0), (3.0, 4.0), (-5.0, 2.0))]
    ['500', '1200', '4', '0']
    """
    if below < 0 <= above:
        return Decimal(0)
    exact = Decimal(repr(above))
    size = exact.adjusted() if exact else 0
    for power in range(size + 1, size - 2, -1):
        for factor in (5, 2, 1):
            step = Decimal(factor).scaleb(power)
            found = (exact // step) * step if exact > 0 else -((-exact // step) + (1 if -exact % step else 0)) * step
            if Decimal(repr(below)) < found <= exact:
                return _plain(found)
    step = Decimal(1).scaleb(size - 1)
    return _plain((exact / step).quantize(Decimal(1)) * step)


def _plain(number: Decimal) -> Decimal:
    """Without exponent or trailing zeros."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short
