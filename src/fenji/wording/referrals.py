"""What has become of a referral, and what speaks against it, in words?"""

from __future__ import annotations

from fenji.domain.loyalty.referrals import ReferralReason, ReferralStatus
from fenji.language import message as _

STATUSES = {
    ReferralStatus.CLAIMED: _("claimed"),
    ReferralStatus.HELD: _("waits for a person"),
    ReferralStatus.REWARDED: _("rewarded"),
    ReferralStatus.REJECTED: _("not rewarded"),
    ReferralStatus.CLAWED_BACK: _("taken back"),
}
REASONS = {
    ReferralReason.SELF: _("the same customer"),
    ReferralReason.KNOWN_CUSTOMER: _("known for too long"),
    ReferralReason.SAME_PHONE: _("the same phone"),
    ReferralReason.SAME_DEVICE: _("the same device"),
    ReferralReason.SAME_ADDRESS: _("the same address"),
    ReferralReason.CIRCLE: _("a circle of referrals"),
    ReferralReason.ORDER_TOO_SMALL: _("first order too small"),
    ReferralReason.ORDER_REFUNDED: _("first order refunded"),
    ReferralReason.ADVOCATE_MONTH: _("limit of the advocate's month"),
    ReferralReason.ADVOCATE_YEAR: _("limit of the advocate's year"),
    ReferralReason.PROGRAM_MONTH: _("limit of the program's month"),
    ReferralReason.PERSON: _("refused by a person"),
}
