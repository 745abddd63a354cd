"""Every branch of the tier state machine, each as the story of one customer in a table that a manager can read.

A story has one line per review: what the rules say that day (the tier that the customer qualifies for, the tier that is kept) and
what else applies, then what is decided: the official tier, since when, why, and how many reviews of grace and hold are left.
Ladder: entry < silver < gold < vip. Reviews are the ends of months.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from fenji.analyze.reviews.reviews import STANDING, decide_reviews
from fenji.domain.conditions import parse_condition
from fenji.domain.policies import Downgrade, Policy, Review, ReviewPeriod, Tier
from fenji.domain.reviews import ReviewOn, rank_in, review_dates
from fenji.domain.words import Words
from fenji.tables.insight import TIER_ASSIGNMENT

LADDER = ("entry", "silver", "gold", "vip")
MONTHS = dict(
    zip(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], range(1, 13), strict=True)
)
SPENT = Decimal("12.34")


def policy(*slugs: str, version: int = 1, **review) -> Policy:
    rule = parse_condition("net_revenue_12m >= 1")
    tiers = tuple(Tier(slug, Words(slug, slug), rule if rank else None) for rank, slug in enumerate(slugs or LADDER))
    return Policy("spend", version, date(2026, 1, 1), "me", "a test", tiers, review=Review(**review))


def month_end(month: str) -> date:
    return review_dates(date(2027, 1, 1), ReviewPeriod.MONTH, 14)[MONTHS[month]]


def told(text: str) -> list[dict[str, str]]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def standings(lines: list[dict[str, str]], policies: list[Policy], customer: int = 1) -> list[dict[str, object]]:
    """The rows that the rules give for a story; a line that says 'unknown' has none."""
    rows = []
    for review, (line, rules) in enumerate(zip(lines, policies, strict=True)):
        also = dict((*word.split(" "), "")[:2] for word in line.get("also", "").split(", ") if word)
        slugs = [tier.slug for tier in rules.tiers]
        if "unknown" in also:
            continue
        rows.append(
            {
                "customer_key": customer,
                "review": review,
                "qualified_rank": slugs.index(line["qualifies"]),
                "kept_rank": slugs.index(line["keeps"]),
                "cap_rank": slugs.index(also["cap"]) if "cap" in also else len(slugs) - 1,
                "override_rank": slugs.index(also["override"]) if "override" in also else None,
                "is_due": "early" not in also,
                "is_lost": "silent" in also,
                "net_revenue_12m": SPENT,
            }
        )
    return rows


def decided(lines: list[dict[str, str]], policies: list[Policy]) -> list[dict[str, object]]:
    reviews = [ReviewOn(month_end(line["review"]), rules) for line, rules in zip(lines, policies, strict=True)]
    table = pa.Table.from_pylist(standings(lines, policies), schema=STANDING.to_pyarrow())
    found = pa.concat_tables(decide_reviews(reviews)(table))
    assert found.schema.names == list(TIER_ASSIGNMENT.schema.names)
    return found.cast(TIER_ASSIGNMENT.schema.to_pyarrow()).sort_by("as_of").to_pylist()


def assert_story(text: str, *policies: Policy) -> None:
    """Plays the story and compares every column that it tells of; one policy stands for all reviews."""
    lines = told(text)
    rules = list(policies) * (len(lines) if len(policies) == 1 else 1)
    found = {row["as_of"]: row for row in decided(lines, rules)}
    for line, by in zip(lines, rules, strict=True):
        row = found.get(month_end(line["review"]))
        if line["tier"] == "-" and line["cause"] == "-":
            assert row is None
            continue
        shown = {
            "tier": row["tier"] or "-",
            "since": next(month for month in MONTHS if month_end(month) == row["since_on"]),
            "cause": row["cause"],
            "grace": str(row["grace_left"]),
            "hold": str(row["hold_left"]),
        }
        expected = {name: line[name] for name in shown if name in line}
        assert {name: shown[name] for name in expected} == expected, line["review"]
        lost = row["cause"] == "lost"
        assert (row["qualified_tier"], row["kept_tier"]) == ((None, None) if lost else (line["qualifies"], line["keeps"]))
        assert (row["policy"], row["version"], row["net_revenue_12m"]) == ("spend", by.version, SPENT)


def test_new_then_upgraded_and_kept() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause   | grace | hold
        Jan    | entry     | entry  | entry  | Jan   | new     | 0     | 0
        Feb    | entry     | entry  | entry  | Jan   | kept    | 0     | 0
        Mar    | gold      | gold   | gold   | Mar   | upgrade | 0     | 0
        Apr    | gold      | gold   | gold   | Mar   | kept    | 0     | 0
        """,
        policy(),
    )


