"""How do friends bring friends? Codes, claims with all reasons against them, rewards after the first order, and people's decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from fenji.answers.loyalty.referrals import ReferralCode, ReferralLine, ReferralsResult
from fenji.domain.contacts import ContactKind
from fenji.domain.loyalty.referrals import ReferralStatus, SharedMark
from fenji.domain.loyalty.vouchers import shown_code
from fenji.domain.principals import Principal
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.tables import clean
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.erasure_key import erasure_key, keyed
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.loyalty.customers import Id, keys_by_ids, meant_by, newest_run, opened_member
from fenji.workspace.loyalty.programs import program_of
from fenji.workspace.loyalty.referrals import Known, Referrals
from fenji.workspace.opening import open_question
from fenji.workspace.session import whole_company

PAGE = 50
Result = TypeVar("Result")


@dataclass(frozen=True)
class SeenWith:
    """What the till or the app knows of the friend; kept only as keyed hashes."""

    phone: str | None = None
    device: str | None = None
    address: str | None = None


def referral_code(root: Path, customer: str, *, program: str | None = None, principal: Principal | None = None) -> ReferralCode:
    """The code with which a customer brings friends; made when it is first asked for.

    Raises:
        NotFound: no workspace, program or customer, or the program has no referrals.
    """
    workspace = open_workspace(root, by_customer=True)
    meant = meant_by(workspace, customer)

    def work(referrals: Referrals) -> ReferralCode:
        slug = referrals.program.slug
        member_id = opened_member(referrals.t, slug, meant)
        return ReferralCode(slug, member_id, referrals.code(member_id))

    return _write(workspace, program, principal, work)


def claim_referral(
    root: Path,
    code: str,
    customer: str,
    *,
    seen: SeenWith = SeenWith(),
    program: str | None = None,
    principal: Principal | None = None,
) -> ReferralsResult:
    """A friend says who brought them; every reason against it is recorded at once.

    Args:
        root: the workspace.
        code: of the advocate.
        customer: the friend.
        seen: with which phone, device and address the friend was seen.
        program: None: the only one.
        principal: who records it; None: the user of the operating system.

    Raises:
        NotFound: no workspace, program or customer, or nobody has the code.
        Conflict: the friend named somebody else before.
    """
    workspace = open_workspace(root, by_customer=True)
    meant = meant_by(workspace, customer)
    key = erasure_key(workspace)
    given = {SharedMark.PHONE: seen.phone, SharedMark.DEVICE: seen.device, SharedMark.ADDRESS: seen.address}
    marks = {kind: keyed(key, f"{kind}:{''.join(each.split()).lower()}") for kind, each in given.items() if each and each.strip()}
    with workspace.state.reading() as t:
        slug = program_of(t, program).slug
        advocate_id = t.loyalty.referrals.advocate_of(slug, "".join(each for each in code.upper() if each.isalnum()))
        advocate = tuple(
            (each.source, each.customer_id) for each in t.loyalty.members.ids_of(t.loyalty.groups.of(slug, advocate_id))
        )
        friend = meant.ids
        if meant.member_id is not None:
            members = t.loyalty.groups.of(slug, meant.member_id)
            friend = tuple((each.source, each.customer_id) for each in t.loyalty.members.ids_of(members))
    known = _known(workspace, friend, advocate, marks)

    def work(referrals: Referrals) -> ReferralsResult:
        found = referrals.claim(code, opened_member(referrals.t, referrals.program.slug, meant), known)
        return ReferralsResult(referrals.program.slug, (ReferralLine.of(found),), None, referrals.today)

    return _write(workspace, program, principal, work)


def check_referrals(root: Path, *, program: str | None = None, principal: Principal | None = None) -> ReferralsResult:
    """Looks at first orders: rewards those that have stood, rejects others, and takes rewards back whose order was refunded.

    Returns:
        What changed; codes of vouchers for friends are told this once.

    Raises:
        NotFound: no workspace or program, or the reward is an offer that is not published.
    """

    def work(referrals: Referrals) -> ReferralsResult:
        lines = tuple(
            ReferralLine.of(
                each.referral, None if each.issued is None or each.issued.code is None else shown_code(each.issued.code)
            )
            for each in referrals.look()
        )
        return ReferralsResult(referrals.program.slug, lines, None, referrals.today)

    return _write(open_workspace(root), program, principal, work)


def decide_referral(
    root: Path,
    customer: str,
    note: str,
    *,
    is_accepted: bool,
    program: str | None = None,
    principal: Principal | None = None,
) -> ReferralsResult:
    """A person decides about a referral that was held.

    Raises:
        NotFound: no workspace, program or customer, or the customer has not said who brought them.
        Conflict: it does not wait for a person.
        InvalidArgument: no reason.
    """
    workspace = open_workspace(root)
    meant = meant_by(workspace, customer)

    def work(referrals: Referrals) -> ReferralsResult:
        member_id = opened_member(referrals.t, referrals.program.slug, meant)
        found = referrals.decide(member_id, note, is_accepted=is_accepted)
        return ReferralsResult(referrals.program.slug, (ReferralLine.of(found),), None, referrals.today)

    return _write(workspace, program, principal, work)


def list_referrals(
    root: Path, *, status: ReferralStatus | None = None, program: str | None = None, after: int = 0, limit: int = PAGE
) -> ReferralsResult:
    """Referrals by the friend's number.

    Args:
        root: the workspace.
        status: only these; None: all.
        program: None: the only one.
        after: begin after this number.
        limit: at most so many.

    Raises:
        NotFound: no workspace or program.
    """
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        raise NotFound.of(_("no loyalty program has been published."))
    with workspace.state.reading() as t:
        slug = program_of(t, program).slug
        page = t.loyalty.referrals.page(slug, status=status, after=after, limit=limit + 1)
    lines = tuple(map(ReferralLine.of, page[:limit]))
    more = lines[-1].referred_member_id if len(page) > limit else None
    return ReferralsResult(slug, lines, more, today(workspace.settings.time_zone))


def _write(workspace: Workspace, program: str | None, principal: Principal | None, work: Callable[[Referrals], Result]) -> Result:
    def day_of(moment: datetime) -> date:
        return today(workspace.settings.time_zone, now=moment)

    def done(t: Transaction) -> Result:
        now = t.clock()
        return work(Referrals(t, program_of(t, program), day_of(now), now, day_of))

    return retried(workspace.state, principal or acting_person(), done)


def _known(
    workspace: Workspace,
    friend: tuple[Id, ...],
    advocate: tuple[Id, ...],
    marks: Mapping[SharedMark, str],
) -> Known:
    """What the newest run says of both: whether they are one customer, since when the friend is known, and shared phones.

    Asked of the whole company, whoever asks: a till that does not see the advocate must not let the same person pass as two.
    """
    with open_question(workspace) as asking:
        session = whole_company(asking)
        run = newest_run(session)
        if run is None:
            return Known(marks=marks)
        keys = [keys_by_ids(session, run, ids) for ids in (friend, advocate)]
        phones: list[set[str]] = []
        for each in keys:
            rows = session.rows(run.run_id, clean.CONTACT_POINT, where={"customer_key": sorted(each)}) if each else []
            phones.append({row["value"] for row in rows if row["kind"] == ContactKind.PHONE})
        rows = session.rows(run.run_id, clean.CUSTOMER, where={"customer_key": sorted(keys[0])}) if keys[0] else []
        days: list[date] = [row[name] for row in rows for name in ("registered_on", "first_seen_on") if row[name] is not None]
    return Known(
        is_one_customer=bool(keys[0] & keys[1]),
        known_since=min(days, default=None),
        shared={SharedMark.PHONE: bool(phones[0] & phones[1]) if all(phones) else None},
        marks=marks,
    )
