"""Was the order paid, called off, or taken back; has the contract ended? The words by which companies say so, in Chinese and English.

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
_ENDED = (
    "^(?:合同|合约|服务|账户|账号|用户|客户|会员)?(?:已|已经|正常|提前|自动|主动|被动)?(?:终止|解约|解除|到期|结束|完结|退订|退网|退会|退保|退租|退学|退课|结课|离网|拆机|销户|销号|注销|流失|失效|关闭|中止合作)"
    "(?:合同|合约)?$"
    "|^(?:contract|account|subscription)?_?(?:ended|terminated|canceled|cancelled|churned|expired|closed|lapsed|surrendered|deactivated|discontinued)$"
)
_NEVER_IN_FORCE = (
    "作废|^(?:已)?无效$|草稿|未签|待签|待审|审批中|审核中|未通过|已?拒绝|已?驳回"
    "|^(?:draft|void|voided|rejected|declined|refused|withdrawn|unsigned|notsigned|not_signed|pendingapproval|pending_approval|nottaken|not_taken)$"
)
_OPEN_END = (
    "^(?:长期|长期有效|永久|永久有效|终身|终身有效|无限期|无固定期限|不限|至今|现在|在网|未到期|未结束|进行中|有效"
    "|present|current|now|ongoing|open|openended|indefinite|permanent|perpetual|never|active|running|infinity|tbd)$"
    "|^(?:2[2-9][0-9]{2}|[3-9][0-9]{3})[-/.年]?[0-9]{1,2}(?:[-/.月]?[0-9]{1,2}|$)"
)


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


def has_ended(status: ir.StringValue) -> ir.BooleanValue:
    """Whether the status of a contract says that it is over: 已解约, 离网, churned; null where there is no status."""
    return _plain(status).re_search(_ENDED)


def is_never_in_force(status: ir.StringValue) -> ir.BooleanValue:
    """Whether the status says that the contract never was in force: a draft, refused or void."""
    return _plain(status).re_search(_NEVER_IN_FORCE)


def is_open_end(end: ir.StringValue) -> ir.BooleanValue:
    """Whether the cell of an end says that there is none: 长期, 至今, present, or a year from 2200 on such as 9999."""
    return _plain(end).re_search(_OPEN_END)


def is_return(kind: ir.StringValue) -> ir.BooleanValue:
    """Whether the kind of a document is a return; sales and exchanges are not."""
    plain = _plain(kind)
    return plain.re_search(_RETURN) & ~plain.re_search(_NO_RETURN)


def _plain(words: ir.StringValue) -> ir.StringValue:
    return words.lower().re_replace(f"[{_BETWEEN}]", "")


def _plain_word(words: str) -> str:
    return words.lower().translate({ord(each): None for each in _BETWEEN})
