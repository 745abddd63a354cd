"""Which ids, phones and e-mails stand for nobody? What tills and shops fill in for buyers whom they do not know.

All walk-in customers of a till share one id. Counted as a customer, it would be the best one of all. So such an id says
nothing: the row is known by its phone or e-mail, or is nobody's. Names of persons are never looked at here.

Source  the words for unknown buyers in shop systems, in nine languages; 0, -1 and rows of nines in their databases
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis.expr.types as ir

from fenji.domain.feeds import Cell

_WORDS = (
    "散客|零散客户|零散顾客|散户|门店散客|门市散客|前台散客|普通散客|线下散客|游客|游客用户|访客|匿名|匿名用户|匿名客户|匿名买家|匿名顾客|非会员|非会员客户|非会员顾客"
    "|零售客户|零售顾客|现金客户|现金|临时客户|过路客|路人|未知|未知客户|未知用户|不详|未登记|未注册|默认|默认客户|默认会员|默认用户|无名|无名氏|无会员|空|无|暂无"
    "|guest|guests|guestuser|guestcheckout|guestcustomer|guestorder|walkin|walkins|walkincustomer|walkincustomers|walkinclient|walkinguest"
    "|anonymous|anonymoususer|anonymouscustomer|anonymousbuyer|anon|undefined|unknown|unknowncustomer|unknownuser|unidentified"
    "|unregistered|notregistered|unregisteredcustomer|nonmember|nonmembers|cashcustomer|cashsale|cashsales|countersale|countersales|defaultcustomer"
    "|nocustomer|nomember|noname|nouser|visitor|notset|notavailable|notprovided|notapplicable|missing|empty|blank"
    "|null|none|nil|na|n/a|#n/a|nan|nat|tbd|gast|laufkunde|laufkundschaft|barverkauf|unbekannt|anonym|onbekend|anoniem|losseverkoop"
    "|invité|invite|anonyme|inconnu|clientdepassage|clientcomptoir|ventecomptoir|comptoir|invitado|anónimo|anonimo|desconocido|consumidorfinal"
    "|clientegenerico|clientegenérico|clientemostrador|publicogeneral|públicogeneral|publicoengeneral|públicoengeneral"
    "|convidado|visitante|anônimo|desconhecido|consumidor|ospite|sconosciuto|ゲスト|不明|非会員|비회원|게스트"
)
_BETWEEN = "[ \t\u3000_.()（）【】\\[\\]<>-]"
_NOBODYS_ID = rf"^(?:{_WORDS}|0+|9{{6,}})?\z"
_NEGATIVE_ID = r"^-(?:1|9+)(?:\.0+)?\z"
_FLOAT = r"\.0+\z"
"""0.0 is 0, as in a column with gaps; 10 is not 1."""

_NOBODYS_PHONE = (
    r"^(?:\+?86|0086)?(?:1[3-9][0-9]0{8}|13800138000|12345678[0-9]{0,4}|0?123456789[0-9]{0,2}"
    rf"|{'|'.join(f'{digit}{{6,}}' for digit in range(10))})\z"
)
"""All zeros after the network's three digits; the operator's own example; counting; one digit throughout."""

_NOBODYS_EMAIL = (
    r"^(?:no[-_.]?e?-?mail|none|null|no[-_.]?reply|do[-_.]?not[-_.]?reply|guest|walk[-_.]?in|anonymous|anon|unknown|undefined|noone"
    r"|nobody|notprovided|not[-_.]provided|noemailprovided|sin[-_.]?(?:e?mail|correo)|semail|sem[-_.]?email|keine[-_.]?(?:e?mail)?|pasdemail|placeholder|dummy)@"
    r"|@(?:no[-_]?e?-?mail|none|null|invalid|noreply|no-reply|placeholder|localhost)(?:\.[a-z.]+)?\z"
    r"|^(?:test@test|xxx?@xxx?|a@a|aa@aa|aaa@aaa|abc@abc|1@1|123@123|x@x|na@na|no@no|email@email|mail@mail)\.[a-z.]+\z"
)


def is_nobodys_id(said: ir.StringValue) -> ir.BooleanValue:
    """Whether an id stands for every buyer without one: 0, -1, 散客, Guest, walk-in, undefined, 99999999.

    Args:
        said: the id without its wrapping.
    """
    plain = said.re_replace(_FLOAT, "").lower().re_replace(_BETWEEN, "")
    return plain.re_search(_NOBODYS_ID) | said.re_search(_NEGATIVE_ID)


def is_nobodys_phone(said: ir.StringValue) -> ir.BooleanValue:
    """Whether a phone is a filler: 00000000000, 13800138000, 12345678901."""
    return said.re_search(_NOBODYS_PHONE)


def is_nobodys_email(said: ir.StringValue) -> ir.BooleanValue:
    """Whether an e-mail is a filler: noemail@shop.com, none@none.com, test@test.com."""
    return said.re_search(_NOBODYS_EMAIL)


CHECKS: Mapping[Cell, Callable[[ir.StringValue], ir.BooleanValue]] = {
    Cell.ID: is_nobodys_id,
    Cell.PHONE: is_nobodys_phone,
    Cell.EMAIL: is_nobodys_email,
}
"""Whether an identifier of each kind stands for nobody. Ids of orders and products are read before anybody asks this."""
