"""Which policy versions have been published? Frozen: a version is published once and never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.policies import Policy, PublishedPolicy
from fenji.errors import Conflict, Problem
from fenji.language import message as _
from fenji.state.models import PolicyVersionRow


class PolicyVersionRepository:
    """The published policy versions of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The versions in the state database of a session."""
        self._session = session
        self._clock = clock

    def publish(self, policy: Policy, text: str) -> PublishedPolicy:
        """Freezes a version.

        Args:
            policy: what the text says.
            text: the file as it is.

        Raises:
            Conflict: this version is published already, or a higher one is, or another one begins on the same day.
        """
        row = PolicyVersionRow(
            slug=policy.slug,
            version=policy.version,
            effective_on=policy.effective_on,
            author=policy.author,
            why=policy.why,
            text=text,
            published_at=self._clock(),
        )
        Conflict.raise_if(self.objections(policy))
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            # Two people published in the same moment, and the database let the other one in.
            raise Conflict.of(
                _("another version of policy {policy} has just been published."),
                advice=_("Look at it with: fenji policy list"),
                policy=policy.slug,
            ) from error
        return _record(row)

    def objections(self, policy: Policy) -> list[Problem]:
        """What keeps a version from being published: it is there already, a higher one is, or one of the same day."""
        return _objections(policy, _versions(self._session, policy.slug))

    def count(self) -> int:
        """How many versions have been published; they are never changed or removed."""
        return self._session.scalar(select(func.count()).select_from(PolicyVersionRow)) or 0

    def list_published(self) -> tuple[PublishedPolicy, ...]:
        """Every published version, by policy and version."""
        ordered = select(PolicyVersionRow).order_by(PolicyVersionRow.slug, PolicyVersionRow.version)
        return tuple(_record(row) for row in self._session.scalars(ordered))


def _versions(session: Session, slug: str) -> tuple[PublishedPolicy, ...]:
    found = select(PolicyVersionRow).where(PolicyVersionRow.slug == slug).order_by(PolicyVersionRow.version)
    return tuple(_record(row) for row in session.scalars(found))


def _objections(policy: Policy, published: tuple[PublishedPolicy, ...]) -> list[Problem]:
    if not published:
        return []
    newest = published[-1].version
    values = {"policy": policy.slug, "version": policy.version, "newest": newest, "next": newest + 1}
    raise_it = _("Raise the version to {next} or more.")
    same = next((each for each in published if each.version == policy.version), None)
    if same is not None:
        text = _("policy {policy} version {version} was published on {day} already, and a published version is never changed.")
        return [Problem(text, {**values, "day": f"{same.published_at:%Y-%m-%d}"}, None, raise_it)]
    found = []
    if policy.version < newest:
        text = _("policy {policy} version {version} comes after version {newest}, which is published already.")
        found.append(Problem(text, values, None, raise_it))
    twin = next((each for each in published if each.effective_on == policy.effective_on), None)
    if twin is not None:
        text = _("versions {first} and {second} of policy {policy} both take effect on {day}.")
        told = {"policy": policy.slug, "first": twin.version, "second": policy.version, "day": policy.effective_on}
        found.append(Problem(text, told, None, _("Give one of them another `effective_on`.")))
    return found


def _record(row: PolicyVersionRow) -> PublishedPolicy:
    return PublishedPolicy(row.slug, row.version, row.effective_on, row.author, row.why, row.text, row.published_at)
