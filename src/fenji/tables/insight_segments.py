"""What is kept of segments? Every customer's place in each of them, their sizes, the cuts, the clusters and the rules of trees."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf
from fenji.tables.insight import MONEY

_AS_OF = Column("as_of", "date", "last day that counts")


def _optional(name: str, type_: str, meaning: str) -> Column:
    return Column(name, type_, meaning, nullable=True)


SEGMENT = Contract(
    Shelf.INSIGHT,
    "segment",
    "one row per customer known at the as-of date",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        _AS_OF,
        _optional("lifecycle_stage", "string", "one of domain.segments.LifecycleStage; null where no orders are known at all"),
        _optional(
            "rhythm_days", "float64", "days between order days: the customer's own, or the population's; null for a prospect"
        ),
        _optional("has_own_rhythm", "boolean", "whether rhythm_days is the customer's own; null for a prospect"),
        _optional("recency_score", "int64", "1 to 5, 5 = ordered last; null for who never ordered"),
        _optional("frequency_score", "int64", "1 to 5, 5 = most orders; null for who never ordered"),
        _optional("money_score", "int64", "1 to 5, 5 = most revenue; null for who never ordered"),
        _optional("rfm_segment", "string", "one of domain.segments.RfmSegment; null for who never ordered"),
        _optional("frequency_class", "string", "high or low; null without an order in the metric's window"),
        _optional("order_size_class", "string", "large, middle or small; null without an order in the metric's window"),
        _optional("recency_class", "string", "recent, a_while, long or very_long; null for who never ordered"),
        _optional("spending_power", "string", "high, middle or low; null without an order in the metric's window"),
        _optional("main_category", "string", "category with the largest sales of the window; null without any"),
        _optional("main_category_share", "float64", "of the sales with a category, 0..1; null without any"),
        _optional("counted_categories", "int64", "categories that reach the declared share of the sales; null without any"),
        _optional("interest_class", "string", "focused, mixed or broad; null without sales with a category"),
        _optional("region", "string", "the customer's region; null where not known"),
        _optional("cluster", "string", "the cluster; null for who never ordered, and where no clusters were found"),
    ),
    "analyze/segments/assembling.py",
)

SEGMENT_CUT = Contract(
    Shelf.INSIGHT,
    "segment_cut",
    "one row per cut between two scores or classes, and one for the population's rhythm",
    ("as_of", "measure", "position"),
    (
        _AS_OF,
        Column("measure", "string", "rhythm_days, a score or a class: a column of insight.segment"),
        Column("position", "int64", "1 = between the two lowest scores or classes"),
        Column("metric", "string", "metric that is cut"),
        _optional("per", "string", "metric that it is divided by"),
        _optional(
            "threshold",
            "float64",
            "value from which on (recency_score: up to which) the next one begins; null: nobody reaches it",
        ),
        Column("customers", "int64", "customers whose values drew the cut; 0 where it is declared"),
    ),
    "analyze/segments/cuts.py",
)

SEGMENT_COUNT = Contract(
    Shelf.INSIGHT,
    "segment_count",
    "one row per segment in which anybody is",
    ("as_of", "segmentation", "segment"),
    (
        _AS_OF,
        Column("segmentation", "string", "one of domain.segments.Segmentation: a column of insight.segment"),
        _optional("segment", "string", "null: in no segment of this segmentation"),
        Column("customers", "int64", "customers in it"),
        Column("share", "float64", "of all customers, 0..1"),
        Column("net_revenue_12m", MONEY, "their revenue of twelve months"),
        _optional("revenue_share", "float64", "of all customers' revenue; null where that is not positive"),
    ),
    "analyze/segments/counting.py",
)

SEGMENT_TIER = Contract(
    Shelf.INSIGHT,
    "segment_tier",
    "one row per segment and tier in which anybody is",
    ("as_of", "segmentation", "segment", "tier"),
    (
        _AS_OF,
        Column("segmentation", "string", "one of domain.segments.Segmentation"),
        _optional("segment", "string", "null: in no segment of this segmentation"),
        _optional("tier", "string", "official tier; null: lost"),
        Column("customers", "int64", "customers in both"),
        Column("net_revenue_12m", MONEY, "their revenue of twelve months"),
    ),
    "analyze/segments/counting.py",
)

CLUSTER_CHOICE = Contract(
    Shelf.INSIGHT,
    "cluster_choice",
    "one row per number of clusters that was tried, or one that says why none was",
    ("as_of", "among", "clusters"),
    (
        _AS_OF,
        Column("among", "string", "everyone who ordered, or a lifecycle stage"),
        Column("clusters", "int64", "how many; 0 where none were tried"),
        Column("customers", "int64", "customers among whom clusters were looked for"),
        Column("sample", "int64", "of them, those who were looked at"),
        Column("aside", "int64", "of the sample, those too unlike all others to fit clusters on; they are put into the nearest"),
        _optional(
            "silhouette", "float64", "mean silhouette of a sample, -1..1 (Rousseeuw 1987); below 0.25 groups run into one another"
        ),
        _optional(
            "cloud_silhouette", "float64", "the same of one normal cloud of the same shape in as many parts: without any groups"
        ),
        _optional("stability", "float64", "mean adjusted Rand index of clusters fitted on samples drawn again, at most 1"),
        _optional("smallest_share", "float64", "of the sample, in the smallest cluster"),
        Column(
            "verdict",
            "string",
            "chosen, less_separated, one_cloud (no better than without groups), unstable, too_small, empty (fewer different customers than clusters), too_few_customers or all_alike",
        ),
    ),
    "analyze/segments/clustering.py",
)

CLUSTER_SCALE = Contract(
    Shelf.INSIGHT,
    "cluster_scale",
    "one row per metric among those by which customers were compared, also where it was left out",
    ("as_of", "among", "metric"),
    (
        _AS_OF,
        Column("among", "string", "everyone who ordered, or a lifecycle stage"),
        Column("position", "int64", "1 = first of the metrics asked for"),
        Column("metric", "string", "metric slug"),
        Column("use", "string", "used, constant, no_values or repeats (another metric says the same)"),
        _optional("repeats", "string", "the metric that says the same"),
        _optional("transform", "string", "none, log or yeo_johnson"),
        _optional("base", "float64", "what values are divided by before the transform"),
        _optional("power", "float64", "lambda of Yeo and Johnson (2000)"),
        _optional("center", "float64", "median after the transform"),
        _optional("scale", "float64", "what one standard deviation is after the transform, by the quartiles where they differ"),
        _optional("missing_share", "float64", "of the sample, without a value; they stand at the center"),
    ),
    "analyze/segments/scaling.py",
)

CLUSTER = Contract(
    Shelf.INSIGHT,
    "cluster",
    "one row per cluster",
    ("as_of", "cluster"),
    (
        _AS_OF,
        Column("cluster", "string", "the cluster; the same group of customers keeps it from run to run"),
        Column("among", "string", "everyone who ordered, or a lifecycle stage"),
        Column("number", "int64", "its number among them"),
        Column("name_zh", "string", "what sets it apart, in Chinese"),
        Column("name_en", "string", "what sets it apart, in English"),
        Column("customers", "int64", "customers in it"),
        Column("share", "float64", "of all customers among whom it was looked for, 0..1"),
        _optional("silhouette", "float64", "mean silhouette of its members in a sample; null where the sample has none"),
        _optional(
            "stability", "float64", "mean Jaccard index with the nearest cluster of a sample drawn again (Hennig 2007), 0..1"
        ),
        _optional("kept_from", "string", "run in which it already had this number; null: it is new"),
    ),
    "analyze/segments/cluster_facts.py",
)

CLUSTER_METRIC = Contract(
    Shelf.INSIGHT,
    "cluster_metric",
    "one row per cluster and metric by which customers were compared",
    ("as_of", "cluster", "metric"),
    (
        _AS_OF,
        Column("cluster", "string", "the cluster"),
        Column("metric", "string", "metric slug"),
        Column("center", "float64", "the cluster's center in the unit of the metric"),
        Column("scaled_center", "float64", "the same after transform and scaling: what customers are compared with"),
        Column("difference", "float64", "of the scaled center from the mean of all, in standard deviations"),
        _optional("average", "float64", "of its customers who have a value"),
        _optional("median", "float64", "of its customers who have a value"),
        _optional("median_of_all", "float64", "of all customers among whom it was looked for"),
    ),
    "analyze/segments/cluster_facts.py",
)

SEGMENT_TREE = Contract(
    Shelf.INSIGHT,
    "segment_tree",
    "one row per tree that explains tiers or clusters, also where none could be grown",
    ("as_of", "target"),
    (
        _AS_OF,
        Column("target", "string", "tiers or clusters"),
        Column("verdict", "string", "grown, too_few_customers, one_outcome or no_split"),
        Column("customers", "int64", "customers who have an outcome"),
        Column("sample", "int64", "of them, those on whom the tree was grown"),
        Column("metrics", "string", "the metrics that it could ask for, with blanks between them"),
        _optional("accuracy", "float64", "share of all customers whom the rules put right"),
        _optional("held_out_accuracy", "float64", "the same on fifths of the sample that trees grown without them did not see"),
        _optional("largest_share", "float64", "of the largest outcome: what saying it of everybody would put right"),
    ),
    "analyze/segments/tree_rules.py",
)

SEGMENT_RULE = Contract(
    Shelf.INSIGHT,
    "segment_rule",
    "one row per rule of a tree; every customer meets exactly one",
    ("as_of", "target", "position"),
    (
        _AS_OF,
        Column("target", "string", "tiers or clusters"),
        Column("position", "int64", "1 = covers most customers"),
        Column("outcome", "string", "tier or cluster that most of the customers who meet it have"),
        Column("conditions", "string", "JSON list of lines as a policy's qualify takes them; all must hold"),
        Column("customers", "int64", "customers who meet it"),
        Column("hits", "int64", "of them, those who have the outcome"),
        Column("share", "float64", "customers of all customers, 0..1"),
        _optional("precision", "float64", "hits of customers; null where nobody meets it"),
        _optional("coverage", "float64", "hits of all customers who have the outcome; null where nobody has it"),
    ),
    "analyze/segments/tree_rules.py",
)
