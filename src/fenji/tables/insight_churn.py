"""What stands on the insight shelf of those who may leave? Risk and reasons per customer, how good the model is, what drives it."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf

_AS_OF = Column("as_of", "date", "last day that counts")
_TARGET = Column("target", "string", "one of domain.churn.Target")


def _optional(name: str, type_: str, meaning: str) -> Column:
    return Column(name, type_, meaning, nullable=True)


CHURN_RISK = Contract(
    Shelf.INSIGHT,
    "churn_risk",
    "one row per customer known at as_of",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        _AS_OF,
        Column("state", "string", "one of domain.churn.State"),
        Column("is_at_risk_set", "boolean", "active, so that the customer can leave; all others have no probability"),
        _optional("silent_days", "int64", "days since the last order; null without one"),
        _optional("limit_days", "float64", "days without an order after which the customer has left; null by contract"),
        _optional(
            "churn_probability",
            "float64",
            "0..1, that an active customer places no order in the limit_days after as_of (by contract: has no contract in force at the end of the horizon); null where nothing could be learned from the past",
        ),
        _optional(
            "fading_probability",
            "float64",
            "churn_probability without steps, for priority: after a single order it grows in from 0 within a sixth of limit_days, after limit_days it fades to 0 at twice of them",
        ),
        _optional("risk_class", "string", "one of domain.churn.RiskClass; without a probability by the share of limit_days used"),
        _optional("reason_1", "string", "one of domain.churn.Driver: what raises the risk most"),
        _optional("reason_2", "string", "the next"),
        _optional("reason_3", "string", "the next"),
    ),
    "analyze/churn/scoring.py",
)

PURCHASE_PROPENSITY = Contract(
    Shelf.INSIGHT,
    "purchase_propensity",
    "one row per customer known at as_of",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        _AS_OF,
        _optional(
            "purchase_probability_30d",
            "float64",
            "0..1, of an order within 30 days; null without any order so far, or where nothing could be learned",
        ),
        _optional("purchase_probability_90d", "float64", "0..1, of an order within 90 days; null likewise"),
    ),
    "analyze/churn/propensity.py",
)

CHURN_MODEL = Contract(
    Shelf.INSIGHT,
    "churn_model",
    "one row per target",
    ("as_of", "target"),
    (
        _AS_OF,
        _TARGET,
        Column("definition", "string", "one of domain.churn.ChurnBy"),
        Column("horizon_days", "int64", "how far ahead is looked"),
        _optional("model", "string", "one of domain.churn.ScoreModel; null where even the recency rule has no probability"),
        _optional(
            "believed",
            "string",
            "one of domain.churn.Believed: whose probability was nearer on the date of evaluation; null where value's was not measured beside",
        ),
        _optional("lack", "string", "one of domain.churn.Lack; null where enough could be learned"),
        Column("days_missing", "int64", "days of orders that are missing for a trial on the past; 0: none"),
        Column("seed", "int64", "of the sample and of the training"),
        Column("sampled_share", "float64", "share of the customers learned from, 0..1"),
        Column("trees", "int64", "trees of the gradient boosting; 0 where it is not used"),
        _optional("calibration", "string", "isotonic or platt"),
        _optional("trees_text", "string", "the trees in LightGBM's own format; null where not used"),
    ),
    "analyze/churn/reporting.py",
)

CHURN_SAMPLE = Contract(
    Shelf.INSIGHT,
    "churn_sample",
    "one row per target, use and past date",
    ("as_of", "target", "part", "on"),
    (
        _AS_OF,
        _TARGET,
        Column("part", "string", "one of domain.churn.Part: what the date was used for"),
        Column("on", "date", "the past date: features up to it, outcomes after it"),
        Column("customers", "int64", "customers of the sample who could leave, or buy"),
        Column("outcomes", "int64", "of them, those who did: the same outcome as in every table of the target"),
    ),
    "analyze/churn/reporting.py",
)

CHURN_QUALITY = Contract(
    Shelf.INSIGHT,
    "churn_quality",
    "one row per target, model, past date and measure",
    ("as_of", "target", "model", "on", "measure"),
    (
        _AS_OF,
        _TARGET,
        Column("model", "string", "one of domain.churn.ScoreModel"),
        Column("is_used", "boolean", "whether the probabilities come from this model"),
        Column(
            "part", "string", "evaluate: a date that nothing was learned from; calibrate, trial_calibrate: the date of choice"
        ),
        Column("on", "date", "the past date"),
        Column("measure", "string", "auc, average_precision, lift_10, brier or base_rate"),
        _optional("value", "float64", "its value; null where all customers did the same"),
        Column("customers", "int64", "customers that it was measured on"),
    ),
    "analyze/churn/reporting.py",
)

CHURN_CALIBRATION = Contract(
    Shelf.INSIGHT,
    "churn_calibration",
    "one row per target and tenth of the customers by probability, on the date of evaluation; equal probabilities stay together",
    ("as_of", "target", "tenth"),
    (
        _AS_OF,
        _TARGET,
        Column("tenth", "int64", "1 = lowest probabilities"),
        Column("on", "date", "the past date"),
        Column("customers", "int64", "customers of the tenth"),
        Column("outcomes", "int64", "of them, those who left, or bought"),
        Column("expected_share", "float64", "mean probability, 0..1"),
        Column("observed_share", "float64", "outcomes by customers, 0..1"),
        Column("lower", "float64", "lower end of the 95 % interval of the observed share (Wilson)"),
        Column("upper", "float64", "upper end"),
    ),
    "analyze/churn/reporting.py",
)

CHURN_DRIVER = Contract(
    Shelf.INSIGHT,
    "churn_driver",
    "one row per driver that the model uses",
    ("as_of", "driver"),
    (
        _AS_OF,
        Column("driver", "string", "one of domain.churn.Driver"),
        Column("mean_contribution", "float64", "mean absolute contribution to the log odds over active customers"),
        Column("share", "float64", "of all contributions, 0..1"),
        Column("customers", "int64", "active customers of whom it is true"),
        _optional(
            "contribution_where_true", "float64", "mean contribution where it is true; above 0 raises the risk, below 0 lowers it"
        ),
        Column("reasons", "int64", "customers for whom it is one of the three reasons"),
    ),
    "analyze/churn/drivers.py",
)

CHURN_SURVIVAL = Contract(
    Shelf.INSIGHT,
    "churn_survival",
    "one row per tier and number of days after the past date: every 30 days, and the horizon of the forecast",
    ("as_of", "tier", "days"),
    (
        _AS_OF,
        Column("from_on", "date", "the past date: tiers of that day, active customers only"),
        Column("tier", "string", "tier on that day"),
        Column("rank", "int64", "0 = lowest"),
        Column("days", "int64", "days since then"),
        Column("customers", "int64", "active customers of the tier at the beginning"),
        Column(
            "staying",
            "float64",
            "share that has not left by then, 0..1, by the outcome that is predicted, counted from the past date: at the horizon 1 less what left within it (Kaplan-Meier; of contracts the share with one in force on that day)",
        ),
        _optional("lower", "float64", "lower end of the 95 % interval; null where nobody or everybody has left"),
        _optional("upper", "float64", "upper end"),
    ),
    "analyze/churn/staying.py",
)
