"""What is bought together, overall and in each tier? Association rules over the orders of a window, stored as a run of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.baskets.orders import (
    basket_lists,
    baskets_from,
    buyers_from,
    catalogue_of,
    count_baskets,
    count_item_lines,
    own_categories,
    sale_items,
)
from fenji.analyze.baskets.tier_rules import KindRules, Scope, find_rules, least_count
from fenji.answers.baskets import BasketRule, BasketSummary, RuleItem, RulesResult
from fenji.answers.rows import record_of
from fenji.choices import EngineName
from fenji.documents.basket_rules import basket_choices_from_text
from fenji.domain.basket_rules import BasketChoices, BasketItem, ItemKind
from fenji.domain.metrics import Fact
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument, InvalidInput, unknown_name
from fenji.language import message as _
from fenji.tables.insight_baskets import BASKET_RULE, BASKET_SUMMARY
from fenji.workspace.products import product_names
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import ANALYSES_FOLDER, Analysis, Computation, Standing, analyze, open_standing

RULES_FILE = f"{ANALYSES_FOLDER}/rules.yaml"

MOST_ENTRIES = 100_000_000
"""Items of all orders together that are held in memory: about 2.5 GB while pairs are counted."""
MOST_ORDERS = 60_000_000
MOST_ITEMS = 1_000_000
"""Different items that are looked at; each must stand in ``least_baskets`` orders."""

Row = Mapping[str, Any]

COUNTING, FINDING = _("counting orders"), _("finding rules")


class RuleOrder(StrEnum):
    """Which rules come first."""

    EVIDENCE = "evidence"
    """The p-value."""
    LIFT = "lift"
    CONFIDENCE = "confidence"
    SUPPORT = "support"
    DIFFERENCE = "difference"
    """How clearly a rule is stronger in this tier than elsewhere."""


def rules_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    engine: EngineName | None = None,
    item_kind: ItemKind | None = None,
    tier: str | None = None,
    product: str | None = None,
    order: RuleOrder | None = None,
    top: int = 20,
    progress: Progress = silent,
) -> RulesResult:
    """The rules of one kind of items, overall or in a tier; found first where nothing has been, or where something has changed.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last run.
        policy: None: the one of the settings, or the only one.
        run_id: a past run, with what was stored with it alone; None: the newest data.
        engine: None: the one of the settings.
        item_kind: None: the first that was computed.
        tier: None: all orders.
        product: only rules with this product_id or category on either side.
        order: None: by evidence, in a tier by difference.
        top: how many rules.
        progress: told about each step.

    Raises:
        InvalidArgument: an unknown tier, or a kind of items that the company does not compute.
        NotFound: no workspace, or nothing has been run yet.
        InvalidDocument: analyses/rules.yaml cannot be used; all problems at once.
    """
    with open_standing(root, as_of=as_of, policy=policy, run_id=run_id, engine=engine, progress=progress) as standing:
        tiers = [each.slug for each in standing.policy.tiers]
        if tier is not None and tier not in tiers:
            raise InvalidArgument(unknown_name(_("tier"), tier, tiers))
        found = analyze(RULES, standing, progress=progress)
        run, item_kinds = found.run, found.choices.item_kinds
        chosen = item_kind or item_kinds[0]
        if chosen not in item_kinds:
            raise InvalidArgument(unknown_name(_("kind of items"), chosen, item_kinds))
        rows = _rows_of(standing, run, chosen, tier)
        wanted = [each for each in rows if each["is_found"] and (product is None or product in _item_names(each))]
        shown = _in_order(wanted, order or (RuleOrder.EVIDENCE if tier is None else RuleOrder.DIFFERENCE))[: max(top, 0)]
        names = product_names(standing.session, standing.run, (name for each in shown for name in _item_names(each)))
        return RulesResult(
            run_id=run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            item_kind=chosen,
            tier=tier,
            summary=_summary_of(standing, run, chosen, tier),
            found=len(wanted),
            rules=tuple(_rule(each, names) for each in shown),
            tier_names={each.slug: each.name for each in standing.policy.tiers},
            warnings=standing.warnings,
        )


def _rule(row: Row, names: Mapping[str, str]) -> BasketRule:
    (consequent,) = (_item(each, names) for each in row["consequent"])
    return record_of(BasketRule, row, antecedent=tuple(_item(each, names) for each in row["antecedent"]), consequent=consequent)


def _item(item: BasketItem, names: Mapping[str, str]) -> RuleItem:
    if item.is_category:
        return RuleItem(ItemKind.CATEGORY, item.name, item.name)
    return RuleItem(ItemKind.PRODUCT, item.name, names.get(item.name))


def basket_choices(standing: Standing, text: str | None) -> BasketChoices:
    """What analyses/rules.yaml says; the defaults where there is none.

    Raises:
        InvalidDocument: it cannot be used; all problems at once.
    """
    return BasketChoices() if text is None else basket_choices_from_text(text, str(standing.session.workspace.root / RULES_FILE))


def compute_rules(making: Computation[BasketChoices]) -> None:
    """Both tables of rules for what an analysis stands on."""
    standing, choices, writer = making.standing, making.choices, making.writer
    order_line = standing.base.facts.get(Fact.ORDER_LINE)
    parts: list[KindRules] = []
    if order_line is not None:
        for done, item_kind in enumerate(choices.item_kinds):
            parts.append(_kind_rules(standing, order_line, item_kind, choices, making.progress, done=2 * done))
    for contract, tables in ((BASKET_RULE, [each.rules for each in parts]), (BASKET_SUMMARY, [each.summary for each in parts])):
        schema = contract.schema.to_pyarrow()
        table = pa.concat_tables(tables) if tables else schema.empty_table()
        writer.save(standing.session.engine.from_arrow(table), contract, as_of=standing.as_of)


RULES = Analysis("rules", RULES_FILE, basket_choices, (BASKET_RULE, BASKET_SUMMARY), compute_rules)


def _kind_rules(
    standing: Standing, order_line: ir.Table, item_kind: ItemKind, choices: BasketChoices, progress: Progress, *, done: int
) -> KindRules:
    engine, as_of, total = standing.session.engine, standing.as_of, 2 * len(choices.item_kinds)
    tiers = [each.slug for each in standing.policy.tiers]
    opens_after = choices.window.opens_after(as_of)
    progress(COUNTING, done, total)
    items = sale_items(order_line, item_kind=item_kind, opens_after=opens_after, as_of=as_of)
    scopes = _scopes(engine.fetch(count_baskets(items, standing.assignment, item_kind=item_kind, as_of=as_of)).to_pylist(), tiers)
    least = min((least_count(each.orders, choices) for each in scopes if each.orders), default=1)
    lines = engine.fetch(count_item_lines(items, least=least), limit=MOST_ITEMS)
    names = _kept_items(lines)
    catalogue = engine.from_arrow(catalogue_of(names))
    lists = engine.fetch(basket_lists(items, catalogue, standing.assignment, tiers=tiers, as_of=as_of), limit=MOST_ORDERS)
    progress(FINDING, done + 1, total)
    baskets, tier_numbers, ordered = baskets_from(lists, names)
    apart = None
    if item_kind is ItemKind.MIXED:
        places = {name: place for place, name in enumerate(ordered)}
        pairs = engine.fetch(own_categories(order_line, catalogue, opens_after=opens_after, as_of=as_of), limit=4 * MOST_ITEMS)
        apart = _codes(pairs, np.array([places[name] for name in names], np.int64), len(names))
    return find_rules(
        baskets,
        tier_numbers,
        ordered,
        scopes,
        item_kind=item_kind,
        choices=choices,
        as_of=as_of,
        apart=apart,
        buyers=buyers_from(lists),
    )


def _scopes(counted: Sequence[dict[str, Any]], tiers: Sequence[str]) -> list[Scope]:
    own = {each["tier"]: each for each in counted}
    everything = Scope(None, sum(each["baskets"] for each in counted), sum(each["multi_baskets"] or 0 for each in counted))
    nothing = {"baskets": 0, "multi_baskets": 0}
    found = [(tier, own.get(tier, nothing)) for tier in tiers]
    return [everything, *(Scope(tier, each["baskets"], each["multi_baskets"] or 0) for tier, each in found)]


def _kept_items(lines: pa.Table) -> list[str]:
    """The items, in the order of their names.

    Raises:
        InvalidInput: there are more sale lines of them than fit in memory.
    """
    entries = int(np.sum(lines["sale_lines"].to_numpy())) if lines.num_rows else 0
    if entries > MOST_ENTRIES:
        raise InvalidInput.of(
            _("{count} sale lines of frequent items are more than the {most} that rules are found in."),
            advice=_("Declare a higher min_support or least_baskets, or a shorter window, in analyses/rules.yaml."),
            count=entries,
            most=MOST_ENTRIES,
        )
    return sorted(lines["item"].to_pylist())


def _codes(pairs: pa.Table, places: np.ndarray[Any, np.dtype[np.int64]], width: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Pairs of item numbers as find_rules takes them: smaller x width + larger."""
    one, other = (places[pairs[name].to_numpy()] for name in ("product_number", "category_number"))
    return np.asarray(np.minimum(one, other) * width + np.maximum(one, other), np.int64)


