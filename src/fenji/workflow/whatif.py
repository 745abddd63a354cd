"""What would another policy change? Tried on the stored panel of a published run; nothing is stored and nobody is moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import ibis.expr.types as ir

from fenji.analyze.metrics.events import kinds_named
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.whatif.alike import count_alike, largest_of_groups, metrics_asked, richest
from fenji.analyze.whatif.comparing import (
    MOST_AFFECTED,
    PolicyComparison,
    compare_policies,
    without_lost,
)
from fenji.answers.whatif import AffectedCustomer, WhatIfResult
from fenji.choices import EngineName
from fenji.documents.policies import policy_document_from_text
from fenji.documents.reader import text_of
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.tables import clean, insight
from fenji.wording.rules import Voice
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.compared import compared_policy
from fenji.workspace.customers import ids_of
from fenji.workspace.drafting import draft_of, name_of
from fenji.workspace.folder import open_workspace, own_metrics_of
from fenji.workspace.loyalty.benefits import cost_of_change
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session
from fenji.workspace.tiering import asked_tiers, panel_at, registry_of, usable_policy


def whatif_at(
    root: Path,
    file: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> WhatIfResult:
    """What the policy in a file would change: see ``whatif_of``.

    Raises:
        NotFound: no such file; and as ``whatif_of``.
    """
    return whatif_of(root, text_of(file), name=str(file), as_of=as_of, policy=policy, engine=engine, progress=progress)


def whatif_of_draft(
    root: Path,
    draft_id: int,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> WhatIfResult:
    """What a draft would change: see ``whatif_of``.

    Raises:
        NotFound: no such draft; and as ``whatif_of``.
    """
    text, name = draft_of(open_workspace(root), draft_id).text, name_of(draft_id)
    return whatif_of(root, text, name=name, as_of=as_of, policy=policy, engine=engine, progress=progress)


def whatif_of(
    root: Path,
    text: str,
    *,
    name: str,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> WhatIfResult:
    """What a new policy would change for the customers of a workspace, as at a first review.

    Args:
        root: the workspace.
        text: the new policy.
        name: what its problems carry in place of a file.
        as_of: the day whose metrics are read, computed first where no run has them; None: the date of the last ``run``.
        policy: which policy it is compared with, where the workspace holds several.
        engine: None: the one of the settings.
        progress: told about each step, where something must be computed.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        InvalidDocument: the new policy cannot be used; all problems at once.
        InvalidInput: the new policy needs metrics that the stored panel lacks; all of them are named.
    """
    workspace = open_workspace(root)
    read = policy_document_from_text(text, name)
    new = read.policy
    own = own_metrics_of(workspace)
    # The names in the file are checked before anything is computed; kinds of events count as far as the policy names them.
    usable_policy(read, registry_of(own, new))
    with open_question(workspace, engine=engine) as session:
        is_asked = as_of is not None or policy is not None
        run = asked_tiers(session, as_of=as_of, policy=policy).run(progress) if is_asked else session.latest()
        past = PastRun(session, run)
        day = _day_of(run) if as_of is None else as_of
        current = past.policy if run.new.as_of == day else past.policies_at([day])[day]
        registry = registry_of(own, new, kinds_named(metrics_asked((current,))))
        warnings = usable_policy(read, registry)
        customer = session.read(run.run_id, clean.CUSTOMER)
        panel = _panel(session, run, registry, (current, new), day)
        rows = session.engine.fetch(count_alike(panel, customer, policies=(current, new), as_of=day)).to_pylist()
        comparison = compare_policies(rows, current=current, new=new)
        voice = Voice({each.slug: each for each in registry}, past.currency)
        sides = compared_policy(comparison.current, voice), compared_policy(comparison.new, voice)
        return WhatIfResult(
            run_id=run.run_id,
            as_of=day,
            comparison=comparison,
            current=sides[0],
            new=sides[1],
            benefit_cost=cost_of_change(workspace, current.slug, sides[0].tiers, sides[1].tiers, on=day),
            most_affected=_affected(session, panel, customer, comparison, day),
            lost=past.lost_rule,
            registry=registry,
            currency=past.currency,
            warnings=warnings,
        )


def _day_of(run: Run) -> date:
    if run.new.as_of is None:
        message = f"run {run.run_id} has no as-of date"
        raise AssertionError(message)
    return run.new.as_of


def _panel(session: Session, run: Run, registry: Registry, policies: Sequence[Policy], day: date) -> ir.Table:
    """The metrics that the two policies need, without lost customers."""
    panel = panel_at(session, run, clean_base_of(session, run), registry, metrics_asked(policies), as_of=day)
    if not PastRun(session, run).lost_rule.is_on:
        return panel
    return without_lost(panel, session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=day), as_of=day)


def _affected(
    session: Session, panel: ir.Table, customer: ir.Table, comparison: PolicyComparison, day: date
) -> tuple[AffectedCustomer, ...]:
    """The largest customers who would fall, with the company's own ids; read only where somebody would fall."""
    if not comparison.falls:
        return ()
    policies = (comparison.current.policy, comparison.new.policy)
    codes = richest({code: each.customers for code, each in comparison.falls.items()}, policies, limit=MOST_AFFECTED)
    listed = largest_of_groups(panel, customer, policies=policies, codes=codes, limit=MOST_AFFECTED, as_of=day)
    rows = session.engine.fetch(listed).to_pylist()
    ids = ids_of(session, customer, [each["customer_key"] for each in rows])
    falls = [(each, comparison.falls[each["code"]]) for each in rows]
    return tuple(
        AffectedCustomer(ids[each["customer_key"]], fall.from_tier, fall.to_tier, each["net_revenue_12m"]) for each, fall in falls
    )
