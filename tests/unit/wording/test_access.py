"""Everything that stands in the audit log or is given to people has words."""

from __future__ import annotations

from fenji.domain.access import Right, Role
from fenji.domain.audit import Action, SubjectKind
from fenji.domain.people import TokenState
from fenji.domain.principals import PrincipalKind
from fenji.wording.access import RIGHTS, ROLES, ROLES_MAY, STATES
from fenji.wording.auditing import ACTIONS, ACTORS, SUBJECTS


def test_nothing_is_without_words() -> None:
    told = {Role: (ROLES, ROLES_MAY), Right: (RIGHTS,), TokenState: (STATES,)}
    told |= {Action: (ACTIONS,), SubjectKind: (SUBJECTS,), PrincipalKind: (ACTORS,)}
    assert [kind.__name__ for kind, names in told.items() if any(set(each) != set(kind) for each in names)] == []
