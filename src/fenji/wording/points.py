"""What are accounts, kinds of points, lots, requests and laws of the ledger called?"""

from __future__ import annotations

from fenji.domain.loyalty.kinds import LotBucket, MemberStatus, PointsAccount, PointsKind, RequestStatus
from fenji.domain.loyalty.law_names import Law
from fenji.language import message as _

KINDS = {
    PointsKind.EARN: _("earned"),
    PointsKind.BONUS: _("bonus"),
    PointsKind.RELEASE: _("became available"),
    PointsKind.HOLD: _("on hold"),
    PointsKind.UNHOLD: _("released from a hold"),
    PointsKind.REDEEM: _("redeemed"),
    PointsKind.REDEEM_UNDO: _("redemption undone"),
    PointsKind.REFUND: _("refund"),
    PointsKind.REFUND_UNDO: _("refund undone"),
    PointsKind.EXPIRE: _("expired"),
    PointsKind.ADJUST: _("adjusted"),
    PointsKind.MERGE: _("merged"),
    PointsKind.UNMERGE: _("made two again"),
    PointsKind.DEBT_PAID: _("debt paid"),
}
BUCKETS = {LotBucket.PENDING: _("waiting"), LotBucket.AVAILABLE: _("available")}
STATUSES = {
    RequestStatus.PROPOSED: _("proposed"),
    RequestStatus.APPROVED: _("approved"),
    RequestStatus.REFUSED: _("refused"),
    RequestStatus.UNDONE: _("undone"),
}
MEMBERS = {
    MemberStatus.ACTIVE: _("active"),
    MemberStatus.MERGED: _("merged"),
    MemberStatus.ERASED: _("erased"),
}
REASONS = {
    "goodwill": _("goodwill"),
    "error": _("a mistake"),
    "campaign": _("a campaign"),
    "migration": _("balances of an older system"),
}
"""Reasons for adjusting that a program has unless it says others; its own are called as it calls them."""
ACCOUNTS = {
    PointsAccount.AVAILABLE: _("can be spent"),
    PointsAccount.PENDING: _("wait to become available"),
    PointsAccount.HELD: _("on hold for carts"),
    PointsAccount.OWED: _("owed by members"),
    PointsAccount.ISSUED: _("issued for orders and bonuses, less refunds"),
    PointsAccount.REDEEMED: _("redeemed, less what came back"),
    PointsAccount.EXPIRED: _("expired, less what was granted anew"),
    PointsAccount.ADJUSTED: _("given or taken by hand, opening balances included"),
}
"""The accounts of a balance sheet."""
LAWS = {
    Law.Z1: _("every movement takes from one account what it gives to another"),
    Law.B1: _("balances equal their lots and their movements, and none is below zero"),
    Law.B2: _("nobody has points to spend and a debt at once"),
    Law.E1: _("points are spent in the order in which they expire, and expire once"),
    Law.R1: _("after refunds an order keeps what its net amount earns, never less than zero"),
    Law.R2: _("a redemption that is undone puts back what it drew, and no more"),
    Law.R3: _("a refund that comes before its purchase waits for it"),
    Law.I1: _("one key does one thing once"),
    Law.C1: _("operations at the same time come out as if done one after the other"),
    Law.M1: _("a merge moves every lot and debt, and changes no sum"),
    Law.M2: _("merged and made two again, members are as before"),
    Law.M3: _("made two again after a while, each gets back what is left of its own"),
    Law.T1: _("the factor is that of the tier before the purchase"),
    Law.T2: _("however orders are split into batches, they earn the same"),
    Law.Q1: _("qualifying points are those that were earned and not refunded"),
    Law.F1: _("the roll-forward closes at what members hold"),
    Law.P1: _("an erased person leaves every sum as it was"),
}
"""What each law says, in one line."""
