"""Who works with fenji here, and in which roles? Nobody is ever removed: the audit log names people by their login."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.access import RIGHTS_OF, LimitColumn, Right, Role, RowLimit
from fenji.domain.people import RoleGrant, User
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.access.rows import CredentialRow, PersonRoleRow, PersonRow


class PersonRepository:
    """The people of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The people in the state database of a session."""
        self._session = session
        self._clock = clock

    def add(self, login: str, name: str, grants: Iterable[RoleGrant], *, identity: str | None = None) -> User:
        """Adds somebody.

        Raises:
            Conflict: the login or the identity is somebody's already.
        """
        try:
            with self._session.begin_nested():
                self._session.add(PersonRow(login=login, name=name, identity=identity, added_at=self._clock()))
                self._session.flush()
        except IntegrityError as error:
            raise Conflict.of(
                _("there is somebody with the login '{login}', or with this identity, already."),
                advice=_("Choose another login; a login is never given to somebody else."),
                login=login,
            ) from error
        self._session.add(CredentialRow(login=login))
        self.grant(login, grants)
        return self.get(login)

    def grant(self, login: str, grants: Iterable[RoleGrant]) -> None:
        """Gives somebody these roles in place of those that they held."""
        self._session.execute(delete(PersonRoleRow).where(PersonRoleRow.login == login))
        for each in grants:
            limits = {str(limit.column): list(limit.values) for limit in each.limits}
            self._session.add(PersonRoleRow(login=login, role=str(each.role), limits=limits))
        self._session.flush()

    def set_disabled(self, login: str, *, is_disabled: bool) -> None:
        """Keeps somebody out, or lets them in again."""
        self._row(login).disabled_at = self._clock() if is_disabled else None
        self._session.flush()

    def note_login(self, login: str) -> None:
        """Writes down that somebody came in now."""
        self._row(login).logged_in_at = self._clock()
        self._session.flush()

    def find(self, login: str) -> User | None:
        """Somebody by login; None where there is nobody."""
        found = self._users(PersonRow.login == login)
        return found[0] if found else None

    def get(self, login: str) -> User:
        """Somebody by login.

        Raises:
            NotFound: there is nobody of this login.
        """
        found = self.find(login)
        if found is None:
            raise NotFound.of(
                _("there is nobody with the login '{login}'."), advice=_("See who there is: fenji person list"), login=login
            )
        return found

    def find_by_identity(self, identity: str) -> User | None:
        """Somebody by what the company's own login calls them."""
        found = self._users(PersonRow.identity == identity)
        return found[0] if found else None

    def list_people(self) -> tuple[User, ...]:
        """Everybody, also who is disabled, by login."""
        return self._users(None)

    def holders(self, right: Right, *, for_update: bool = False) -> tuple[str, ...]:
        """The logins of all who hold a right and are not disabled.

        Args:
            right: through any of their roles.
            for_update: nobody else may change them until the transaction ends.
        """
        giving = [str(role) for role, rights in RIGHTS_OF.items() if right in rights]
        wanted = (
            select(PersonRow.login)
            .join(PersonRoleRow, PersonRoleRow.login == PersonRow.login)
            .where(PersonRow.disabled_at.is_(None), PersonRoleRow.role.in_(giving))
            .order_by(PersonRow.login)
        )
        return tuple(dict.fromkeys(self._session.scalars(wanted.with_for_update() if for_update else wanted)))

    def _row(self, login: str) -> PersonRow:
        return self._session.scalars(select(PersonRow).where(PersonRow.login == login).with_for_update()).one()

    def _users(self, condition: object) -> tuple[User, ...]:
        wanted = select(PersonRow, CredentialRow).join(CredentialRow, CredentialRow.login == PersonRow.login)
        roles = select(PersonRoleRow).join(PersonRow, PersonRow.login == PersonRoleRow.login)
        if condition is not None:
            wanted, roles = wanted.where(condition), roles.where(condition)  # type: ignore[arg-type]
        grants: dict[str, dict[Role, RoleGrant]] = {}
        for row in self._session.scalars(roles.execution_options(populate_existing=True)):
            grants.setdefault(row.login, {})[Role(row.role)] = _grant(row)
        rows = self._session.execute(wanted.order_by(PersonRow.login).execution_options(populate_existing=True)).all()
        return tuple(_user(person, credential, grants.get(person.login, {})) for person, credential in rows)


def _user(person: PersonRow, credential: CredentialRow, grants: dict[Role, RoleGrant]) -> User:
    return User(
        person.login,
        person.name,
        tuple(grants[each] for each in Role if each in grants),
        person.disabled_at is not None,
        credential.password_hash is not None,
        credential.totp_sealed is not None,
        person.added_at,
        person.logged_in_at,
        person.identity,
    )


def _grant(row: PersonRoleRow) -> RoleGrant:
    limits = (RowLimit(column, tuple(row.limits[column])) for column in LimitColumn if column in row.limits)
    return RoleGrant(Role(row.role), tuple(limits))
