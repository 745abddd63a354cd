"""What do tills and marketers do with codes? Issued, checked, reserved, used, released, given back and withdrawn, each once under its key."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TypeVar

from fenji.answers.loyalty.offers import (
    IssuedCode,
    VoucherChecked,
    VoucherRow,
    VouchersEnded,
    VouchersIssued,
    VouchersResult,
    VoucherUsed,
    VoucherUseRow,
    money,
)
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.loyalty.offers import CENTS, Offer
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.vouchers import Basket, VoucherUse, plain_code, shown_code
from fenji.domain.principals import Principal
from fenji.errors import Conflict, InvalidArgument, NotFound, Unavailable
from fenji.language import message as _
from fenji.private_files import FILE_MODE
from fenji.state.loyalty.retrying import retried
from fenji.state.transaction import Transaction
from fenji.workspace.acting import acting_person
from fenji.workspace.customer_choice import Asked, CustomerChoice
from fenji.workspace.customer_columns import CustomerColumns
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.limits import limits_now
from fenji.workspace.loyalty.customers import (
    Meant,
    check_member_seen,
    has_other_orders,
    ids_by_key,
    key_of,
    known_member,
    meant_by,
    opened_member,
    opened_members,
)
from fenji.workspace.loyalty.offers import offers_of
from fenji.workspace.loyalty.vouchers import MOST_ISSUED, Issued, Used, Vouchers, new_code
from fenji.workspace.opening import open_question

PAGE = 50
Result = TypeVar("Result")


@dataclass(frozen=True)
class OrderAsked:
    """An order as a till tells it; amounts before any voucher."""

    order: str
    """SOURCE:ORDER."""
    amount: Decimal
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    """What the lines of each category cost."""
    delivery: Decimal = Decimal(0)
    is_first: bool | None = None
    """Whether the customer has no other order, as far as the till knows."""
    on: date | None = None
    """The local day of the order; None: today."""


@dataclass(frozen=True)
class Recipients:
    """Who gets codes: some customers, everybody whom the offer is for, or nobody in particular."""

    customers: tuple[str, ...] = ()
    """``member:7``, SOURCE:ID, or an id."""
    is_everybody: bool = False
    """All whom the offer is for, at the last review."""
    number: int = 0
    """So many codes that belong to nobody."""
    code: str | None = None
    """One code that the company chose; it belongs to nobody."""


def issue_vouchers(
    root: Path,
    offer: str,
    to: Recipients,
    key: str,
    *,
    campaign: str | None = None,
    out: Path | None = None,
    principal: Principal | None = None,
) -> VouchersIssued:
    """Issues codes of an offer. Each is told this once; afterwards only its last letters are known.

    Args:
        root: the workspace.
        offer: its name in the offers in force today.
        to: who gets them.
        key: the same for the same thing: nobody gets a second code under it.
        campaign: a name under which the codes are found later.
        out: a CSV file for the codes, for its owner alone; None: they are in the answer.
        principal: who issues them; None: the user of the operating system.

    Raises:
        NotFound: no workspace, no such offer, or no such customer.
        InvalidArgument: nobody is named, or several ways are mixed; the offer is for certain customers; too many at once.
        Conflict: the file is there already.
        VoucherRefused: the last day of the offer is over.
        BusinessKeyTaken: something else was issued under the key.
    """
    workspace = open_workspace(root)
    _check(to)
    if out is not None and out.exists():
        raise Conflict.of(_("{file} is there already."), file=str(out))
    day = today(workspace.settings.time_zone)
    with workspace.state.reading() as t:
        terms = offers_of(t).offer(offer, day)
    meant, run_id, as_of = _whom(workspace, terms, to)
    codes = [plain_code(to.code)] if to.code is not None else [new_code() for _one in meant]

    def work(vouchers: Vouchers) -> tuple[Issued, ...]:
        t, members = vouchers.t, _members(vouchers, meant)
        found = vouchers.issue(offer, members, codes, key, campaign=campaign)
        new = [each for each in found if each.code is not None]
        if new:
            details: dict[str, str | int | None] = {"issued": len(new), "key": key, "campaign": campaign}
            t.audit.add(Action.VOUCHERS_ISSUED, Subject(SubjectKind.OFFER, f"{offer} {terms.version}"), details)
        if out is not None:
            # Before the transaction ends: a code that stands nowhere can be given to nobody.
            _write(out, [each for each in zip(found, meant, strict=True) if each[0].code is not None])
        return found

    try:
        found = _write_with(workspace, principal, work)
    except BaseException:
        if out is not None:
            out.unlink(missing_ok=True)
        raise
    told = tuple(
        IssuedCode(
            voucher=each.voucher.number,
            code=None if each.code is None or out is not None else shown_code(each.code),
            last_letters=each.voucher.last_letters,
            customer_id=_id_of(whom),
        )
        for each, whom in zip(found, meant, strict=True)
    )
    new = sum(each.code is not None for each in found)
    return VouchersIssued(
        offer=offer,
        version=terms.version,
        issued=new,
        existing=len(found) - new,
        file=None if out is None else str(out),
        codes=() if out is not None else told,
        run_id=run_id,
        as_of=as_of,
    )


def list_vouchers(
    root: Path, *, offer: str | None = None, customer: str | None = None, after: int = 0, limit: int = PAGE
) -> VouchersResult:
    """Codes by their numbers, without the codes.

    Args:
        root: the workspace.
        offer: only of this one.
        customer: only those of this one, merged ids included.
        after: begin after this number.
        limit: at most so many.

    Raises:
        NotFound: no workspace, no offers, or no such customer.
    """
    workspace = open_workspace(root, by_customer=customer is not None)
    meant = None if customer is None else meant_by(workspace, customer)

    def work(vouchers: Vouchers) -> VouchersResult:
        loyalty, program, members = vouchers.t.loyalty, vouchers.program, None
        if meant is not None:
            member_id = known_member(vouchers.t, program, meant)
            members = frozenset[int]() if member_id is None else loyalty.groups.of(program, member_id)
        page = loyalty.vouchers.page(program, offer=offer, members=members, after=after, limit=limit + 1)
        rows = tuple(
            VoucherRow.of(each, vouchers.today, reserved=len(loyalty.voucher_uses.reserved_of(each.number)))
            for each in page[:limit]
        )
        return VouchersResult(rows, rows[-1].voucher if len(page) > limit else None, vouchers.today)

    return _read_with(workspace, work)


def check_voucher(root: Path, code: str, asked: OrderAsked, *, customer: str | None = None) -> VoucherChecked:
    """What a code would take off an order; nothing is written, and nothing is kept for it.

    Raises:
        NotFound: no workspace, no such code, or no such customer.
        InvalidArgument: an order or amount that cannot be.
        VoucherRefused: it cannot be used, with every reason.
    """
    workspace = open_workspace(root, by_customer=True)
    basket = _basket(asked)
    meant = None if customer is None else meant_by(workspace, customer)
    basket = _with_first(workspace, basket, meant)

    def work(vouchers: Vouchers) -> VoucherChecked:
        member_id = None if meant is None else known_member(vouchers.t, vouchers.program, meant)
        day = asked.on or vouchers.today
        voucher, found = vouchers.check(code, basket, member_id, day)
        discount = vouchers.offers.offer_of(voucher).discount
        row = VoucherRow.of(voucher, day)
        return VoucherChecked(row, money(found.discount_cents), discount.gift, discount.points or None, day)

    return _read_with(workspace, work)


def use_voucher(
    root: Path,
    code: str,
    asked: OrderAsked,
    key: str,
    *,
    customer: str | None = None,
    is_reserved: bool = False,
    principal: Principal | None = None,
) -> VoucherUsed:
    """Uses a code on an order, or reserves it for one until it is bought or given up.

    Args:
        root: the workspace.
        code: as people write it.
        asked: the order.
        key: the same for the same thing: done once under it.
        customer: who buys; None: nobody knows.
        is_reserved: it is only reserved.
        principal: who does it; None: the user of the operating system.

    Raises:
        NotFound: no workspace, no such code, or no such customer.
        InvalidArgument: an order or amount that cannot be, or a day that has not come.
        VoucherRefused: it cannot be used, with every reason.
        BusinessKeyTaken: something else was done under the key.
    """
    workspace = open_workspace(root, by_customer=True)
    basket = _basket(asked)
    meant = None if customer is None else meant_by(workspace, customer)
    basket = _with_first(workspace, basket, meant)

    def work(vouchers: Vouchers) -> VoucherUsed:
        member_id = None if meant is None else opened_member(vouchers.t, vouchers.program, meant)
        done: Used = vouchers.use(code, basket, member_id, asked.on or vouchers.today, key, is_reserved=is_reserved)
        discount = vouchers.offers.offer_of(done.voucher).discount
        row = VoucherRow.of(done.voucher, done.use.used_on, reserved=is_reserved)
        use = VoucherUseRow.of(done.use)
        return VoucherUsed(row, use, done.is_existing, discount.gift, discount.points or None, done.use.used_on)

    return _write_with(workspace, principal, work)


def release_vouchers(root: Path, order: str, *, principal: Principal | None = None) -> VouchersEnded:
    """Gives back what was reserved for an order that was given up.

    Raises:
        NotFound: no workspace, or no offers.
        InvalidArgument: an order that does not say its source.
    """
    return _ended(root, key_of(order), principal, Vouchers.release)


def give_back_vouchers(root: Path, order: str, *, principal: Principal | None = None) -> VouchersEnded:
    """Gives back codes of an order that was refunded whole, as far as their offers say so and they are still valid.

    Raises:
        NotFound: no workspace, or no offers.
        InvalidArgument: an order that does not say its source.
    """
    return _ended(root, key_of(order), principal, Vouchers.give_back)


def withdraw_voucher(root: Path, number: int, why: str, *, principal: Principal | None = None) -> VouchersResult:
    """Has a code count no more; what it was used for stays.

    Raises:
        NotFound: no workspace, or no such voucher.
        InvalidArgument: no reason.
    """

    def work(vouchers: Vouchers) -> VouchersResult:
        found = vouchers.withdraw(number, why)
        subject = Subject(SubjectKind.OFFER, f"{found.offer} {found.version}")
        vouchers.t.audit.add(Action.VOUCHER_WITHDRAWN, subject, {"voucher": number})
        return VouchersResult((VoucherRow.of(found, vouchers.today),), None, vouchers.today)

    return _write_with(open_workspace(root), principal, work)


def _vouchers(workspace: Workspace, t: Transaction) -> Vouchers:
    now = t.clock()

    def day_of(moment: datetime) -> date:
        return today(workspace.settings.time_zone, now=moment)

    return Vouchers(t, offers_of(t), day_of(now), now, day_of)


def _read_with(workspace: Workspace, work: Callable[[Vouchers], Result]) -> Result:
    with workspace.state.reading() as t:
        return work(_vouchers(workspace, t))


def _write_with(workspace: Workspace, principal: Principal | None, work: Callable[[Vouchers], Result]) -> Result:
    return retried(workspace.state, principal or acting_person(), lambda t: work(_vouchers(workspace, t)))


def _ended(
    root: Path,
    order: OrderKey,
    principal: Principal | None,
    work: Callable[[Vouchers, OrderKey], tuple[VoucherUse, ...]],
) -> VouchersEnded:
    def ended(vouchers: Vouchers) -> VouchersEnded:
        return VouchersEnded(tuple(map(VoucherUseRow.of, work(vouchers, order))), vouchers.today)

    workspace = open_workspace(root, by_customer=True)
    if limits_now():
        users = _read_with(workspace, lambda vouchers: vouchers.t.loyalty.voucher_uses.uses_on(vouchers.program, order))
        for each in users:
            if each.member_id is not None:
                check_member_seen(workspace, each.member_id)
    return _write_with(workspace, principal, ended)


def _check(to: Recipients) -> None:
    ways = [bool(to.customers), to.is_everybody, to.number > 0, to.code is not None]
    if sum(ways) != 1:
        raise InvalidArgument.of(
            _("say for whom: some customers, everybody whom the offer is for, a number of codes, or one code of your own.")
        )


def _whom(workspace: Workspace, offer: Offer, to: Recipients) -> tuple[list[Meant | None], str | None, date | None]:
    """Who gets a code, by ids or member number, None: nobody in particular; and the run and review by which that was decided."""
    if to.customers:
        return [meant_by(workspace, each) for each in to.customers], None, None
    if not to.is_everybody:
        return [None] * (to.number or 1), None, None
    with open_question(workspace) as session:
        run = session.latest()
        day = run.new.as_of
        if day is None:
            message = f"run {run.run_id} has no as-of date"
            raise AssertionError(message)
        columns, keys = CustomerColumns(session, run, day), set[int]()
        whom = offer.for_whom
        for tier in whom.tiers or (None,):
            asked = Asked(
                tier=tier,
                where=whom.conditions,
                segment=whom.segment,
                risk=whom.risk,
                mark=whom.mark,
                standing="in_tier" if whom.is_everybody else None,
            )
            table = CustomerChoice(columns, columns.past.policy, asked, None).table()
            keys |= set(session.engine.fetch(table.select("customer_key"))["customer_key"].to_pylist())
        if len(keys) > MOST_ISSUED:
            text = _("offer {offer} is for {number} customers; {most} codes are issued at once.")
            raise InvalidArgument.of(text, offer=offer.slug, number=len(keys), most=MOST_ISSUED)
        if not keys:
            raise NotFound.of(_("offer {offer} is for nobody at the review of {day}."), offer=offer.slug, day=day)
        return [Meant(ids=ids) for _key, ids in sorted(ids_by_key(session, run, sorted(keys)).items())], run.run_id, day


def _members(vouchers: Vouchers, meant: Sequence[Meant | None]) -> list[int | None]:
    t, program = vouchers.t, vouchers.program
    ids = {place: each.ids for place, each in enumerate(meant) if each is not None and each.named is None and each.ids}
    opened = dict(zip(sorted(ids), opened_members(t, program, ids), strict=True))
    one_by_one = {place: opened_member(t, program, each) for place, each in enumerate(meant) if each and place not in ids}
    return [opened.get(place, one_by_one.get(place)) for place in range(len(meant))]


def _id_of(whom: Meant | None) -> str | None:
    return None if whom is None or whom.first is None else whom.first[1]


def _write(out: Path, new: Sequence[tuple[Issued, Meant | None]]) -> None:
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(["voucher", "code", "member_id", "source", "customer_id", "valid_from", "valid_until"])
    for each, whom in new:
        voucher = each.voucher
        source, customer_id = (whom and whom.first) or ("", "")
        days = (voucher.valid_from, voucher.valid_until or "")
        rows.writerow([voucher.number, shown_code(each.code or ""), voucher.member_id or "", source, customer_id, *days])
    try:
        handle = os.open(out, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable.of(_("{file} cannot be written: {detail}"), file=str(out), detail=error.strerror or "") from error


def _basket(asked: OrderAsked) -> Basket:
    amounts = {"amount": asked.amount, "delivery": asked.delivery, **asked.lines}
    wrong = [name for name, each in amounts.items() if each < 0 or each != each.quantize(Decimal("0.01"))]
    if wrong:
        raise InvalidArgument.of(_("{names}: an amount is 0 or more, to the cent."), names=", ".join(wrong))
    if sum(asked.lines.values()) > asked.amount:
        raise InvalidArgument.of(_("the lines are worth more than the order of {amount}."), amount=asked.amount)
    lines = {name: int(each * CENTS) for name, each in asked.lines.items()}
    return Basket(key_of(asked.order), int(asked.amount * CENTS), lines, int(asked.delivery * CENTS), asked.is_first)


def _with_first(workspace: Workspace, basket: Basket, meant: Meant | None) -> Basket:
    """The order with what our own data say of earlier ones: a till that knows none may not know all."""
    if meant is None or not meant.ids:
        return basket
    others = has_other_orders(workspace, meant.ids, basket.order)
    if others is None:
        return basket
    return replace(basket, is_first=False if others else basket.is_first is not False)