def test_the_keep_rule_keeps_what_the_qualify_rule_would_no_longer_give() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause
        Jan    | vip       | vip    | vip    | Jan   | new
        Feb    | silver    | vip    | vip    | Jan   | kept
        Mar    | entry     | vip    | vip    | Jan   | kept
        """,
        policy(),
    )


def test_a_fall_is_one_step_a_review() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause
        Jan    | vip       | vip    | vip    | Jan   | new
        Feb    | entry     | entry  | gold   | Feb   | downgrade
        Mar    | entry     | entry  | silver | Mar   | downgrade
        Apr    | entry     | entry  | entry  | Apr   | downgrade
        May    | entry     | entry  | entry  | Apr   | kept
        """,
        policy(),
    )


def test_with_requalify_a_fall_goes_to_what_is_qualified_for_or_kept() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause
        Jan    | vip       | vip    | vip    | Jan   | new
        Feb    | entry     | silver | silver | Feb   | downgrade
        Mar    | entry     | entry  | entry  | Mar   | downgrade
        Apr    | vip       | vip    | vip    | Apr   | upgrade
        May    | silver    | entry  | silver | May   | downgrade
        """,
        policy(downgrade=Downgrade.REQUALIFY),
    )


def test_grace_gives_time_and_starts_again_when_the_tier_is_kept() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause     | grace
        Jan    | gold      | gold   | gold   | Jan   | new       | 2
        Feb    | entry     | silver | gold   | Jan   | grace     | 1
        Mar    | entry     | gold   | gold   | Jan   | kept      | 2
        Apr    | entry     | silver | gold   | Jan   | grace     | 1
        May    | entry     | silver | gold   | Jan   | grace     | 0
        Jun    | entry     | silver | silver | Jun   | downgrade | 2
        Jul    | entry     | entry  | silver | Jun   | grace     | 1
        """,
        policy(grace_reviews=2),
    )


def test_a_hold_protects_a_tier_that_was_just_gained_and_grace_comes_after_it() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause     | grace | hold
        Jan    | entry     | entry  | entry  | Jan   | new       | 1     | 2
        Feb    | gold      | gold   | gold   | Feb   | upgrade   | 1     | 2
        Mar    | entry     | entry  | gold   | Feb   | held      | 1     | 1
        Apr    | entry     | entry  | gold   | Feb   | held      | 1     | 0
        May    | entry     | entry  | gold   | Feb   | grace     | 0     | 0
        Jun    | entry     | entry  | silver | Jun   | downgrade | 1     | 2
        Jul    | entry     | entry  | silver | Jun   | held      | 1     | 1
        """,
        policy(grace_reviews=1, hold_reviews=2),
    )


def test_the_hold_passes_while_the_tier_is_kept() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause     | hold
        Jan    | gold      | gold   | gold   | Jan   | new       | 2
        Feb    | gold      | gold   | gold   | Jan   | kept      | 1
        Mar    | gold      | gold   | gold   | Jan   | kept      | 0
        Apr    | entry     | entry  | silver | Apr   | downgrade | 2
        """,
        policy(hold_reviews=2),
    )


def test_an_upgrade_starts_hold_and_grace_again() -> None:
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause     | grace | hold
        Jan    | silver    | silver | silver | Jan   | new       | 1     | 1
        Feb    | entry     | entry  | silver | Jan   | held      | 1     | 0
        Mar    | entry     | entry  | silver | Jan   | grace     | 0     | 0
        Apr    | gold      | gold   | gold   | Apr   | upgrade   | 1     | 1
        """,
        policy(grace_reviews=1, hold_reviews=1),
    )


def test_a_cap_binds_at_once_even_within_hold_and_grace() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also       | tier   | since | cause   | grace | hold
        Jan    | vip       | vip    |            | vip    | Jan   | new     | 1     | 2
        Feb    | vip       | vip    | cap silver | silver | Feb   | cap     | 1     | 2
        Mar    | vip       | vip    | cap silver | silver | Feb   | cap     | 1     | 1
        Apr    | vip       | vip    |            | vip    | Apr   | upgrade | 1     | 2
        May    | entry     | entry  | cap gold   | gold   | May   | cap     | 1     | 2
        Jun    | entry     | entry  | cap vip    | gold   | May   | held    | 1     | 1
        """,
        policy(grace_reviews=1, hold_reviews=2),
    )


