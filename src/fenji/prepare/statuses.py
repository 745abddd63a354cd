"""Was the order paid, called off, or taken back? The words by which shops say so, in Chinese and English.

A status is compared without blanks and letter case. Words that mean different things in different systems (``closed``,
``complete``, ``待付尾款``) decide nothing: the row is kept, or the source's ``paid_statuses`` decide.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

_BETWEEN = " \t\u3000-"
_UNPAID = (
    "^等待(?:买家)?付款|待付款|未付款|待支付|未支付|待买家付款"
    "|^(?:unpaid|notpaid|pendingpayment|paymentpending|awaitingpayment|waitingforpayment|paymentfailed|not_paid|pending_payment|awaiting_payment)$"
)
_CANCELLED = (
    r"^[(\[（【]删除[)\]）】]|^已删除|交易关闭|^已?关闭$|订单关闭|^(?:订单|交易|系统|用户|买家|卖家|商家|客户)?(?:已)?取消(?:订单|交易)?$"
    "|作废|^(?:order)?_?(?:canceled|cancelled|void|voided|deleted|abandoned|cancel)$"
)
_TAKEN_BACK = "退款成功|^已退款$|^全额退款$|已全额退款|^(?:fully_?)?refunded$"
_RETURN = "退货|退款|红字|冲红|^退$|^退单|return|refund|creditnote|credit_note"
_NO_RETURN = "未退|无退|不退|^no|^non"


def is_unpaid(status: ir.StringValue, paid_statuses: Sequence[str] = ()) -> ir.BooleanValue:
    """Whether the order was never paid; null where there is no status and nothing decides.

    Args:
        status: the words of the source; null decides nothing unless ``paid_statuses`` are given.
        paid_statuses: where given, every status that is not one of them is unpaid.
    """
    if paid_statuses:
        return _plain(status.fill_null("")).notin([_plain_word(each) for each in paid_statuses])
    return _plain(status).re_search(_UNPAID)


def is_cancelled(status: ir.StringValue) -> ir.BooleanValue:
    """Whether the order was cancelled, closed without sale, or deleted."""
    return _plain(status).re_search(_CANCELLED)


def is_taken_back(status: ir.StringValue) -> ir.BooleanValue:
    """Whether the status says that all the money went back (``未发货，退款成功``); cancelled, unless the row tells the refund itself."""
    return _plain(status).re_search(_TAKEN_BACK)


def is_return(kind: ir.StringValue) -> ir.BooleanValue:
    """Whether the kind of a document is a return; sales and exchanges are not."""
    plain = _plain(kind)
    return plain.re_search(_RETURN) & ~plain.re_search(_NO_RETURN)


def _plain(words: ir.StringValue) -> ir.StringValue:
    return words.lower().re_replace(f"[{_BETWEEN}]", "")


def _plain_word(words: str) -> str:
    return words.lower().translate({ord(each): None for each in _BETWEEN})