def _rows_of(standing: Standing, run: Run, item_kind: ItemKind, tier: str | None) -> list[dict[str, Any]]:
    session = standing.session
    return session.memory.recall(
        ("rules", run.run_id, standing.as_of, item_kind, tier), lambda: _parsed(standing, run, item_kind, tier)
    )


def _parsed(standing: Standing, run: Run, item_kind: ItemKind, tier: str | None) -> list[dict[str, Any]]:
    table = standing.session.read(run.run_id, BASKET_RULE, as_of=standing.as_of)
    rows = table.filter(table.item_kind == str(item_kind), _is_scope(table, tier))
    found: list[dict[str, Any]] = standing.session.engine.fetch(rows).to_pylist()
    for each in found:
        each["antecedent"] = tuple(BasketItem.parse(text) for text in json.loads(each["antecedent"]))
        each["consequent"] = (BasketItem.parse(each["consequent"]),)
    return found


def _summary_of(standing: Standing, run: Run, item_kind: ItemKind, tier: str | None) -> BasketSummary | None:
    table = standing.session.read(run.run_id, BASKET_SUMMARY, as_of=standing.as_of)
    rows = standing.session.engine.fetch(table.filter(table.item_kind == str(item_kind), _is_scope(table, tier))).to_pylist()
    return record_of(BasketSummary, rows[0]) if rows else None


def _is_scope(table: ir.Table, tier: str | None) -> ir.BooleanValue:
    return table.tier.isnull() if tier is None else table.tier == ibis.literal(tier)


def _item_names(rule: Row) -> list[str]:
    return [each.name for each in (*rule["antecedent"], *rule["consequent"])]


def _in_order(rules: list[dict[str, Any]], order: RuleOrder) -> list[dict[str, Any]]:
    if order is RuleOrder.EVIDENCE:
        return sorted(rules, key=lambda each: each["rule"])
    if order is RuleOrder.DIFFERENCE:
        return sorted(rules, key=lambda each: (-(each["difference_z"] or 0.0), each["rule"]))
    return sorted(rules, key=lambda each: (-(each[str(order)] or 0.0), each["rule"]))
