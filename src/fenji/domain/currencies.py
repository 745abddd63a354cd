"""Which currencies are there, and which one do people mean who write its name or sign?"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

_TENDER = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP "
    "CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD "
    "IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF "
    "YER ZAR ZMW ZWG"
)
CODES = frozenset(_TENDER.split())
"""ISO 4217 codes of the money that is legal tender somewhere (Unicode CLDR, supplementalData, 2025)."""

SPOKEN: Mapping[str, str] = {
    **dict.fromkeys(("RMB", "CNH", "YUAN", "RENMINBI", "人民币", "元", "圆", "¥", "￥"), "CNY"),
    **dict.fromkeys(("$", "US$", "DOLLAR", "US DOLLAR", "美元", "美金"), "USD"),
    **dict.fromkeys(("€", "EURO", "EUROS", "欧元"), "EUR"),
    **dict.fromkeys(("£", "POUND", "STERLING", "UKP", "英镑"), "GBP"),
    **dict.fromkeys(("YEN", "円", "日元", "日圆"), "JPY"),
    **dict.fromkeys(("HK$", "港币", "港元"), "HKD"),
    **dict.fromkeys(("NT$", "NTD", "台币", "新台币"), "TWD"),
    **dict.fromkeys(("₩", "WON", "韩元", "韩币"), "KRW"),
    **dict.fromkeys(("S$", "新加坡元", "新元"), "SGD"),
    **dict.fromkeys(("A$", "澳元"), "AUD"),
    **dict.fromkeys(("MOP$", "澳门元"), "MOP"),
}
"""What people write instead of a code, in capital letters."""


def currency_code(text: str) -> str | None:
    """The code that a text is, in whatever letters; None where it is none.

    >>> currency_code(" cny "), currency_code("RMB")
    ('CNY', None)
    """
    code = text.strip().upper()
    return code if code in CODES else None


def meant_currency(text: str) -> str:
    """The code that was most likely meant, or an empty string.

    >>> meant_currency("RMB"), meant_currency("美元"), meant_currency("CNYY"), meant_currency("12")
    ('CNY', 'USD', 'CNY', '')
    >>> meant_currency("GPB"), meant_currency("EUO")
    ('GBP', 'EUR')
    """
    written = text.strip().upper()
    if written in SPOKEN:
        return SPOKEN[written]
    near = get_close_matches(written, sorted(CODES), n=len(CODES), cutoff=0.6)
    swapped = [each for each in near if sorted(each) == sorted(written)]
    widely_used = [each for each in near if each in SPOKEN.values()]
    return next(iter([*swapped, *widely_used, *near]), "")
