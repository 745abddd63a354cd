"""Which codes are there, and what was asked for under which business key? Codes themselves are not kept, only their hashes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from fenji.domain.loyalty.offers import Offer
from fenji.domain.loyalty.vouchers import Voucher
from fenji.domain.principals import Principal
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.state.loyalty.ledger import BusinessKeyTaken
from fenji.state.loyalty.loading import chunks, rows
from fenji.state.loyalty.rows import table_of
from fenji.state.loyalty.voucher_rows import VoucherRequestRow, VoucherRow


@dataclass(frozen=True)
class NewVoucher:
    """A code that is to be kept; the code itself is not."""

    code_hash: str
    last_letters: str
    member_id: int | None
    business_key: str
    fingerprint: str


@dataclass(frozen=True)
class Posted:
    """What was asked for under a business key."""

    voucher_number: int | None
    use_number: int | None


class VoucherRepository:
    """The vouchers of one workspace, inside one transaction."""

    def __init__(self, session: Session, principal: Principal, clock: Callable[[], datetime]) -> None:
        """The vouchers in the state database of a session; ``principal`` is who acts."""
        self._session = session
        self._actor = principal.name
        self._clock = clock

    def issue(
        self, offer: Offer, day: date, new: Sequence[NewVoucher], *, program: str, document: str, campaign: str | None
    ) -> None:
        """Keeps new codes of an offer, as issued on a day."""
        begins, ends = offer.validity.of_issue(day)
        now = self._clock()
        same = {
            "program": program,
            "document": document,
            "offer": offer.slug,
            "version": offer.version,
            "uses": 0,
            "uses_limit": offer.limits.per_code,
            "valid_from": begins,
            "valid_until": ends,
            "issued_on": day,
            "issued_at": now,
            "issued_by": self._actor,
            "campaign": campaign,
        }
        table = table_of(VoucherRow)
        for chunk in chunks(new):
            values = [
                {**same, "code_hash": each.code_hash, "last_letters": each.last_letters, "member_id": each.member_id}
                for each in chunk
            ]
            numbers = self._session.scalars(insert(table).returning(table.c.number, sort_by_parameter_order=True), values)
            requests = [
                self._request(program, each.business_key, each.fingerprint, voucher_number=number)
                for each, number in zip(chunk, numbers, strict=True)
            ]
            self._session.execute(insert(table_of(VoucherRequestRow)), requests)

    def posted(self, program: str, keys: dict[str, str]) -> dict[str, Posted]:
        """What was asked for under business keys before.

        Args:
            program: whose keys.
            keys: business key: fingerprint of what is asked now.

        Raises:
            BusinessKeyTaken: something else was asked for under one of them.
        """
        found: dict[str, Posted] = {}
        row = VoucherRequestRow
        for chunk in chunks(keys):
            for each in rows(self._session, row, (row.program == program) & row.business_key.in_(chunk)):
                if each["fingerprint"] != keys[each["business_key"]]:
                    text = _("something else was asked for under the key {key} on {day}.")
                    advice = _("Give each operation a key of its own, and the same one only to the same operation.")
                    raise BusinessKeyTaken.of(text, advice=advice, key=each["business_key"], day=each["recorded_at"].date())
                found[each["business_key"]] = Posted(each["voucher_number"], each["use_number"])
        return found

    def note(self, program: str, key: str, fingerprint: str, *, voucher: int | None = None, use: int | None = None) -> None:
        """Keeps what was asked for under a business key."""
        values = self._request(program, key, fingerprint, voucher_number=voucher, use_number=use)
        self._session.execute(insert(table_of(VoucherRequestRow)), [values])

    def find(self, program: str, code_hash: str) -> Voucher:
        """The voucher of a code.

        Raises:
            NotFound: there is none.
        """
        row = VoucherRow
        found = next(rows(self._session, row, (row.program == program) & (row.code_hash == code_hash)), None)
        if found is None:
            raise NotFound.of(
                _("there is no voucher with this code."), advice=_("Letters and digits count, blanks and dashes do not.")
            )
        return _voucher(found)

    def are_known(self, hashes: Collection[str]) -> bool:
        """Whether any of these codes is there already."""
        row = VoucherRow
        return any(self._session.scalar(select(row.number).where(row.code_hash.in_(chunk)).limit(1)) for chunk in chunks(hashes))

    def get(self, program: str, number: int) -> Voucher:
        """The voucher of a number.

        Raises:
            NotFound: there is none.
        """
        row = VoucherRow
        found = next(rows(self._session, row, (row.program == program) & (row.number == number)), None)
        if found is None:
            raise NotFound.of(_("there is no voucher {number}."), number=number)
        return _voucher(found)

    def numbered(self, program: str, numbers: Collection[int]) -> tuple[Voucher, ...]:
        """Vouchers by their numbers."""
        row, found = VoucherRow, list[Voucher]()
        for chunk in chunks(numbers):
            found += map(_voucher, rows(self._session, row, (row.program == program) & row.number.in_(chunk), row.number))
        return tuple(found)

    def lock(self, number: int) -> None:
        """Locks a voucher until the transaction ends: its uses change one after the other."""
        self._session.execute(select(VoucherRow.number).where(VoucherRow.number == number).with_for_update())

    def page(
        self, program: str, *, offer: str | None, members: Collection[int] | None, after: int, limit: int
    ) -> tuple[Voucher, ...]:
        """Vouchers by number, from one on."""
        row = VoucherRow
        asked: ColumnElement[bool] = (row.program == program) & (row.number > after)
        asked = asked if offer is None else asked & (row.offer == offer)
        asked = asked if members is None else asked & row.member_id.in_(members)
        found = self._session.execute(select(table_of(row)).where(asked).order_by(row.number).limit(limit))
        return tuple(_voucher(dict(each)) for each in found.mappings())

    def withdraw(self, number: int, why: str) -> None:
        """Has a code count no more; it is locked."""
        values = {"withdrawn_at": self._clock(), "withdrawn_why": why}
        self._session.execute(update(VoucherRow).where(VoucherRow.number == number).values(values))

    def _request(self, program: str, key: str, fingerprint: str, **numbers: int | None) -> dict[str, Any]:
        told = {"program": program, "business_key": key, "fingerprint": fingerprint, "voucher_number": None, "use_number": None}
        return {**told, **numbers, "recorded_at": self._clock(), "actor": self._actor}


def _voucher(row: dict[str, Any]) -> Voucher:
    return Voucher(**{name: row[name] for name in Voucher.__dataclass_fields__})