def test_a_new_customer_under_a_cap_stands_below_it() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also       | tier   | since | cause
        Jan    | vip       | vip    | cap entry  | entry  | Jan   | cap
        Feb    | vip       | vip    | cap entry  | entry  | Jan   | cap
        """,
        policy(),
    )


def test_a_persons_override_stands_until_it_ends_then_the_rules_go_on_from_there() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also         | tier   | since | cause     | grace | hold
        Jan    | entry     | entry  |              | entry  | Jan   | new       | 1     | 2
        Feb    | entry     | entry  | override vip | vip    | Feb   | override  | 1     | 0
        Mar    | gold      | gold   | override vip | vip    | Feb   | override  | 1     | 0
        Apr    | entry     | entry  |              | vip    | Feb   | grace     | 0     | 0
        May    | entry     | entry  |              | gold   | May   | downgrade | 1     | 2
        """,
        policy(grace_reviews=1, hold_reviews=2),
    )


def test_an_override_may_lower_a_tier_and_a_cap_bounds_it() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also                    | tier   | since | cause
        Jan    | vip       | vip    | override silver         | silver | Jan   | override
        Feb    | vip       | vip    | override vip, cap gold  | gold   | Feb   | cap
        Mar    | vip       | vip    |                         | vip    | Mar   | upgrade
        """,
        policy(),
    )


def test_a_lost_customer_stands_in_no_tier_and_one_who_returns_stands_where_the_rules_say() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also                 | tier   | since | cause    | grace | hold
        Jan    | gold      | gold   |                      | gold   | Jan   | new      | 1     | 1
        Feb    | entry     | entry  | silent               | -      | Feb   | lost     | 0     | 0
        Mar    | entry     | entry  | silent, override vip | -      | Feb   | lost     | 0     | 0
        Apr    | silver    | silver |                      | silver | Apr   | returned | 1     | 1
        May    | silver    | silver |                      | silver | Apr   | kept     | 1     | 0
        """,
        policy(grace_reviews=1, hold_reviews=1),
    )


def test_who_is_already_lost_at_the_first_review_is_listed_so_and_can_return() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also           | tier   | since | cause
        Jan    | gold      | gold   | silent         | -      | Jan   | lost
        Feb    | gold      | gold   | silent         | -      | Jan   | lost
        Mar    | gold      | gold   |                | gold   | Mar   | returned
        Apr    | gold      | gold   | silent         | -      | Apr   | lost
        May    | gold      | gold   | cap entry      | entry  | May   | cap
        """,
        policy(),
    )


def test_a_customer_has_no_row_before_being_known() -> None:
    assert_story(
        """
        review | qualifies | keeps  | also    | tier   | since | cause
        Jan    | entry     | entry  | unknown | -      | -     | -
        Feb    | entry     | entry  | unknown | -      | -     | -
        Mar    | silver    | silver |         | silver | Mar   | new
        """,
        policy(),
    )


def test_between_anniversaries_tiers_rise_but_never_fall() -> None:
    # 'early' is a monthly tick that does not hold the customer's day: neither hold nor grace are used up by it.
    assert_story(
        """
        review | qualifies | keeps  | also           | tier   | since | cause     | grace | hold
        Jan    | gold      | gold   | early          | gold   | Jan   | new       | 1     | 1
        Feb    | entry     | entry  | early          | gold   | Jan   | held      | 1     | 1
        Mar    | entry     | entry  |                | gold   | Jan   | held      | 1     | 0
        Apr    | entry     | entry  | early          | gold   | Jan   | held      | 1     | 0
        May    | vip       | vip    | early          | vip    | May   | upgrade   | 1     | 1
        Jun    | entry     | entry  |                | vip    | May   | held      | 1     | 0
        Jul    | entry     | entry  |                | vip    | May   | grace     | 0     | 0
        Aug    | entry     | entry  | early          | vip    | May   | held      | 0     | 0
        Sep    | entry     | entry  |                | gold   | Sep   | downgrade | 1     | 1
        Oct    | entry     | entry  | early, cap silver | silver | Oct | cap      | 1     | 1
        Nov    | entry     | entry  | early, override vip | vip | Nov  | override  | 1     | 0
        """,
        policy(grace_reviews=1, hold_reviews=1, every=ReviewPeriod.ANNIVERSARY),
    )


def test_each_review_follows_the_version_in_force_and_tiers_meet_by_name() -> None:
    first = policy(grace_reviews=1)
    # Version 2 puts a tier between silver and gold: nobody's name changes, and gold's customers must not fall by their number.
    second = policy("entry", "silver", "rose", "gold", "vip", version=2)
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause     | grace
        Jan    | gold      | gold   | gold   | Jan   | new       | 1
        Feb    | gold      | gold   | gold   | Jan   | kept      | 0
        Mar    | entry     | entry  | rose   | Mar   | downgrade | 0
        Apr    | entry     | entry  | silver | Apr   | downgrade | 0
        """,
        first,
        second,
        second,
        second,
    )


