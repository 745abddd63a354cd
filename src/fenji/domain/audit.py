"""What is written down when something is changed, and how can that record be broken? Frozen records of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fenji.domain.principals import Principal


class Action(StrEnum):
    """What was done."""

    RUN_STARTED = "run_started"
    RUN_PUBLISHED = "run_published"
    RUN_FAILED = "run_failed"
    RUN_CLEARED = "run_cleared"
    RUN_REPAIRED = "run_repaired"
    RUN_WITHDRAWN = "run_withdrawn"
    RUN_PRUNED = "run_pruned"
    RUN_NAMED = "run_named"
    UPKEEP_DONE = "upkeep_done"
    POLICY_PUBLISHED = "policy_published"
    OVERRIDE_RECORDED = "override_recorded"
    OVERRIDE_ENDED = "override_ended"
    OVERRIDE_PROPOSED = "override_proposed"
    OVERRIDE_APPROVED = "override_approved"
    OVERRIDE_REFUSED = "override_refused"
    OVERRIDE_WITHDRAWN = "override_withdrawn"
    DRAFT_MADE = "draft_made"
    DRAFT_CHANGED = "draft_changed"
    DRAFT_SUBMITTED = "draft_submitted"
    DRAFT_APPROVED = "draft_approved"
    DRAFT_REFUSED = "draft_refused"
    DRAFT_WITHDRAWN = "draft_withdrawn"
    DRAFT_PUBLISHED = "draft_published"
    PERSON_ERASED = "person_erased"
    PERSON_EXPORTED = "person_exported"
    PERSON_UNMASKED = "person_unmasked"
    LIST_UNMASKED = "list_unmasked"
    PERSON_OPENED = "person_opened"
    LIST_SAVED = "list_saved"
    LIST_REMOVED = "list_removed"
    USER_ADDED = "user_added"
    USER_ROLES_CHANGED = "user_roles_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_RESET = "user_reset"
    USER_PASSWORD_SET = "user_password_set"  # noqa: S105 - what was done
    USER_TOTP_SET = "user_totp_set"
    USER_LOGGED_IN = "user_logged_in"
    USER_LOCKED_OUT = "user_locked_out"
    USER_LOGGED_OUT_EVERYWHERE = "user_logged_out_everywhere"
    TOKEN_MADE = "token_made"  # noqa: S105 - what was done
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - what was done
    JOB_ASKED = "job_asked"
    JOB_CANCELLED = "job_cancelled"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_ROTATED = "webhook_rotated"
    WEBHOOK_ENABLED = "webhook_enabled"
    WEBHOOK_DISABLED = "webhook_disabled"
    EVENTS_REPLAYED = "events_replayed"
    ALERT_TESTED = "alert_tested"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    IMPORT_BEGUN = "import_begun"
    IMPORT_FILE_SENT = "import_file_sent"
    IMPORT_FILE_REMOVED = "import_file_removed"
    IMPORT_ANSWERED = "import_answered"
    IMPORT_ACCEPTED = "import_accepted"
    IMPORT_DROPPED = "import_dropped"
    SOURCE_TAKEN_BACK = "source_taken_back"
    SCHEDULE_CHANGED = "schedule_changed"
    PROGRAM_PUBLISHED = "program_published"
    POINTS_POSTED = "points_posted"
    POINTS_ADJUSTED = "points_adjusted"
    ADJUSTMENT_PROPOSED = "adjustment_proposed"
    ADJUSTMENT_REFUSED = "adjustment_refused"
    MEMBERS_MERGED = "members_merged"
    MEMBERS_UNMERGED = "members_unmerged"
    MERGE_REFUSED = "merge_refused"
    MEMBER_LINKED = "member_linked"
    BENEFITS_PUBLISHED = "benefits_published"
    OFFERS_PUBLISHED = "offers_published"
    VOUCHERS_ISSUED = "vouchers_issued"
    VOUCHER_WITHDRAWN = "voucher_withdrawn"


class SubjectKind(StrEnum):
    """What sort of thing it was done to."""

    RUN = "run"
    POLICY = "policy"
    DRAFT = "draft"
    CUSTOMER = "customer"
    USER = "user"
    TOKEN = "token"  # noqa: S105 - the kind of a thing
    JOB = "job"
    WEBHOOK = "webhook"
    CHANNEL = "channel"
    ALERT = "alert"
    IMPORT = "import"
    SOURCE = "source"
    LIST = "list"
    SCHEDULE = "schedule"
    PROGRAM = "program"
    MEMBER = "member"
    OFFER = "offer"
    BENEFITS = "benefits"


@dataclass(frozen=True)
class Subject:
    """The thing that was changed."""

    kind: SubjectKind
    name: str
    """A run's id, a policy's slug and version, a login, or a login and the name of a token. A customer's id goes in plain and comes back hashed."""


@dataclass(frozen=True)
class AuditEntry:
    """One change, as the log keeps it."""

    number: int
    """Counts up from 1 without a gap."""
    at: datetime
    """UTC."""
    principal: Principal
    action: Action
    subject: Subject
    details: Mapping[str, object]
    """Small and plain; no personal values."""
    previous_hash: str
    """Hash of the entry before; zeros for the first."""
    hash: str


class Fault(StrEnum):
    """How the chain of entries is broken."""

    CHANGED = "changed"
    """The entry does not say what it said when it was written."""
    MISSING = "missing"
    """An entry of this number was written and is gone."""
    ORDER = "order"
    """The entry does not follow the one before it."""


@dataclass(frozen=True)
class Break:
    """The first entry at which the chain is broken."""

    number: int
    fault: Fault


@dataclass(frozen=True)
class Verified:
    """What a walk over the whole log found."""

    entries: int
    """Entries that are as they were written, counted up to the first break."""
    newest_hash: str
    """Hash of the last of them: kept elsewhere, it proves later that nothing up to here was rewritten."""
    broken: Break | None
