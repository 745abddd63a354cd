"""Under which ids does the clean base know a phone that somebody types? Numbers of any country; those without its code belong to the company's own."""

from __future__ import annotations

PREFIX = "phone:"
"""How the id of a customer begins who is known by a phone alone."""


def phone_ids(text: str, time_zone: str) -> frozenset[str]:
    """The ids of customers who are known by a phone alone, for a phone in any writing; none where it is no number that can be called.

    Args:
        text: as somebody types it, with or without the country's code.
        time_zone: of the company; its country is that of numbers without a code. A zone of no country leaves those unread.

    >>> sorted(phone_ids("020 7946 0958", "Europe/London")) == sorted(phone_ids("+44 (0)20 7946-0958", "Europe/London"))
    True
    >>> sorted(phone_ids("138 1234 5678", "Asia/Shanghai"))
    ['phone:+8613812345678', 'phone:13812345678']
    >>> phone_ids("13085", "Europe/London")
    frozenset()
    """
    import phonenumbers  # noqa: PLC0415 - heavy third-party library
    from babel.core import get_global  # noqa: PLC0415

    country = get_global("zone_territories").get(time_zone)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return frozenset()
    if not phonenumbers.is_valid_number(number):
        return frozenset()
    found = {phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}
    if phonenumbers.region_code_for_number(number) == country:
        # A file that never names the country is kept as it is written: in digits.
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        found.add("".join(each for each in national if each.isdigit()))
    return frozenset(PREFIX + each for each in found)