def test_customers_of_a_tier_that_a_new_version_has_dropped_stand_in_the_next_lower_one() -> None:
    first, second = policy(hold_reviews=1), policy("entry", "silver", "vip", version=2, hold_reviews=1)
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause     | hold
        Jan    | gold      | gold   | gold   | Jan   | new       | 1
        Feb    | silver    | silver | silver | Feb   | downgrade | 1
        """,
        first,
        second,
    )
    assert_story(
        """
        review | qualifies | keeps  | tier   | since | cause
        Jan    | gold      | gold   | gold   | Jan   | new
        Feb    | vip       | vip    | vip    | Feb   | upgrade
        """,
        first,
        second,
    )


def test_a_lowest_tier_with_a_new_name_is_no_fall() -> None:
    assert_story(
        """
        review | qualifies  | keeps      | tier       | since | cause
        Jan    | entry      | entry      | entry      | Jan   | new
        Feb    | registered | registered | registered | Feb   | kept
        """,
        policy(),
        policy("registered", "silver", "gold", "vip", version=2),
    )


def test_dropped_tiers_are_looked_up_below() -> None:
    small = policy("bronze", "silver", "vip", version=2)
    assert [rank_in(small, slug, policy()) for slug in LADDER] == [0, 1, 1, 2]


STORY = told(
    """
    review | qualifies | keeps  | also         | tier
    Jan    | gold      | gold   | unknown      |
    Feb    | gold      | gold   |              |
    Mar    | entry     | silver |              |
    Apr    | entry     | entry  | override vip |
    May    | entry     | entry  |              |
    Jun    | entry     | entry  | silent       |
    Jul    | gold      | vip    |              |
    Aug    | entry     | entry  |              |
    Sep    | entry     | entry  | cap entry    |
    """
)


def test_customers_do_not_touch_one_another_whatever_their_keys_and_the_order_of_rows() -> None:
    rules = [policy(grace_reviews=1, hold_reviews=1)] * len(STORY)
    alone = decided(STORY, rules)
    keys = (7, 8, 5_000_000_000, 123_456_789_012)
    # The second of them is never lost.
    steady = [replace_also(line, "silent") for line in STORY]
    rows = [row for key in keys for row in standings(steady if key == 8 else STORY, rules, key)]
    random.Random(5).shuffle(rows)
    reviews = [ReviewOn(month_end(line["review"]), by) for line, by in zip(STORY, rules, strict=True)]
    tables = list(decide_reviews(reviews)(pa.Table.from_pylist(rows, schema=STANDING.to_pyarrow())))
    assert all(set(table["as_of"].to_pylist()) <= {each.as_of} for table, each in zip(tables, reviews, strict=True))
    found = pa.concat_tables(tables).to_pylist()
    for key in keys:
        expected = decided(steady, rules) if key == 8 else alone
        assert [row for row in found if row["customer_key"] == key] == [{**row, "customer_key": key} for row in expected]


def replace_also(line: dict[str, str], word: str) -> dict[str, str]:
    return {**line, "also": line["also"].replace(word, "")}


def test_nobody_gives_nothing() -> None:
    empty = pa.Table.from_pylist([], schema=STANDING.to_pyarrow())
    reviews = [ReviewOn(month_end("Jan"), policy()), ReviewOn(month_end("Feb"), replace(policy(), version=2))]
    tables = list(decide_reviews(reviews)(empty))
    assert [(each.num_rows, each.schema.names) for each in tables] == [(0, list(TIER_ASSIGNMENT.schema.names))] * 2
    assert [each.cast(TIER_ASSIGNMENT.schema.to_pyarrow()).num_rows for each in tables] == [0, 0]
