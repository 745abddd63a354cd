"""What is said of an entry of the audit log: who did what, to what?"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.audit import Action, SubjectKind
from fenji.domain.principals import PrincipalKind
from fenji.language import message as _

ACTIONS: Mapping[Action, str] = {
    Action.RUN_STARTED: _("run started"),
    Action.RUN_PUBLISHED: _("run published"),
    Action.RUN_FAILED: _("run failed"),
    Action.RUN_CLEARED: _("dead run cleared"),
    Action.RUN_REPAIRED: _("run repaired"),
    Action.RUN_WITHDRAWN: _("damaged analysis withdrawn"),
    Action.RUN_PRUNED: _("old run removed"),
    Action.RUN_NAMED: _("run named"),
    Action.UPKEEP_DONE: _("upkeep done"),
    Action.POLICY_PUBLISHED: _("policy published"),
    Action.OVERRIDE_RECORDED: _("tier given by hand"),
    Action.OVERRIDE_ENDED: _("tier by hand ended"),
    Action.OVERRIDE_PROPOSED: _("tier by hand proposed"),
    Action.OVERRIDE_APPROVED: _("proposed tier by hand approved"),
    Action.OVERRIDE_REFUSED: _("tier by hand refused"),
    Action.OVERRIDE_WITHDRAWN: _("proposed tier by hand withdrawn"),
    Action.DRAFT_MADE: _("draft made"),
    Action.DRAFT_CHANGED: _("draft changed"),
    Action.DRAFT_SUBMITTED: _("draft submitted"),
    Action.DRAFT_APPROVED: _("draft approved"),
    Action.DRAFT_REFUSED: _("draft refused"),
    Action.DRAFT_WITHDRAWN: _("draft withdrawn"),
    Action.DRAFT_PUBLISHED: _("draft published"),
    Action.PERSON_ERASED: _("person erased"),
    Action.PERSON_EXPORTED: _("person exported"),
    Action.PERSON_UNMASKED: _("customer unmasked"),
    Action.LIST_UNMASKED: _("list unmasked"),
    Action.PERSON_OPENED: _("page of a customer opened"),
    Action.BENEFITS_PUBLISHED: _("benefits published"),
    Action.OFFERS_PUBLISHED: _("offers published"),
    Action.VOUCHERS_ISSUED: _("vouchers issued"),
    Action.VOUCHER_WITHDRAWN: _("voucher withdrawn"),
    Action.LIST_SAVED: _("list of customers kept"),
    Action.LIST_REMOVED: _("list of customers removed"),
    Action.SCHEDULE_CHANGED: _("schedule changed"),
    Action.PROGRAM_PUBLISHED: _("loyalty program published"),
    Action.POINTS_POSTED: _("points posted"),
    Action.POINTS_ADJUSTED: _("points adjusted"),
    Action.ADJUSTMENT_PROPOSED: _("adjustment of points proposed"),
    Action.ADJUSTMENT_REFUSED: _("adjustment of points refused"),
    Action.MEMBERS_MERGED: _("members merged"),
    Action.MEMBERS_UNMERGED: _("members made two again"),
    Action.MERGE_REFUSED: _("merge of members refused"),
    Action.MEMBER_LINKED: _("id linked to a member"),
    Action.USER_ADDED: _("user added"),
    Action.USER_ROLES_CHANGED: _("roles changed"),
    Action.USER_DISABLED: _("user disabled"),
    Action.USER_ENABLED: _("user enabled"),
    Action.USER_RESET: _("login reset"),
    Action.USER_PASSWORD_SET: _("password set"),
    Action.USER_TOTP_SET: _("second factor set up"),
    Action.USER_LOGGED_IN: _("logged in"),
    Action.USER_LOCKED_OUT: _("locked out for a while"),
    Action.USER_LOGGED_OUT_EVERYWHERE: _("logged out everywhere"),
    Action.TOKEN_MADE: _("token made"),
    Action.TOKEN_REVOKED: _("token revoked"),
    Action.JOB_ASKED: _("job asked for"),
    Action.JOB_CANCELLED: _("job cancelled"),
    Action.WEBHOOK_ADDED: _("webhook added"),
    Action.WEBHOOK_REMOVED: _("webhook removed"),
    Action.WEBHOOK_ROTATED: _("secret of a webhook changed"),
    Action.WEBHOOK_ENABLED: _("webhook enabled"),
    Action.WEBHOOK_DISABLED: _("webhook disabled"),
    Action.EVENTS_REPLAYED: _("events sent again"),
    Action.ALERT_TESTED: _("alert tested"),
    Action.ALERT_ACKNOWLEDGED: _("alert acknowledged"),
    Action.IMPORT_BEGUN: _("import begun"),
    Action.IMPORT_FILE_SENT: _("file of an import sent"),
    Action.IMPORT_FILE_REMOVED: _("file of an import removed"),
    Action.IMPORT_ANSWERED: _("question of an import answered"),
    Action.IMPORT_ACCEPTED: _("import accepted"),
    Action.IMPORT_DROPPED: _("import dropped"),
    Action.SOURCE_TAKEN_BACK: _("source taken back"),
}
"""What was done."""
ACTORS: Mapping[PrincipalKind, str] = {
    PrincipalKind.PERSON: "{name}",
    PrincipalKind.TOKEN: _("token {name}"),
    PrincipalKind.SYSTEM: _("system {name}"),
}
"""Who did it."""
SUBJECTS: Mapping[SubjectKind, str] = {
    SubjectKind.RUN: _("run {name}"),
    SubjectKind.POLICY: _("policy {name}"),
    SubjectKind.DRAFT: _("draft {name}"),
    SubjectKind.CUSTOMER: _("customer #{name}"),
    SubjectKind.USER: _("user {name}"),
    SubjectKind.TOKEN: _("token {name}"),
    SubjectKind.JOB: _("job {name}"),
    SubjectKind.LIST: _("list {name}"),
    SubjectKind.SCHEDULE: _("schedule {name}"),
    SubjectKind.PROGRAM: _("loyalty program {name}"),
    SubjectKind.MEMBER: _("member {name}"),
    SubjectKind.WEBHOOK: _("webhook {name}"),
    SubjectKind.ALERT: _("alert {name}"),
    SubjectKind.CHANNEL: _("channel {name}"),
    SubjectKind.IMPORT: _("import {name}"),
    SubjectKind.SOURCE: _("source {name}"),
    SubjectKind.OFFER: _("offer {name}"),
    SubjectKind.BENEFITS: _("benefits {name}"),
}
"""To what it was done."""
HASH_SHOWN = 12
"""Digits of the hash of a customer that people see."""


def subject_shown(kind: SubjectKind, name: str) -> str:
    """The name of a subject as people see it.

    >>> subject_shown(SubjectKind.CUSTOMER, "0123456789abcdef"), subject_shown(SubjectKind.USER, "li.lei")
    ('0123456789ab', 'li.lei')
    """
    return name[:HASH_SHOWN] if kind is SubjectKind.CUSTOMER else name
