"""Every template can be used as it is: it reads, its metrics exist, the linter finds nothing, and both languages are there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pyarrow as pa
import pytest

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.policies.lint import lint_policy
from fenji.analyze.reviews.tiers import assign_tiers
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.documents.loyalty import read_program_document
from fenji.documents.metrics import read_metrics
from fenji.documents.policies import policy_from_text, read_policy_document, render_policy
from fenji.documents.reader import parse_document
from fenji.domain.feeds import Feed, field_names
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.engines.duck import DuckEngine
from fenji.language import Language
from fenji.wording.policies import policy_in_words
from fenji.wording.rules import Wording

TEMPLATES = Path(str(resources.files("fenji") / "templates"))
NAMES = sorted(each.name for each in TEMPLATES.iterdir() if each.is_dir() and not each.name.startswith("_"))
AS_OF = date(2026, 6, 30)


def policy_of(name: str) -> Policy:
    return read_policy_document(TEMPLATES / name / "policies" / f"{name}.yaml").policy


def metrics_of(name: str) -> tuple[Metric, ...]:
    file = TEMPLATES / name / "metrics.yaml"
    own = read_metrics(file, builtin_metrics()) if file.exists() else ()
    return (*builtin_metrics(), *own)


def test_the_promised_trades_are_there():
    assert NAMES == [
        "airline", "bank", "catering", "education", "engagement", "home_furnishing", "hotel", "membership", "retail", "spend",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_linter_finds_nothing(name):
    assert policy_of(name).slug == name
    assert lint_policy(policy_of(name), metrics_of(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_reads_back_as_it_was_frozen(name):
    assert policy_from_text(render_policy(policy_of(name))) == policy_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_own_metrics_are_used_by_the_policy(name):
    own = {each.slug for each in metrics_of(name)} - {each.slug for each in builtin_metrics()}
    assert own <= set(metrics_in(conditions_of(policy_of(name))))


@pytest.mark.parametrize("name", NAMES)
def test_every_tier_reads_in_words(name):
    metrics = {each.slug: each for each in metrics_of(name)}
    words = policy_in_words(policy_of(name), Wording(metrics, Language.EN))
    assert [tier.tier for tier in words.tiers] == [tier.slug for tier in policy_of(name).tiers]
    assert words.tiers[0].qualify == ("everyone else",)
    assert all("_" not in line for tier in words.tiers for line in (*tier.qualify, *tier.keep))


@pytest.mark.parametrize("name", NAMES)
def test_the_starter_for_sources_names_our_fields(name):
    text = (TEMPLATES / name / "sources.yaml").read_text(encoding="utf-8")
    assert parse_document(text, "sources.yaml").data == {"sources": []}
    example = "\n".join(line[2:] for line in text.splitlines() if line.startswith("# "))
    sources = parse_document(example, "example").data["sources"]
    assert sources
    for source in sources:
        assert set(source["columns"]) <= set(field_names(Feed(source["feed"])))
        assert source["files"].startswith("data/")


@pytest.mark.parametrize("name", NAMES)
def test_a_line_says_what_a_template_is_for(name):
    assert (TEMPLATES / name / "README.md").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("name", ["airline", "catering", "retail"])
def test_a_points_program_has_a_factor_for_every_tier_and_nothing_to_warn_of(name):
    read = read_program_document(TEMPLATES / name / "loyalty.yaml", tiers=[each.slug for each in policy_of(name).tiers])
    assert read.warnings == ()


# The table of the trade: 500 / 2,000 / 5,000 / 10,000 yuan with 10, 20 and 50 purchases and 80, 90 and 95 points of
# satisfaction. A boundary belongs to the upper tier; who was never asked is not held back.
RETAIL = [
    ("499.99", 100, None, "registered"),
    ("500.00", 1, 10.0, "entry"),
    ("1999.99", 50, 100.0, "entry"),
    ("2000.00", 9, None, "entry"),
    ("2000.00", 10, 80.0, "middle"),
    ("2000.00", 10, 79.9, "entry"),
    ("5000.00", 20, 90.0, "high"),
    ("5000.00", 19, 90.0, "middle"),
    ("5000.00", 20, 89.9, "middle"),
    ("9999.99", 60, None, "high"),
    ("10000.00", 50, None, "vip"),
    ("10000.00", 49, 99.0, "high"),
    ("10000.00", 50, 95.0, "vip"),
    ("10000.00", 50, 94.9, "high"),
    ("20000.00", 80, 50.0, "entry"),
]
SPEND = [
    ("499.99", "registered"),
    ("500.00", "entry"),
    ("2000.00", "middle"),
    ("5000.00", "high"),
    ("9999.99", "high"),
    ("10000.00", "vip"),
]


def tiers(name: str, **columns: pa.Array) -> list[str]:
    engine = DuckEngine(threads=1)
    rows = len(next(iter(columns.values())))
    keys = {"customer_key": pa.array(range(rows), pa.int64()), "as_of": pa.array([AS_OF] * rows, pa.date32())}
    panel = engine.from_arrow(pa.table({**keys, **columns}))
    table = assign_tiers(panel, engine.from_arrow(pa.table(keys)), policy=policy_of(name), as_of=AS_OF)
    found = engine.fetch(table.order_by("customer_key"))["tier"].to_pylist()
    engine.close()
    return found


def test_retail_is_the_table_of_the_trade():
    money, orders, satisfaction, expected = (list(column) for column in zip(*RETAIL, strict=True))
    found = tiers(
        "retail",
        net_revenue_12m=pa.array([Decimal(each) for each in money], pa.decimal128(18, 2)),
        orders_12m=pa.array(orders, pa.int64()),
        satisfaction_12m=pa.array(satisfaction, pa.float64()),
    )
    assert found == expected


def test_spend_is_four_thresholds():
    found = tiers("spend", net_revenue_12m=pa.array([Decimal(each) for each, _ in SPEND], pa.decimal128(18, 2)))
    assert found == [tier for _, tier in SPEND]
