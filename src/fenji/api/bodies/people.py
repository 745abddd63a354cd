"""What does somebody say who comes in, or lets others in?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends
from pydantic import Field

from fenji.api.bodies.reading import Body, Read
from fenji.domain.access import LimitColumn, Right, Role

Text = Annotated[str, Field(min_length=1, max_length=200)]
Secret = Annotated[str, Field(min_length=1, max_length=1024)]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="Six digits of the second factor.")]


class Login(Body):
    """Coming in by password."""

    login: Text
    password: Secret
    code: Code | None = None


class LinkUsed(Body):
    """Coming in by a one-time link."""

    link: Annotated[Secret, Field(description="The secret part of the link.")]
    password: Annotated[
        Secret, Field(description="The new password; or the present one, where the link sets up a second factor.")
    ]


class CodeGiven(Body):
    """A code of the second factor."""

    code: Code


class PasswordChange(Body):
    """Another password."""

    password: Annotated[Secret, Field(description="The present one.")]
    wanted: Annotated[Secret, Field(description="The new one.")]


class Limit(Body):
    """The rows that somebody sees."""

    column: LimitColumn
    values: Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]


class NewPerson(Body):
    """Somebody who shall work with fenji."""

    name: Text
    login: Text
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]
    limits: Annotated[tuple[Limit, ...], Field(max_length=len(LimitColumn))] = ()
    identity: Annotated[Text | None, Field(description="What the company's own login calls them.")] = None


class Roles(Body):
    """What somebody shall be from now on."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]
    limits: Annotated[tuple[Limit, ...], Field(max_length=len(LimitColumn))] = ()


class Reset(Body):
    """What somebody has lost."""

    password: bool = False
    totp: bool = False


class NewToken(Body):
    """A token for a program."""

    name: Text
    scopes: Annotated[tuple[Right, ...], Field(min_length=1, max_length=len(Right))]
    source: Annotated[Text | None, Field(description="The only source whose customers it finds; a till needs one.")] = None
    last_on: Annotated[date | None, Field(description="The last day on which it lets in; left out: a year from now.")] = None


LoginBody = Annotated[Login, Depends(Read(Login))]
LinkBody = Annotated[LinkUsed, Depends(Read(LinkUsed))]
CodeBody = Annotated[CodeGiven, Depends(Read(CodeGiven))]
PasswordBody = Annotated[PasswordChange, Depends(Read(PasswordChange))]
NewPersonBody = Annotated[NewPerson, Depends(Read(NewPerson))]
RolesBody = Annotated[Roles, Depends(Read(Roles))]
ResetBody = Annotated[Reset, Depends(Read(Reset))]
NewTokenBody = Annotated[NewToken, Depends(Read(NewToken))]
