"""A referral earns once, for both, if the friend is new, nobody else, and keeps the first order; all reasons are recorded. World: one tea shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.referrals import ReferralReason, ReferralStatus, SharedMark
from fenji.errors import Conflict, NotFound
from fenji.state.database import open_database
from fenji.state.loyalty.retrying import retried
from fenji.workspace.loyalty.programs import program_of
from fenji.workspace.loyalty.referrals import Known, Referrals
from fixtures.ledgers import PROGRAM, SHOP, TILL, Till
from fixtures.offers import Counter

REFERRAL = """
referral:
  claim_within: 30d
  qualify: {first_order_at_least: 100, not_refunded_for: 14d}
  reward: {advocate: {points: 20}, friend: {points: 5, offer: welcome_20}}
  limits: {per_advocate: {month: 2, year: 3}, program_month: 3}
  hold: [same_device]
"""
CLAIMED, REJECTED, HELD, REWARDED, CLAWED_BACK = (
    ReferralStatus.CLAIMED,
    ReferralStatus.REJECTED,
    ReferralStatus.HELD,
    ReferralStatus.REWARDED,
    ReferralStatus.CLAWED_BACK,
)


class Desk(Till):
    """Where friends say who brought them."""

    @classmethod
    def of(cls, database):
        Counter.opened(database, program=PROGRAM + REFERRAL)
        return cls(database, date(2027, 2, 1))

    def at(self, work):
        return retried(self.database, TILL, lambda t: work(Referrals(t, program_of(t), self.day, self.now, datetime.date)))

    def claim(self, advocate, friend, **known):
        code = self.at(lambda referrals: referrals.code(advocate))
        return self.at(lambda referrals: referrals.claim(code.lower(), friend, Known(**known)))

    def checked(self):
        due = self.at(Referrals.count_due)
        found = [(each.referral.referred_member_id, each.referral.status) for each in self.at(Referrals.look)]
        assert due == len(found)
        return found

    def of_friend(self, friend):
        with self.database.reading() as t:
            return t.loyalty.referrals.of_friends([friend])[0]


@pytest.fixture
def desk(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/fenji.db")
    yield Desk.of(database)
    database.close()


def test_both_are_rewarded_once_when_the_first_order_has_stood_and_lose_it_when_that_is_refunded(database):
    desk = Desk.of(database)
    ann, bob = desk.member("ann"), desk.member("bob")
    assert desk.claim(ann, bob).status is CLAIMED
    assert desk.claim(ann, bob) == desk.of_friend(bob)
    desk.buy(bob, "o1", 150)
    desk.day += timedelta(days=13)
    assert desk.checked() == []
    desk.day += timedelta(days=1)
    assert desk.checked() == [(bob, REWARDED)]
    assert desk.checked() == []
    # 150 yuan earned one point, available since a week; rewards still wait.
    desk.do(lambda points: points.settle(bob, desk.day))
    assert (desk.balances(ann), desk.balances(bob)) == ((0, 20, 0, 0), (1, 5, 0, 0))
    voucher = desk.of_friend(bob).friend_voucher_number
    desk.do(lambda points: points.refund(OrderKey(SHOP, "o1"), 4_999, desk.day, "f1"))
    assert desk.checked() == []
    desk.do(lambda points: points.refund(OrderKey(SHOP, "o1"), 2, desk.day, "f2"))
    assert desk.checked() == [(bob, CLAWED_BACK)]
    assert desk.checked() == []
    assert (desk.balances(ann), desk.balances(bob)) == ((0, 0, 0, 0), (0, 0, 0, 0))
    with database.reading() as t:
        assert t.loyalty.vouchers.get("points", voucher).withdrawn_why == "referral"
        kinds = [each.kind for each in t.sending.outbox.not_spread(limit=50)]
    assert (kinds.count("referral.qualified"), kinds.count("referral.rejected")) == (1, 1)


def test_every_reason_against_a_claim_is_recorded(desk):
    ann, bob, cat, dan = (desk.member(each) for each in ("ann", "bob", "cat", "dan"))
    assert desk.claim(ann, ann).reasons == (ReferralReason.SELF,)
    desk.do(lambda points: points.merge(bob, cat, desk.day, "m1", reason="one"))
    assert desk.claim(cat, bob).reasons == (ReferralReason.SELF,)
    found = desk.claim(
        ann,
        dan,
        is_one_customer=True,
        known_since=desk.day - timedelta(days=31),
        shared={SharedMark.PHONE: True},
        marks={SharedMark.ADDRESS: "hash"},
    )
    assert found.status is REJECTED
    assert found.reasons == (ReferralReason.SELF, ReferralReason.KNOWN_CUSTOMER, ReferralReason.SAME_PHONE)
    assert found.not_checked == (ReferralReason.SAME_DEVICE, ReferralReason.SAME_ADDRESS)
    assert desk.checked() == []


def test_a_friend_may_be_known_for_as_long_as_a_claim_may_take(desk):
    ann, bob, cat = (desk.member(each) for each in ("ann", "bob", "cat"))
    desk.buy(bob, "o1", 150)
    desk.buy(cat, "o2", 150)
    desk.day += timedelta(days=30)
    assert desk.claim(ann, bob).status is CLAIMED
    desk.day += timedelta(days=1)
    assert desk.claim(ann, cat).reasons == (ReferralReason.KNOWN_CUSTOMER,)


def test_whoever_was_brought_brings_nobody_of_those_above(desk):
    ann, bob, cat = (desk.member(each) for each in ("ann", "bob", "cat"))
    desk.claim(ann, bob)
    desk.claim(bob, cat)
    found = desk.claim(cat, ann)
    assert (found.status, found.reasons) == (REJECTED, (ReferralReason.CIRCLE,))


def test_the_same_device_is_put_to_a_person_whose_word_is_kept(desk):
    ann, bob, cat, dan = (desk.member(each) for each in ("ann", "bob", "cat", "dan"))
    desk.claim(dan, ann, marks={SharedMark.DEVICE: "d1"})
    for friend in (bob, cat):
        assert desk.claim(ann, friend, marks={SharedMark.DEVICE: "d1"}).status is HELD
        desk.buy(friend, f"o{friend}", 150)
    desk.day += timedelta(days=14)
    assert desk.checked() == []
    desk.at(lambda referrals: referrals.decide(bob, "one household, two people", is_accepted=True))
    said = desk.at(lambda referrals: referrals.decide(cat, "one phone of one person", is_accepted=False))
    assert said.reasons == (ReferralReason.SAME_DEVICE, ReferralReason.PERSON)
    with pytest.raises(Conflict):
        desk.at(lambda referrals: referrals.decide(cat, "again", is_accepted=True))
    assert desk.checked() == [(bob, REWARDED)]


def test_limits_of_the_advocate_and_of_the_program_end_rewards(desk):
    ann, bob = desk.member("ann"), desk.member("bob")
    friends = [desk.member(f"f{number}") for number in range(6)]
    for friend in friends:
        desk.claim(ann if friend in friends[:3] else bob, friend)
        desk.buy(friend, f"o{friend}", 99 if friend == friends[5] else 150)
    desk.day += timedelta(days=14)
    desk.checked()
    reasons = {friend: desk.of_friend(friend).reasons for friend in friends}
    assert reasons == {
        **dict.fromkeys(friends[:2], ()),
        friends[2]: (ReferralReason.ADVOCATE_MONTH,),
        friends[3]: (),
        friends[4]: (ReferralReason.PROGRAM_MONTH,),
        friends[5]: (ReferralReason.ORDER_TOO_SMALL,),
    }


def test_what_cannot_be_claimed_is_said(desk):
    ann, bob, cat = (desk.member(each) for each in ("ann", "bob", "cat"))
    desk.claim(ann, bob)
    with pytest.raises(Conflict, match="somebody else"):
        desk.claim(cat, bob)
    with pytest.raises(NotFound, match="nobody has this"):
        desk.at(lambda referrals: referrals.claim("NOBODYS", cat, Known()))
    with pytest.raises(NotFound):
        desk.at(lambda referrals: referrals.decide(cat, "why", is_accepted=True))
    with pytest.raises(NotFound):
        desk.claim(ann, 99)
