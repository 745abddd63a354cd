"""How are people, their roles and the hashes of what they come in with stored? No secret stands here in plain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fenji.state.models import Row, UtcMoment

HASH_DIGITS = 64


class PersonRow(Row):
    """Somebody who works with fenji."""

    __tablename__ = "person"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    identity: Mapped[str | None] = mapped_column(String(255), unique=True)
    added_at: Mapped[datetime] = mapped_column(UtcMoment)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    logged_in_at: Mapped[datetime | None] = mapped_column(UtcMoment)


class PersonRoleRow(Row):
    """One role of a person, with the rows to which it is limited."""

    __tablename__ = "person_role"

    login: Mapped[str] = mapped_column(String(80), ForeignKey("person.login"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    limits: Mapped[dict[str, Any]] = mapped_column(JSON)


class CredentialRow(Row):
    """How a person shows who it is."""

    __tablename__ = "credential"

    login: Mapped[str] = mapped_column(String(80), ForeignKey("person.login"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_sealed: Mapped[str | None] = mapped_column(Text)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """The half minute of the last code that was taken: no code counts twice."""


class LoginSessionRow(Row):
    """One login."""

    __tablename__ = "login_session"

    session_hash: Mapped[str] = mapped_column(String(HASH_DIGITS), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), ForeignKey("person.login"), index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcMoment)
    seen_at: Mapped[datetime] = mapped_column(UtcMoment)
    ends_at: Mapped[datetime] = mapped_column(UtcMoment)
    awaits: Mapped[str | None] = mapped_column(String(20))
    totp_sealed: Mapped[str | None] = mapped_column(Text)
    """A second factor that is being set up."""


class TokenRow(Row):
    """One token of a person."""

    __tablename__ = "token"

    login: Mapped[str] = mapped_column(String(80), ForeignKey("person.login"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(HASH_DIGITS), unique=True)
    rights: Mapped[list[str]] = mapped_column(JSON)
    source: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcMoment)
    made_by: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[datetime] = mapped_column(UtcMoment)
    used_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcMoment)


class OneTimeLinkRow(Row):
    """A link that has not been used yet."""

    __tablename__ = "one_time_link"

    link_hash: Mapped[str] = mapped_column(String(HASH_DIGITS), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), ForeignKey("person.login"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    ends_at: Mapped[datetime] = mapped_column(UtcMoment)


class LoginFailureRow(Row):
    """What is remembered of attempts at a name or from an address, which stand here as keyed hashes: people type passwords as names."""

    __tablename__ = "login_failure"

    key_hash: Mapped[str] = mapped_column(String(HASH_DIGITS), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    minute_began_at: Mapped[datetime] = mapped_column(UtcMoment)
    last_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)
    waits: Mapped[int] = mapped_column(BigInteger)
    wait_until: Mapped[datetime | None] = mapped_column(UtcMoment)
