"""On real orders the reasons of 500 customers lead to what was decided for them, at the last of four reviews with keep rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fenji.analyze.reviews.explaining import Decision, explain
from fenji.analyze.reviews.tiers import rule_basis
from fenji.analyze.rules.judging import CustomerFacts
from fenji.documents.policies import policy_from_text
from fenji.language import Language
from fenji.tables import clean, insight
from fenji.workflow.demo import make_demo
from fenji.workflow.running import run_all
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.tiering import registry_of

AS_OF = date(2011, 12, 9)
KEEP = "{tier: middle, name: {zh: 中级会员, en: Middle}, qualify: net_revenue_12m >= 2000"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online_retail") / "demo"
    make_demo(folder, Language.EN)
    file = folder / "policies" / "spend.yaml"
    text = file.read_text(encoding="utf-8")
    assert KEEP in text
    text = text.replace(KEEP, KEEP + ", keep: {any: [net_revenue_12m >= 1500, orders_12m >= 10]}")
    file.write_text(
        text.replace("downgrade: one_step", "downgrade: one_step, hold_reviews: 1, grace_reviews: 1"), encoding="utf-8"
    )
    run_all(folder, as_of=AS_OF, history=4)
    return folder


@pytest.mark.proof
def test_the_reasons_of_500_customers_lead_to_what_was_decided(workspace: Path) -> None:
    with open_session(open_workspace(workspace)) as session:
        run = session.latest()
        policy = policy_from_text(run.new.policy.text)
        panel = session.read(run.run_id, insight.customer_metric(registry_of((), policy).metrics), as_of=AS_OF)
        basis = rule_basis(panel, session.read(run.run_id, clean.CUSTOMER), policy=policy, as_of=AS_OF)
        rows = session.engine.fetch(
            basis.table.filter(basis.table.customer_key % 10 == 0).order_by("customer_key").limit(500)
        ).to_pylist()
        decided = session.engine.fetch(session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=AS_OF)).to_pylist()
    decisions = {row["customer_key"]: Decision.of(row) for row in decided}
    assert len(rows) == 500
    causes = set()
    for row in rows:
        # A reason that led elsewhere would raise ContractBroken.
        explained = explain(decisions[row["customer_key"]], policy, CustomerFacts.of(row, basis))
        causes.add(explained.decision.cause)
        lowest_with_nothing_missing = explained.next_tier is None or explained.missing != ()
        assert lowest_with_nothing_missing
    assert len(causes) > 2
