"""Was the order paid, called off, or taken back; has the contract ended? The words by which companies say so, in nine languages.

A status is compared without blanks, hyphens, underscores and letter case. Words that mean different things in different systems
(``closed``, ``open``, ``confirmed``, ``待付尾款``) decide nothing: the row is kept, or ``statuses`` of the source decide.
"""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir

from fenji.domain.sources import Source, StatusClass

_BETWEEN = " \t\u3000_.-"
_PREFIX = "^ *(?:wc|order[-_ ]?status|status)[-_:] *"
"""WooCommerce writes wc-completed."""

_VOID = (
    r"^[(\[（【]删除[)\]）】]|^已删除|交易关闭|^已?关闭$|订单关闭|^(?:订单|交易|系统|用户|买家|卖家|商家|客户|平台|超时|自动)?(?:已)?(?:自动)?取消(?:订单|交易)?$"
    "|作废|冲红$|红冲$|^已?撤销$|^已?撤单$|^已?废弃$|^(?:已)?无效(?:订单|单)?$|^(?:已)?(?:流单|丢单|输单)$|^交易已?取消$|^已?丢失$|^未到店$|^未入住$|^已?退订$|^已?驳回$|^已?拒绝$"
    "|^(?:order)?(?:canceled|cancelled|cancel|void|voided|annulled|deleted|trash|trashed|abandoned|rejected|denied|spam|invalid|invalidated|noshow|didnotarrive"
    "|lost|closedlost|removed)(?:by(?:user|buyer|seller|customer|merchant|admin|system|shop|guest|host))?$"
    "|^(?:storniert|annulliert|abgebrochen|gelöscht|ungültig|annulé|annulée|annule|annulee|abandonné|abandonnée|supprimé|cancelado|cancelada|anulado|anulada|eliminado"
    "|annullato|annullata|cancellato|cancellata|geannuleerd|verwijderd|キャンセル|キャンセル済み?|取消|取消済み?|無効|취소|취소완료|주문취소|결제취소|취소됨|dibatalkan|batal|pesanandibatalkan|dibatalkanpembeli|dibatalkanpenjual|ventacancelada|pedidocancelado|commandeannulée)$"
)
_UNPAID = (
    "^等待(?:买家)?付款|待付款|未付款|待支付|未支付|待买家付款|^未收款$|^待收款$|(?:付款|支付)(?:失败|中)$|^草稿$|^暂存$|^未审核?$|^待审核?$|^审核中$|^待审批$|^审批中$|^未过账$|^待过账$|^未提交$|^待提交$"
    "|^未生效$|^待生效$|^未确认$|^报价单?$|^询价单?$|^意向单?$|^已?过期$|^已?超时$|超时未支付|^购物车$|^待下单$|未缴费?$|未交费$|^待缴费?$|^欠费$|^未结[账帐清算]?$|^未收费$|^待收费$|^待结[账帐算]$|^挂[账帐]$|^赊账$|^创建$|^重新审核$"
    "|^(?:初步|需求|方案|商务|价格|合同)(?:接洽|接触|沟通|确认|分析|调研|设计|报价|制定|谈判|洽谈|评审)$|^验证客户$|^立项$|^跟进中$|^谈判中$|^报价中$|^洽谈中$|^(?:潜在|意向)客户$"
    "|^(?:unpaid|notpaid|nonpaid|pending|pendingpayment|paymentpending|awaitingpayment|waitingforpayment|waitingpayment|paymentdue|due|overdue|pastdue|paymentfailed|failed|failure"
    "|paymenterror|declined|paymentdeclined|onhold|hold|draft|autodraft|checkoutdraft|quotation|quotationsent|quote|quoted|estimate|proposal|proforma|negotiation"
    "|negotiationreview|negotiation/review|proposal/pricequote|proposalpricequote|needsanalysis|valueproposition|iddecisionmakers|perceptionanalysis|appointmentscheduled|qualifiedtobuy"
    "|presentationscheduled|decisionmakerboughtin|contractsent|prospecting|qualification|expired|authorized|authorised|paymentauthorized|pendingapproval|pendingreview|pendingconfirmation|unconfirmed|cart|incart|incomplete|incompletepayment)$"
    "|^(?:ausstehend|zahlungausstehend|unbezahlt|nichtbezahlt|entwurf|angebot|wartend|fehlgeschlagen|abgelaufen|enattente|enattentedepaiement|impayé|impayée|nonpayé|nonpayée|brouillon|devis"
    "|échoué|échouée|expiré|expirée|pendiente|pendientedepago|pagopendiente|enespera|borrador|presupuesto|fallido|fallida|nopagado|impagado|vencido|vencida"
    "|pendente|aguardandopagamento|pagamentopendente|rascunho|orçamento|falhou|nãopago|emespera|inattesa|inattesadipagamento|bozza|preventivo|fallito|nonpagato"
    "|inafwachting|inafwachtingvanbetaling|wachtopbetaling|offerte|concept|mislukt|nietbetaald|onbetaald|verlopen|未入金|入金待ち|支払い?待ち|未払い?|下書き|見積もり?|保留|입금대기|입금대기중|입금전|결제대기|결제대기중|미결제|미입금|menunggupembayaran|belumdibayar|belumbayar|pagopendiente|enattentedevirement|awaiting(?:bankwire|check|cheque|cashondelivery)payment|zahlungoffen)$"
)
_RETURNED = (
    "退款成功|^已退款$|^全额退款$|已全额退款|^已?全部退款$|^已?退货(?:退款)?(?:成功|完成)?$|^退货退款(?:成功|完成)$|^退款完成$|^已?退单$|^已?退票$|^已?退款退货$|^已?拒收$"
    "|^(?:fully)?refunded$|^fullrefund$|^refundcomplete[d]?$|^returned$|^fullyreturned$|^chargedback$|^chargeback$|^reversed$|^returnedtosender$"
    "|^(?:erstattet|rückerstattet|retourniert|zurückgesendet|zurückerstattet|remboursé|remboursée|rembourse|retourné|retournée|reembolsado|reembolsada|devuelto|devuelta"
    "|devolvido|devolvida|estornado|estornada|rimborsato|rimborsata|reso|restituito|terugbetaald|geretourneerd|返金済み?|返品済み?|全額返金|환불|환불완료|반품완료|pengembaliandana|danadikembalikan)$"
)
_PARTLY_RETURNED = "部分退|^partial(?:ly)?(?:refund|return)|^partly(?:refund|return)|^teilweise|^parcialmente|^partiellement|^parzialmente|^gedeeltelijk"
_PAID = (
    "已付款|已支付|支付成功|付款成功|已收款|已结清|交易成功|交易完成|订单完成|^已?完成$|已发货|待发货|等待(?:卖家|商家)?发货|待收货|已收货|确认收货|已签收|待评价|已评价|待出库|等待出库|已出库"
    "|配送中|运输中|派送中|已送达|已配送|待取货|待自提|已自提|已提货|已结算|已结账|已审核?$|已过账|^已?生效$|已核销|已使用|已消费|已离店|已退房|已入住|已成交|^成交$|^赢单$|^正常$"
    "|已缴费?$|已缴清|已交费?$|已收费|已结[账帐]|已就诊|已加油|已下账"
    "|取消退款|退款关闭|退款取消|撤销退款|退款失败|拒绝退款"
    "|^(?:paid|fullypaid|complete|completed|done|success|succeeded|successful|settled|captured|paymentcaptured|paymentaccepted|paymentreceived|paymentcomplete|paymentcompleted"
    "|paymentsuccess|paidinfull|paymentreceivedinfull|processing|processed|fulfilled|partiallyfulfilled|shipped|partiallyshipped|dispatched|delivered|intransit|outfordelivery|readytoship|readyforpickup|pickedup"
    "|finished|won|closedwon|sale|salesorder|checkedout|checkedin|stayed)$"
    "|^(?:bezahlt|abgeschlossen|versendet|versandt|verschickt|geliefert|zugestellt|erledigt|inbearbeitung|payé|payée|terminé|terminée|expédié|expédiée|livré|livrée"
    "|pagado|pagada|completado|completada|enviado|enviada|entregado|entregada|pago|paga|concluído|concluída|entregue|faturado|pagato|pagata|completato|completata|spedito|spedita"
    "|consegnato|consegnata|betaald|voltooid|afgerond|verzonden|geleverd|afgeleverd|入金済み?|支払い?済み?|完了|発送済み?|出荷済み?|配送済み?|결제완료|입금완료|배송중|배송완료|배송준비중?|상품준비중?|구매확정|구매확정완료|거래완료|발송완료"
    "|selesai|transaksiselesai|pesananselesai|dikirim|sedangdikirim|diproses|terkirim|dibayar|lunas|ventaentregada)$"
)
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


