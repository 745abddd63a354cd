"""What are kinds of points, lots and requests called on the screen?"""

from __future__ import annotations

from fenji.domain.loyalty.kinds import LotBucket, MemberStatus, PointsKind, RequestStatus
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
