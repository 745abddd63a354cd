"""Which currency does a sign or a word beside an amount mean? Some mean several: ``$`` is the sign of a dozen dollars."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

_DOLLARS = ("USD", "HKD", "TWD", "SGD", "AUD", "CAD", "NZD", "MXN", "ARS", "CLP", "COP", "BND", "FJD", "JMD", "TTD", "NAD", "UYU")
_YUAN = ("CNY", "TWD", "HKD", "MOP")

MARKS: Mapping[str, tuple[str, ...]] = {
    "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "cn¥": ("CNY",), "jp¥": ("JPY",), "元": _YUAN, "圆": _YUAN, "圓": _YUAN, "块": ("CNY",), "块钱": ("CNY",),
    "元人民币": ("CNY",), "人民币": ("CNY",), "人民币元": ("CNY",), "人民幣": ("CNY",), "rmb": ("CNY",), "rmb¥": ("CNY",), "cnh": ("CNY",), "yuan": ("CNY",),
    "円": ("JPY",), "日元": ("JPY",), "日圆": ("JPY",), "日円": ("JPY",), "yen": ("JPY",),
    "$": _DOLLARS, "us$": ("USD",), "$us": ("USD",), "usd$": ("USD",), "u$s": ("USD",), "美元": ("USD",), "美金": ("USD",), "dollar": _DOLLARS, "dollars": _DOLLARS,
    "hk$": ("HKD",), "港元": ("HKD",), "港币": ("HKD",), "港幣": ("HKD",), "nt$": ("TWD",), "ntd": ("TWD",), "nt": ("TWD",), "台币": ("TWD",), "新台币": ("TWD",), "新台幣": ("TWD",),
    "s$": ("SGD",), "sg$": ("SGD",), "新元": ("SGD",), "新加坡元": ("SGD",), "a$": ("AUD",), "au$": ("AUD",), "澳元": ("AUD",), "澳币": ("AUD",),
    "c$": ("CAD",), "ca$": ("CAD",), "加元": ("CAD",), "加币": ("CAD",), "nz$": ("NZD",), "纽币": ("NZD",), "mx$": ("MXN",), "r$": ("BRL",), "mop$": ("MOP",), "澳门元": ("MOP",),
    "€": ("EUR",), "euro": ("EUR",), "euros": ("EUR",), "欧元": ("EUR",), "歐元": ("EUR",), "£": ("GBP",), "英镑": ("GBP",), "英鎊": ("GBP",),
    "₩": ("KRW",), "원": ("KRW",), "韩元": ("KRW",), "won": ("KRW",), "₹": ("INR",), "rs": ("INR", "PKR", "LKR", "NPR", "MUR"), "rs.": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "卢比": ("INR", "PKR", "LKR", "NPR", "MUR"), "rp": ("IDR",), "rp.": ("IDR",), "印尼盾": ("IDR",), "rm": ("MYR",), "令吉": ("MYR",), "马币": ("MYR",), "฿": ("THB",), "泰铢": ("THB",),
    "บาท": ("THB",), "baht": ("THB",), "₫": ("VND",), "đ": ("VND",), "vnđ": ("VND",), "越南盾": ("VND",), "₱": ("PHP",), "比索": ("PHP", "MXN", "ARS", "CLP", "COP"),
    "₽": ("RUB",), "руб": ("RUB",), "руб.": ("RUB",), "р.": ("RUB",), "卢布": ("RUB",), "₴": ("UAH",), "грн": ("UAH",), "грн.": ("UAH",), "₸": ("KZT",), "₺": ("TRY",), "tl": ("TRY",),
    "₪": ("ILS",), "kr": ("SEK", "NOK", "DKK", "ISK"), "kr.": ("SEK", "NOK", "DKK", "ISK"), "zł": ("PLN",), "zl": ("PLN",), "zł.": ("PLN",), "kč": ("CZK",), "kc": ("CZK",), "ft": ("HUF",),
    "lei": ("RON", "MDL"), "лв": ("BGN",), "лв.": ("BGN",), "fr": ("CHF",), "fr.": ("CHF",), "sfr": ("CHF",), "sfr.": ("CHF",), "瑞郎": ("CHF",), "瑞士法郎": ("CHF",),
    "₦": ("NGN",), "ksh": ("KES",), "r": ("ZAR",), "dh": ("AED", "MAD"), "dhs": ("AED",), "dhs.": ("AED",), "د.إ": ("AED",), "sr": ("SAR",), "迪拉姆": ("AED", "MAD"), "s/": ("PEN",), "s/.": ("PEN",),
}  # fmt: skip
"""Sign or word in lower case and without blanks -> the currencies that are written so."""

_LONGEST = 4 * len(_DOLLARS) + 1

CODES = (
    "AED AFN ALL AMD AOA ARS AUD AZN BAM BBD BDT BGN BHD BIF BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP "
    "ETB EUR FJD GBP GEL GHS GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW"
).split()
"""ISO 4217, without those of funds and metals."""


_DICTIONARY = " ".join(
    ["", *(f"{mark}=|{'|'.join(codes)}|" for mark, codes in MARKS.items()), *(f"{code.lower()}=|{code}|" for code in CODES), ""]
)
"""All marks in one text: to find a mark in it is one search for an engine, where a hundred comparisons compute the mark a hundred times."""


def meanings(mark: ir.StringValue) -> ir.StringValue:
    """The currencies that a mark may mean, as ``|CNY|JPY|``; null where it is none that we know.

    Args:
        mark: in lower case and without blanks.
    """
    dictionary = ibis.literal(_DICTIONARY)
    place = dictionary.find(ibis.literal(" ").concat(mark, "="))
    found = dictionary.substr(place + mark.length() + 2, _LONGEST).re_extract("^([|A-Z]+)", 1)
    return ibis.ifelse((place >= 0) & (mark != ""), found, ibis.null("string"))


def may_be(meaning: ir.StringValue, currency: ir.StringValue | str) -> ir.BooleanValue:
    """Whether a currency is among those of ``meanings``."""
    code = ibis.literal(currency) if isinstance(currency, str) else currency
    return meaning.contains(ibis.literal("|").concat(code, "|"))


def only_one(meaning: ir.StringValue) -> ir.StringValue:
    """The code where a mark means one currency only, else null."""
    return ibis.ifelse(meaning.length() == 5, meaning.substr(1, 3), ibis.null("string"))  # noqa: PLR2004 - |CNY|


def most_usual(meaning: ir.StringValue) -> ir.StringValue:
    """The first code of a mark: what it means where nothing else is known."""
    return meaning.substr(1, 3)
