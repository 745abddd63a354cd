"""Which columns may a list of customers have, and from which stored table does each come?

A list is put together from narrow parts, each with one row per customer: the tier, the panel, what is known of the person, the stored
analyses, contact points. Only the parts that somebody asks for are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.events import kinds_named
from fenji.analyze.metrics.registry import Registry
from fenji.domain.churn import Target
from fenji.domain.contacts import ContactKind
from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.lists import UNIT_OF, ColumnUnit, ListColumn
from fenji.domain.runs import Run
from fenji.domain.segments import Segmentation
from fenji.domain.telling import PERSON_NAME, PERSONAL, WITHHELD
from fenji.domain.words import Words
from fenji.errors import NotFound, unknown_name
from fenji.language import message as _
from fenji.tables import clean, insight, insight_churn, insight_priority, insight_segments
from fenji.tables.contract import Contract
from fenji.workspace.churn_ranking import check_ranking
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.limits import places_among
from fenji.workspace.often import read_often, rows_of_customers
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session
from fenji.workspace.tiering import kept_panel, panel_at, stored_panel


class Part(StrEnum):
    """Where columns come from."""

    TIER = "tier"
    MOVE = "move"
    PERSON = "person"
    PANEL = "panel"
    SEGMENT = "segments"
    CHURN = "churn"
    PRIORITY = "priority"
    CONTACT = "contact"


@dataclass(frozen=True)
class Field:
    """A column of a list and how its part calls it."""

    column: ListColumn
    part: Part
    stored: str


_VEILS = {
    "customer_id": PERSONAL,
    "name": PERSON_NAME,
    "phone": PERSONAL,
    "email": PERSONAL,
    "birth_on": WITHHELD,
}
"""Columns that hold personal values."""


def _field(slug: str, part: Part, zh: str, en: str, unit: ColumnUnit = ColumnUnit.TEXT, *, stored: str | None = None) -> Field:
    return Field(ListColumn(slug, Words(zh, en), unit, _VEILS.get(slug)), part, stored or slug)


_PERSON_WORDS = {each.name: (each.zh, each.en) for each in FEEDS[Feed.CUSTOMER]}
_PERSON = (
    "gender",
    "kind",
    "region",
    "city",
    "industry",
    "occupation",
    "income_band",
    "education",
    "acquisition_channel",
    "prior_tier",
)
_SEGMENTS: Mapping[Segmentation, tuple[str, str]] = {
    Segmentation.LIFECYCLE: ("生命周期阶段", "lifecycle stage"),
    Segmentation.RFM: ("RFM 群体", "RFM segment"),
    Segmentation.FREQUENCY: ("消费频率", "frequency class"),
    Segmentation.ORDER_SIZE: ("客单价档次", "order size class"),
    Segmentation.RECENCY: ("最近消费档次", "recency class"),
    Segmentation.SPENDING_POWER: ("消费能力", "spending power"),
    Segmentation.INTEREST: ("兴趣宽度", "interest class"),
    Segmentation.MAIN_CATEGORY: ("主要品类", "main category"),
    Segmentation.CLUSTER: ("聚类", "cluster"),
}

FIXED: Mapping[str, Field] = {
    each.column.slug: each
    for each in (
        _field("customer_key", Part.TIER, "客户键", "key", ColumnUnit.NUMBER),
        _field("customer_id", Part.PERSON, "客户编号", "customer"),
        _field("tier", Part.TIER, "当前等级", "tier"),
        _field("since_on", Part.TIER, "等级起始日", "in the tier since", ColumnUnit.DATE),
        _field("cause", Part.TIER, "原因", "cause"),
        _field("from_tier", Part.MOVE, "原等级", "tier before"),
        _field("to_tier", Part.MOVE, "现等级", "tier after"),
        _field("move_cause", Part.MOVE, "变动原因", "cause of the movement", stored="move_cause"),
        *(_field(name, Part.PERSON, *_PERSON_WORDS[name]) for name in _PERSON),
        _field("birth_on", Part.PERSON, "生日", "birthday", ColumnUnit.DATE),
        _field("registered_on", Part.PERSON, "注册日期", "registered on", ColumnUnit.DATE),
        _field("first_seen_on", Part.PERSON, "首次出现日期", "first seen on", ColumnUnit.DATE),
        _field("consent_marketing", Part.PERSON, "营销授权", "marketing consent", ColumnUnit.YES_NO),
        *(_field(each.value, Part.SEGMENT, *words) for each, words in _SEGMENTS.items()),
        _field("segment", Part.SEGMENT, "细分群体", "segment", stored=Segmentation.RFM.value),
        _field("risk", Part.CHURN, "流失风险", "risk of leaving", stored="risk_class"),
        _field("churn_probability", Part.CHURN, "流失概率", "probability of leaving", ColumnUnit.SHARE),
        _field("position", Part.PRIORITY, "优先顺序", "place in the priority ranking", ColumnUnit.COUNT),
        _field("mark", Part.PRIORITY, "ABC 标记", "mark"),
        _field("name", Part.CONTACT, "姓名", "name"),
        _field("phone", Part.CONTACT, "手机号", "phone"),
        _field("email", Part.CONTACT, "电子邮箱", "e-mail"),
    )
}
"""Every column that is no metric."""

_CHINESE_MOBILE = r"^\+861[3-9][0-9]{9}$"

_STANDING = replace(
    insight.TIER_ASSIGNMENT,
    columns=tuple(each for each in insight.TIER_ASSIGNMENT.columns if each.name in ("customer_key", "tier")),
)
"""What most lists need of it."""

MADE_BY: Mapping[Part, tuple[str, Contract]] = {
    Part.SEGMENT: ("segments", insight_segments.SEGMENT),
    Part.CHURN: ("churn", insight_churn.CHURN_RISK),
    Part.PRIORITY: ("priority", insight_priority.PRIORITY),
}
"""The analysis that keeps a part."""


@dataclass(frozen=True)
class CustomerColumns:
    """The columns of lists at one date of a run."""

    session: Session
    run: Run
    as_of: date

    @cached_property
    def past(self) -> PastRun:
        """What the run followed."""
        return PastRun(self.session, self.run)

    @cached_property
    def assignment(self) -> ir.Table:
        """insight.tier_assignment at the date."""
        return self.session.read(self.run.run_id, insight.TIER_ASSIGNMENT, as_of=self.as_of)

    @cached_property
    def standing(self) -> ir.Table:
        """Who stands in which tier at the date: customer_key and tier, null where nobody decided one."""
        return read_often(self.session, self.run.run_id, _STANDING, as_of=self.as_of)

    @cached_property
    def registry(self) -> Registry:
        """The metrics that lists may show: those of the stored panel, or all where the run keeps none of the day."""
        stored = self.session.stored_columns(self.run.run_id, insight.customer_metric(()), as_of=self.as_of)
        if not stored:
            kinds = clean_base_of(self.session, self.run).event_kinds
            return Registry.of(kinds, self.past.own_metrics)
        every = Registry.of(kinds_named(stored), self.past.own_metrics, named=stored)
        return Registry(tuple(each for each in every if each.slug in stored))

    @cached_property
    def tier_names(self) -> Mapping[str, Words]:
        """What the tiers are called by which the run decided at the date, lowest first."""
        return {each.slug: each.name for each in self.past.policies_at([self.as_of])[self.as_of].tiers}

    def fields(self, slugs: Iterable[str], *, moves: bool) -> tuple[Field, ...]:
        """The fields of these names, in their order.

        Raises:
            NotFound: some are unknown; each with the nearest one.
        """
        known = {slug: each for slug, each in FIXED.items() if moves or each.part is not Part.MOVE}
        found, problems = [], []
        for slug in slugs:
            if slug in known:
                found.append(known[slug])
            elif slug in self.registry:
                metric = self.registry.named(slug)
                found.append(Field(ListColumn(slug, metric.name, UNIT_OF[metric.unit]), Part.PANEL, slug))
            else:
                problems.append(unknown_name(_("column"), slug, (*known, *self.registry.slugs)))
        NotFound.raise_if(problems)
        return tuple(found)

    def part(self, part: Part, names: Iterable[str]) -> ir.Table:
        """Some stored columns of a part, one row per customer: customer_key and these names.

        Raises:
            NotFound: the analysis that keeps them has not been made for the date; its command is named.
        """
        wanted = tuple(each for each in dict.fromkeys(names) if each != "customer_key")
        if part is Part.PANEL:
            return self._panel(wanted)
        if part is Part.CONTACT:
            return self._contacts(wanted)
        if part is Part.TIER:
            return self.assignment.select("customer_key", *wanted)
        if part is Part.PERSON:
            return self.session.read(self.run.run_id, clean.CUSTOMER).select("customer_key", *wanted)
        found = self.analysis(*MADE_BY[part])
        if part is Part.PRIORITY:
            found = places_among(self.session.limits, found, "position")
        return found.select("customer_key", *wanted)

    def rows(self, part: Part, names: Sequence[str], keys: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The same of some customers, by customer_key; who has no row of the part is missing.

        Raises:
            NotFound: as ``part``.
        """
        place = self._place(part, names)
        if place is not None:
            run, contract, as_of = place
            return rows_of_customers(self.session, run.run_id, contract, keys, names, as_of=as_of)
        table = self.part(part, names)
        own = (
            table.filter(table["customer_key"].isin([ibis.literal(key, type="int64") for key in keys]))
            if keys
            else table.limit(0)
        )
        return {row["customer_key"]: row for row in self.session.engine.fetch(own).to_pylist()}

    def _place(self, part: Part, names: Sequence[str]) -> tuple[Run, Contract, date | None] | None:
        """The run and the table in which a part stands just as it is shown; None where it must be computed from others."""
        if part is Part.TIER:
            return self.run, insight.TIER_ASSIGNMENT, self.as_of
        if part is Part.PERSON:
            return self.run, clean.CUSTOMER, None
        if part is Part.PANEL:
            kept = kept_panel(self.session, self.run, self.registry.needed_for(names), as_of=self.as_of)
            return None if kept is None else (self.run, kept, self.as_of)
        if part in MADE_BY and not (part is Part.PRIORITY and self.session.limits):
            command, contract = MADE_BY[part]
            return self._made(command, contract), contract, self.as_of
        return None

    def analysis(self, command: str, contract: Contract) -> ir.Table:
        """A table of the newest published analysis of the date on this run.

        Raises:
            NotFound: there is none.
        """
        return self.session.read(self._made(command, contract).run_id, contract, as_of=self.as_of)

    def _made(self, command: str, contract: Contract) -> Run:
        made = self.session.runs.latest_published(as_of=self.as_of, command=command, on=self.run.run_id)
        if made is None:
            raise NotFound.of(
                _("nothing is stored of {table} on {as_of} for run {run_id}."),
                advice=_("Make it first with: fenji {command}"),
                table=contract.full_name,
                as_of=self.as_of,
                run_id=self.run.run_id,
                command=command,
            )
        return made

    def check_risks(self) -> None:
        """Refuses to choose or order customers by a risk of leaving that ranks no better than chance or recency.

        Raises:
            NotFound: the analysis has not been made for the date.
            Conflict: the back-test says so.
        """
        check_ranking(self.session, self._made("churn", insight_churn.CHURN_RISK).run_id, Target.CHURN, as_of=self.as_of)

    def _panel(self, names: tuple[str, ...]) -> ir.Table:
        metrics = self.registry.needed_for(names)
        panel = stored_panel(self.session, self.run, metrics, as_of=self.as_of)
        if panel is None:
            base = clean_base_of(self.session, self.run)
            panel = panel_at(self.session, self.run, base, self.registry, names, as_of=self.as_of)
        return panel.select("customer_key", *names)

    def _contacts(self, names: tuple[str, ...]) -> ir.Table:
        """The newest phone and e-mail of each customer, and the name that is believed of it."""
        points = self.session.read(self.run.run_id, clean.CONTACT_POINT)
        people = self.session.read(self.run.run_id, clean.CUSTOMER).select(person_key="customer_key", believed="name")
        if ContactKind.NAME in names:
            met = points.left_join(people, points["customer_key"] == people["person_key"])
            is_believed = (met["kind"] == ContactKind.NAME.value) & (met["value"] == met["believed"])
            points = met.select(*points.columns, is_believed=is_believed.fill_null(ibis.literal(value=False)))
        else:
            points = points.mutate(is_believed=ibis.literal(value=False))
        never = ibis.literal(date(1, 1, 1), type="date")
        rank = ibis.struct(
            {
                "believed": points["is_believed"].cast("int64"),
                "on": points["last_seen_on"].fill_null(never),
                "value": points["value"],
            }
        )
        best = {name: rank.max(where=points["kind"] == name) for name in names}
        grouped = points.group_by("customer_key").aggregate(**best)
        found = {name: grouped[name]["value"] for name in names}
        if ContactKind.PHONE in found:
            # As people dial it and as other systems take it; both are found when such a list comes back.
            phone = found[ContactKind.PHONE]
            found[ContactKind.PHONE] = ibis.ifelse(phone.re_search(_CHINESE_MOBILE), phone.substr(3), phone)
        return grouped.select("customer_key", **found)


def parts_of(fields: Iterable[Field]) -> Iterator[tuple[Part, tuple[str, ...]]]:
    """The parts that fields come from, each once with the stored names."""
    names: dict[Part, list[str]] = {}
    for each in fields:
        names.setdefault(each.part, []).append(each.stored)
    yield from ((part, tuple(dict.fromkeys(found))) for part, found in names.items())
