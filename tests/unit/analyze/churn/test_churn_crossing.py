"""On the telecom's customers the machinery is at least as good as a plain logistic regression, and not better than honest models can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fixtures.crossing import cross_validated

TELCO = Path(__file__).parents[4].parent / "shared" / "data" / "telco_churn" / "telco.parquet"


@pytest.mark.skipif(not TELCO.exists(), reason="needs the telecom data")
def test_telco_is_foretold_at_least_as_well_as_by_a_plain_logistic_regression_and_without_a_leak() -> None:
    table = pq.read_table(TELCO)
    outcome = np.array([float(each == "Yes") for each in table["Churn"].to_pylist()])
    charges = pa.array([float(each) if str(each).strip() else None for each in table["TotalCharges"].to_pylist()])
    features = table.drop_columns(["customerID", "Churn", "TotalCharges"]).append_column("TotalCharges", charges)
    found = cross_validated(features, outcome, folds=5, seed=7)

    # Independently: scikit-learn's own folds, encoder and scaler.
    words = [name for name in features.column_names if pa.types.is_string(features[name].type)]
    numbers = [np.nan_to_num(features[name].to_numpy().astype(float)) for name in features.column_names if name not in words]
    coded = OneHotEncoder().fit_transform(np.array([features[name].to_pylist() for name in words]).T).toarray()
    folds = StratifiedKFold(5, shuffle=True, random_state=7)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    plain = cross_val_score(model, np.column_stack([*numbers, coded]), outcome, cv=folds, scoring="roc_auc").mean()

    assert plain == pytest.approx(0.845, abs=0.003)
    assert plain <= found.used["auc"] < 0.87
    assert found.used["brier"] < 0.14


def test_texts_become_columns_missing_is_no_value_and_a_seed_gives_the_same_bits() -> None:
    chance = np.random.default_rng(1)
    kind = chance.choice(["a", "b", None], 600)
    outcome = (chance.random(600) < np.where(kind == "a", 0.8, 0.2)).astype(float)
    features = pa.table({"kind": pa.array(kind.tolist()), "noise": chance.random(600)})
    one, two = (cross_validated(features, outcome, folds=2) for _ in range(2))
    # Of 200 who are "a" 160 leave, of 400 others 80: a leaver is "a" in 2/3, a stayer in 1/9, so that the best AUC is 1/2 + (2/3 - 1/9)/2.
    assert one.used["auc"] == pytest.approx(0.78, abs=0.04)
    assert one == two
