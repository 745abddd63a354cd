"""Which record answers which command? One line for each; the reference page and the description of the API are made from them."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.answers.access import Login, TokenMade, TokensResult, TotpBegun, UserChanged, UsersResult
from fenji.answers.audit import AuditResult, AuditVerified
from fenji.answers.backups import BackupResult, RestoreResult
from fenji.answers.baskets import RulesResult
from fenji.answers.checking import CheckResult
from fenji.answers.churn import ChurnResult, PropensityResult
from fenji.answers.customers import CustomersResult, TakenList
from fenji.answers.demo import DemoResult
from fenji.answers.drafts import DraftResult, DraftsResult, MetricsResult, PolicyDiffResult, ProposalsResult, VersionResult
from fenji.answers.failures import FailedAnswer
from fenji.answers.filters import FiltersResult
from fenji.answers.forecast import ForecastResult, TrendResult
from fenji.answers.history import HistoryResult
from fenji.answers.importing import (
    ImportAccepted,
    ImportPreview,
    ImportProposal,
    ImportResult,
    ImportsResult,
    SourcesResult,
    SourceTakenBack,
)
from fenji.answers.jobs import JobAnswer, JobsAnswer, ScheduleAnswer, ToldJob, WorkAnswer
from fenji.answers.loyalty.benefits import BenefitsCostResult, BenefitsResult
from fenji.answers.loyalty.members import MembersResult, MergesResult
from fenji.answers.loyalty.offers import (
    OffersResult,
    VersionsOfOffers,
    VoucherChecked,
    VouchersEnded,
    VouchersIssued,
    VouchersResult,
    VoucherUsed,
)
from fenji.answers.loyalty.points import (
    AdjustmentsResult,
    BalanceResult,
    FlowResult,
    LawsResult,
    LiabilityResult,
    OperationResult,
    PointsImported,
    PostResult,
    ProgramResult,
    StatementResult,
)
from fenji.answers.loyalty.referrals import ReferralCode, ReferralsResult
from fenji.answers.mapping import MapResult
from fenji.answers.moves import MovesResult
from fenji.answers.named_lists import NamedListsResult
from fenji.answers.persons import PersonErased, PersonExport, PersonPlaces
from fenji.answers.policies import LintResult, OverridesResult, PolicyResult, PublishResult, SuggestResult, VersionsResult
from fenji.answers.priority import PriorityResult
from fenji.answers.pruning import PruneResult
from fenji.answers.recommend import RecommendResult
from fenji.answers.repairing import RepairResult
from fenji.answers.replayed import StoredReplay
from fenji.answers.reports import ReportResult, ReportsResult
from fenji.answers.run_comparison import RunsCompared
from fenji.answers.run_list import RunDetail, RunsResult
from fenji.answers.runs import InitResult, QualityResult, RunResult
from fenji.answers.segments import SegmentsResult
from fenji.answers.selftest import SelfTestResult
from fenji.answers.sending import (
    AlertHistory,
    AlertsAcknowledged,
    AlertsResult,
    AlertsTested,
    Replayed,
    WebhookChanged,
    WebhookSecret,
    WebhooksResult,
)
from fenji.answers.serving import ServeResult, WorkspaceResult
from fenji.answers.starting import StartResult
from fenji.answers.structure import StructureResult
from fenji.answers.tables import TablesResult
from fenji.answers.tiers import TiersResult
from fenji.answers.timeline import IdentityResult, TimelineResult
from fenji.answers.trying import TriedList, TryResult
from fenji.answers.value import ValueResult
from fenji.answers.whatif import ReplayResult, WhatIfResult
from fenji.answers.why import WhyResult

ANSWERS: Mapping[str, type] = {
    "init": InitResult,
    "map": MapResult,
    "start": StartResult,
    "run": RunResult,
    "quality": QualityResult,
    "tiers": TiersResult,
    "customers": CustomersResult,
    "customers --out": TakenList,
    "report": ReportResult,
    "tables": TablesResult,
    "points lint": ProgramResult,
    "points publish": ProgramResult,
    "points post": PostResult,
    "points balance": BalanceResult,
    "points statement": StatementResult,
    "points redeem": OperationResult,
    "points hold": OperationResult,
    "points release": OperationResult,
    "points undo": OperationResult,
    "points adjust": OperationResult,
    "points adjustments": AdjustmentsResult,
    "points approve": AdjustmentsResult,
    "points refuse": AdjustmentsResult,
    "points import": PointsImported,
    "points liability": LiabilityResult,
    "points flow": FlowResult,
    "points check": LawsResult,
    "members list": MembersResult,
    "members link": MembersResult,
    "members merges": MergesResult,
    "members merge": MergesResult,
    "members approve": MergesResult,
    "members refuse": MergesResult,
    "members unmerge": MergesResult,
    "structure": StructureResult,
    "moves": MovesResult,
    "why": WhyResult,
    "audit": AuditResult,
    "audit --verify": AuditVerified,
    "work": WorkAnswer,
    "jobs list": JobsAnswer,
    "jobs show": JobAnswer,
    "jobs cancel": JobAnswer,
    "jobs schedule": ScheduleAnswer,
    "runs list": RunsResult,
    "runs compare": RunsCompared,
    "alerts list": AlertsResult,
    "alerts test": AlertsTested,
    "alerts history": AlertHistory,
    "alerts acknowledge": AlertsAcknowledged,
    "offers lint": OffersResult,
    "offers publish": OffersResult,
    "offers show": OffersResult,
    "offers list": VersionsOfOffers,
    "offers issue": VouchersIssued,
    "offers vouchers": VouchersResult,
    "offers withdraw": VouchersResult,
    "offers check": VoucherChecked,
    "offers reserve": VoucherUsed,
    "offers redeem": VoucherUsed,
    "offers release": VouchersEnded,
    "offers give-back": VouchersEnded,
    "referrals code": ReferralCode,
    "referrals claim": ReferralsResult,
    "referrals check": ReferralsResult,
    "referrals list": ReferralsResult,
    "referrals decide": ReferralsResult,
    "benefits lint": BenefitsResult,
    "benefits publish": BenefitsResult,
    "benefits show": BenefitsResult,
    "benefits cost": BenefitsCostResult,
    "webhook add": WebhookSecret,
    "webhook list": WebhooksResult,
    "webhook remove": WebhookChanged,
    "webhook rotate": WebhookSecret,
    "webhook enable": WebhookChanged,
    "webhook replay": Replayed,
    "serve": ServeResult,
    "check": CheckResult,
    "repair": RepairResult,
    "prune": PruneResult,
    "backup": BackupResult,
    "restore": RestoreResult,
    "person export": PersonExport,
    "person erase": PersonErased,
    "person list-places": PersonPlaces,
    "person add": UserChanged,
    "person roles": UserChanged,
    "person disable": UserChanged,
    "person enable": UserChanged,
    "person reset": UserChanged,
    "person list": UsersResult,
    "token make": TokenMade,
    "token list": TokensResult,
    "token revoke": TokensResult,
    "value": ValueResult,
    "priority": PriorityResult,
    "churn": ChurnResult,
    "churn --propensity": PropensityResult,
    "forecast": ForecastResult,
    "forecast --of revenue": TrendResult,
    "segments": SegmentsResult,
    "rules": RulesResult,
    "recommend": RecommendResult,
    "policy show": PolicyResult,
    "policy lint": LintResult,
    "policy list": VersionsResult,
    "policy publish": PublishResult,
    "policy suggest": SuggestResult,
    "policy drafts": DraftsResult,
    "policy drafts 1": DraftResult,
    "policy submit": DraftResult,
    "policy approve": DraftResult,
    "policy refuse": DraftResult,
    "policy diff": PolicyDiffResult,
    "policy override": OverridesResult,
    "policy overrides": OverridesResult,
    "whatif": WhatIfResult,
    "whatif --replay": ReplayResult,
    "whatif (without FILE)": TryResult,
    "selftest": SelfTestResult,
    "demo": DemoResult,
}

ANSWERS_OF_API: Mapping[str, type] = {
    "GET /login": Login,
    "POST /login/totp": TotpBegun,
    "GET /workspace": WorkspaceResult,
    "POST /jobs": ToldJob,
    "GET /people": UsersResult,
    "POST /people": UserChanged,
    "GET /tokens": TokensResult,
    "POST /people/{login}/tokens": TokenMade,
    "GET /policies/{policy}/{version}": VersionResult,
    "POST /policies/{policy}/try": TryResult,
    "POST /policies/{policy}/try/customers": TriedList,
    "GET /drafts/{draft_id}/replay": StoredReplay,
    "GET /overrides/proposals": ProposalsResult,
    "GET /metrics": MetricsResult,
    "GET /sources": SourcesResult,
    "DELETE /sources/{source}": SourceTakenBack,
    "GET /imports": ImportsResult,
    "GET /imports/{import_id}": ImportResult,
    "GET /imports/{import_id}/proposal": ImportProposal,
    "GET /imports/{import_id}/preview": ImportPreview,
    "POST /imports/{import_id}/accept": ImportAccepted,
    "GET /runs": RunsResult,
    "GET /runs/compare": RunsCompared,
    "GET /runs/{run_id}": RunDetail,
    "GET /history": HistoryResult,
    "GET /customers/filters": FiltersResult,
    "GET /customers/{customer_key}/timeline": TimelineResult,
    "GET /customers/{customer_key}/identity": IdentityResult,
    "GET /lists": NamedListsResult,
    "GET /reports": ReportsResult,
}
"""Records that answer addresses of the API and no command."""

FAILED = FailedAnswer
"""What every command writes where it fails."""