def status_class(words: ir.StringValue, source: Source | None = None) -> ir.StringValue:
    """What the status of an order means for money, as a ``StatusClass``; null where nobody knows, and where there is no status.

    Known words are the source's own ``statuses`` first, then its ``paid_statuses``, then those of platforms in nine languages.
    A refund of a part leaves the order paid.

    Args:
        words: the status as its source writes it.
        source: whose words they are; where it has ``paid_statuses``, all other words are unpaid unless they are void or returned.
    """
    plain = _plain(words)
    own = (
        [(plain.isin([_plain_word(each) for each in said]), str(kind)) for kind, said in source.statuses.items()]
        if source
        else []
    )
    paid = [_plain_word(each) for each in source.paid_statuses] if source else []
    known = [
        (plain.isin(paid), str(StatusClass.PAID)),
        (plain.re_search(_VOID), str(StatusClass.VOID)),
        (plain.re_search(_UNPAID), str(StatusClass.UNPAID)),
        (plain.re_search(_PARTLY_RETURNED), str(StatusClass.PAID)),
        (plain.re_search(_RETURNED), str(StatusClass.RETURNED)),
        (plain.re_search(_PAID), str(StatusClass.PAID)),
    ]
    otherwise = ibis.literal(str(StatusClass.UNPAID)) if paid else ibis.null("string")
    return ibis.cases(*own, *(known if paid else known[1:]), else_=otherwise)


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
    return words.lower().re_replace(_PREFIX, "").re_replace(f"[{_BETWEEN}]", "")


def _plain_word(words: str) -> str:
    return re.sub(f"[{_BETWEEN}]", "", re.sub(_PREFIX, "", words.lower()))
