"""Stored tables show no more than answers: every column is classified, and masked by the same rules."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from fenji.answers.views import OPEN
from fenji.domain.telling import PERSON_NAME, PERSONAL, WITHHELD
from fenji.tables import clean, raw
from fenji.tables.contract import Shelf
from fenji.tables.contracts import CONTRACTS
from fenji.workspace.table_masks import masked_batch, personal_columns

HARMLESS = {
    "acquisition_channel", "among", "antecedent", "arrivals", "basis", "batch", "because_product_id", "believed", "brand", "by", "calibration",
    "campaign_id", "category", "cause", "channel", "choice", "city", "cluster", "condition", "conditions", "consequent", "contender",
    "contract_id", "coupon_id", "currency", "current_class", "definition", "driver", "education", "entry_id", "event_id", "example", "falls_to",
    "feed", "feedback_id", "field", "file", "first", "frequency_class", "from_tier", "gender", "grouping", "holdout_model", "identifier",
    "income_band", "industry", "interest_class", "item_kind", "kept_from", "kept_tier", "kind", "lack", "lifecycle_stage",
    "main_category", "mark", "measure", "member", "method", "metric", "metrics", "model", "name_en", "name_zh", "next_tier",
    "occupation", "offer", "order_id", "order_size_class", "order_source", "outcome", "part", "payment_id", "per", "period", "plan", "policy",
    "potential_class", "prior_tier", "product_id", "program", "qualified_tier", "reason", "reason_1", "reason_2", "reason_3", "recency_class",
    "redemption_id", "region", "repeats", "return_id", "rfm_segment", "rhythm", "risk_class", "rule", "segment", "segmentation", "source",
    "spending_power", "state", "status", "target", "threshold", "tier", "tiers_from", "tiers_run_id", "to_tier", "topic", "transform", "trees_text",
    "trial_baseline", "trial_model", "use", "variant", "verdict", "watch",
}  # fmt: skip
"""Columns of texts that tell nobody who somebody is, of whatever table."""

ALSO_HARMLESS = {("clean.product", "name"), ("insight.tier_sales", "value")}


def test_every_text_of_every_stored_table_is_personal_or_known_to_be_harmless() -> None:
    unclassified = [
        f"{contract.full_name}.{each.name}"
        for contract in CONTRACTS.values()
        for each in contract.columns
        if each.type == "string" and each.veil is None and each.name not in HARMLESS
        if (contract.full_name, each.name) not in ALSO_HARMLESS
    ]
    assert unclassified == []


def test_every_known_harmless_column_still_stands_in_a_table() -> None:
    assert HARMLESS - {each.name for contract in CONTRACTS.values() for each in contract.columns} == set()


def test_raw_cells_are_withheld_whatever_their_field_is() -> None:
    provenance = {each.name for each in raw.PROVENANCE}
    for contract in CONTRACTS.values():
        if contract.shelf is Shelf.RAW and contract is not raw.UNREADABLE:
            assert set(personal_columns(contract)) == {each.name for each in contract.columns} - provenance
    assert personal_columns(raw.UNREADABLE) == {"came": WITHHELD}


def test_the_personal_columns_of_a_customer_are_masked_and_the_others_stay() -> None:
    veils = personal_columns(clean.CUSTOMER)
    assert veils == {"customer_id": PERSONAL, "name": PERSON_NAME, "birth_on": WITHHELD}
    batch = pa.RecordBatch.from_pylist(
        [
            {"customer_key": 1, "customer_id": "13800138000", "name": "王小明", "birth_on": date(1990, 1, 2), "region": "华东"},
            {"customer_key": 2, "customer_id": "M2", "name": None, "birth_on": None, "region": None},
        ],
        schema=pa.schema([clean.CUSTOMER.schema.to_pyarrow().field(name) for name in ("customer_key", *veils, "region")]),
    )
    found = masked_batch(batch, veils)
    assert found.to_pylist() == [
        {"customer_key": 1, "customer_id": "138****8000", "name": "王*明", "birth_on": None, "region": "华东"},
        {"customer_key": 2, "customer_id": "M2", "name": None, "birth_on": None, "region": None},
    ]
    assert found.schema.names == batch.schema.names
    assert found.schema.types == batch.schema.types
    assert masked_batch(batch, veils, OPEN) is batch


def test_contact_points_are_masked_by_what_each_value_is() -> None:
    values = ["+8613800138000", "zhang.wei@qq.com", "王小明", "Ann"]
    batch = pa.RecordBatch.from_pydict({"value": values, "written": ["138 0013 8000", "Zhang.Wei@QQ.com", "王小明", "Ann"]})
    found = masked_batch(batch, personal_columns(clean.CONTACT_POINT)).to_pydict()
    assert found == {
        "value": ["138****8000", "z***@qq.com", "王*明", "A*"],
        "written": ["138****8000", "Z***@QQ.com", "王*明", "A*"],
    }
