"""Who belongs on a list? Conditions by tier, movement, stored analysis, uploaded list and metrics, as one narrow table of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import ibis
import ibis.expr.types as ir

from fenji.analyze.movements.movements import paired_tiers
from fenji.analyze.rules.distributions import top_threshold
from fenji.analyze.rules.holds import narrowed
from fenji.answers.customers import Uploaded
from fenji.domain.churn import RiskClass
from fenji.domain.conditions import Comparison, Operator, Presence, TopShare, parse_condition
from fenji.domain.lists import Choice, Chosen, CustomerGroup, Move, Standing
from fenji.domain.policies import Cause, Policy
from fenji.domain.priority import Mark
from fenji.domain.segments import Segmentation
from fenji.domain.words import Words
from fenji.errors import InvalidArgument, NotFound, Problem, unknown_name
from fenji.language import message as _
from fenji.tables import insight, insight_segments
from fenji.workspace.counted_customers import GROUPS, figure_of_attribute, who_is_counted
from fenji.workspace.customer_columns import MADE_BY, CustomerColumns, Part
from fenji.workspace.session import whole_company
from fenji.workspace.uploaded_list import entries_in, look_up

_KEY = "customer_key"


@dataclass(frozen=True)
class Asked:
    """Who shall be on a list: every condition that is given must hold."""

    tier: str | None = None
    """A tier's slug or name."""
    standing: str | None = None
    """One of ``Standing``."""
    moved_from: str | None = None
    moved_to: str | None = None
    moved: str | None = None
    """One of ``Move``."""
    earlier_on: date | None = None
    """The earlier review of a movement; None: the one before."""
    segment: str | None = None
    """SEGMENTATION=SEGMENT, or a segment that only one segmentation has."""
    risk: str | None = None
    """A class of risk, or the least probability of leaving, 0 to 1."""
    mark: str | None = None
    """One of ``domain.priority.Mark``."""
    group: str | None = None
    """One of ``CustomerGroup``: a list that priority keeps."""
    uploaded: Path | None = None
    """A file with ids, phones or e-mails."""
    uploaded_column: str | None = None
    entries: tuple[str, ...] = ()
    """Such a list, brought along without a file."""
    keys: tuple[int, ...] | None = None
    """Only these customers, as fenji knows them; None: all."""
    where: tuple[str, ...] = ()
    """Conditions over metrics, each as a policy writes it, and over attributes, each as ``region:east`` (nothing after it: not known)."""
    counted: tuple[str, ...] = ()
    """Figures that count them, each a ``Figure`` with its value, such as ``value.high.low``."""

    @property
    def is_of_keys_alone(self) -> bool:
        """Whether nothing is asked but who some customers are."""
        return self.keys is not None and self == Asked(keys=self.keys)

    @property
    def asks_for_moves(self) -> bool:
        """Whether movements between two reviews are asked for."""
        return not (self.moved is None and self.moved_from is None and self.moved_to is None)


Name = TypeVar("Name", bound=StrEnum)


def _one_of(names: type[Name], text: str, what: str) -> Name:
    if text not in tuple(names):
        raise InvalidArgument(unknown_name(what, text, names))
    return names(text)


@dataclass
class CustomerChoice:
    """Builds the table of those who meet all conditions, and notes each condition."""

    columns: CustomerColumns
    policy: Policy
    asked: Asked
    earlier_on: date | None
    chosen: list[Chosen] = field(default_factory=list)
    uploaded: Uploaded | None = None
    moves: ir.Table | None = None
    """Who stood where at the earlier review, where movements are asked for."""

    def table(self, *, carrying: Sequence[str] = ()) -> ir.Table:
        """One row per customer who meets all conditions: customer_key, and metrics where some are to be carried along.

        The panel is read once, for conditions and the carried metrics together: among a million customers a join costs more.

        Raises:
            NotFound: unknown tiers, segments or metrics, or an analysis that is not stored; all unknown metrics at once.
            InvalidArgument: a condition that cannot be read.
        """
        narrower = [*self._standing(), *self._moved(), *self._analyzed(), *self._counted(), *self._brought()]
        conditions = self._conditions()
        if conditions or carrying:
            found = self._measured(conditions, carrying)
        else:
            first, *narrower = narrower or [self.columns.assignment]
            found = first.select(_KEY)
        for each in narrower:
            found = found.semi_join(each.select(_KEY), _KEY)
        return found

    def _standing(self) -> list[ir.Table]:
        """Those who stand in the tier that is asked for, or in any."""
        found, rows = [], self.columns.standing
        if self.asked.tier is not None:
            tier = self._tier(self.asked.tier)
            self.chosen.append(Chosen(Choice.TIER, {"tier": self._named(tier)}))
            found.append(rows.filter(rows["tier"] == tier))
        if self.asked.standing is not None:
            standing = _one_of(Standing, self.asked.standing, _("standing"))
            self.chosen.append(Chosen(Choice.STANDING, {"standing": standing}))
            found.append(rows.filter(rows["tier"].notnull() if standing is Standing.IN_TIER else rows["tier"].isnull()))
        return found

    def _moved(self) -> list[ir.Table]:
        asked, earlier_on = self.asked, self.earlier_on
        if earlier_on is None:
            return []
        session, run_id, as_of = self.columns.session, self.columns.run.run_id, self.columns.as_of
        before = session.read(run_id, insight.TIER_ASSIGNMENT, as_of=earlier_on)
        pairs = paired_tiers(before, self.columns.assignment, earlier_on=earlier_on, as_of=as_of)
        self.moves = pairs.select(_KEY, "from_tier", "to_tier", move_cause="cause")
        days = {"earlier_on": earlier_on, "as_of": as_of}
        found = self.moves
        if asked.moved_from is not None:
            tier = self._tier(asked.moved_from)
            found = found.filter(found["from_tier"] == tier)
            self.chosen.append(Chosen(Choice.MOVED_FROM, {"tier": self._named(tier), **days}))
        if asked.moved_to is not None:
            tier = self._tier(asked.moved_to)
            found = found.filter(found["to_tier"] == tier)
            self.chosen.append(Chosen(Choice.MOVED_TO, {"tier": self._named(tier), **days}))
        if asked.moved is not None:
            move = _one_of(Move, asked.moved, _("movement"))
            found = found.filter(self._went(found, move))
            self.chosen.append(Chosen(Choice.MOVED, {"move": move, **days}))
        else:
            found = found.filter(found["from_tier"].notnull() | found["to_tier"].notnull())
        return [found]

    def _went(self, pairs: ir.Table, move: Move) -> ir.BooleanValue:
        if move in (Move.UP, Move.DOWN):
            came, went = (self._rank(pairs[name]) for name in ("from_tier", "to_tier"))
            return (went > came) if move is Move.UP else (went < came)
        causes = {Move.LOST: Cause.LOST, Move.NEW: Cause.NEW, Move.RETURNED: Cause.RETURNED}
        outside = pairs["to_tier"].isnull() if move is Move.LOST else pairs["from_tier"].isnull()
        return outside & (pairs["move_cause"] == causes[move].value)

    def _rank(self, tier: ir.StringValue) -> ir.IntegerValue:
        return tier.cases(*((each.slug, rank) for rank, each in enumerate(self.policy.tiers)), else_=ibis.null("int8"))

    def _analyzed(self) -> list[ir.Table]:
        """Those whom a stored analysis puts where they are asked for."""
        asked, found = self.asked, []
        if asked.segment is not None:
            segmentation, segment = self._segment(asked.segment)
            table = self._stored(Part.SEGMENT)
            found.append(table.filter(table[segmentation] == segment))
            self.chosen.append(Chosen(Choice.SEGMENT, {"segmentation": segmentation, "segment": segment}))
        if asked.risk is not None:
            self.columns.check_risks()
            table = self._stored(Part.CHURN)
            found.append(table.filter(self._at_risk(table, asked.risk)))
        if asked.mark is not None:
            mark, table = _one_of(Mark, asked.mark, _("mark")), self._stored(Part.PRIORITY)
            found.append(table.filter(table["mark"] == mark.value))
            self.chosen.append(Chosen(Choice.MARK, {"mark": mark}))
        if asked.group is not None:
            group = _one_of(CustomerGroup, asked.group, _("list"))
            found.append(self.columns.analysis("priority", GROUPS[group]))
            self.chosen.append(Chosen(Choice.GROUP, {"group": group}))
        return found

    def _counted(self) -> list[ir.Table]:
        """Those whom figures of answers count."""
        found = [who_is_counted(each, self.columns) for each in self.asked.counted]
        for text in self.asked.where:
            if (figure := figure_of_attribute(text)) is not None:
                table, chosen = who_is_counted(figure, self.columns)
                found.append((table, replace(chosen, values={**chosen.values, "where": text})))
        self.chosen += [chosen for _table, chosen in found]
        return [table for table, _chosen in found]

    def _stored(self, part: Part) -> ir.Table:
        return self.columns.analysis(*MADE_BY[part])

    def _at_risk(self, table: ir.Table, text: str) -> ir.BooleanValue:
        if text in tuple(RiskClass):
            self.chosen.append(Chosen(Choice.RISK, {"risk": RiskClass(text)}))
            return table["risk_class"] == text
        try:
            least = Decimal(text)
        except InvalidOperation:
            least = Decimal(-1)
        if not 0 <= least <= 1:
            raise InvalidArgument.of(
                _("'{value}' is neither a class of risk nor a probability."),
                advice=_("Give one of {known}, or a number from 0 to 1."),
                value=text[:40],
                known=", ".join(RiskClass),
            )
        self.chosen.append(Chosen(Choice.RISK_FROM, {"least": least}))
        return table["churn_probability"] >= float(least)

    def _segment(self, text: str) -> tuple[str, str]:
        """The segmentation and the segment that a text names."""
        there = self._segments_there()
        segmentation, is_named, segment = text.partition("=")
        if is_named:
            segmentation, segment = segmentation.strip(), segment.strip()
            if segmentation not in tuple(Segmentation):
                raise InvalidArgument(unknown_name(_("segmentation"), segmentation, Segmentation))
            there = [each for each in there if each[0] == segmentation]
        else:
            segment = text.strip()
        found = [each for each in there if each[1] == segment]
        if not found:
            raise NotFound(unknown_name(_("segment"), segment, {each for _segmentation, each in there}))
        if len(found) > 1:
            raise InvalidArgument.of(
                _("'{segment}' is a segment of {segmentations}."),
                advice=_("Say which one is meant: {example}."),
                segment=segment,
                segmentations=", ".join(each for each, _segment in found),
                example=f"{found[0][0]}={segment}",
            )
        return found[0]

    def _segments_there(self) -> list[tuple[str, str]]:
        """Every segmentation and segment in which somebody is whom the session sees."""
        columns = self.columns
        if not columns.session.limits:
            counted = columns.analysis("segments", insight_segments.SEGMENT_COUNT)
            rows = columns.session.engine.fetch(counted.select("segmentation", "segment")).to_pylist()
            return [(row["segmentation"], row["segment"]) for row in rows if row["segment"] is not None]
        own = self._stored(Part.SEGMENT)
        named = [each for each in Segmentation if each.value in own.columns]
        found = [columns.session.engine.fetch(own.select(segment=own[each.value]).distinct()).to_pylist() for each in named]
        return [
            (each.value, segment)
            for each, rows in zip(named, found, strict=True)
            for segment in sorted(row["segment"] for row in rows if row["segment"] is not None)
        ]

    def _brought(self) -> list[ir.Table]:
        """Those who are on an uploaded list."""
        asked, found = self.asked, []
        if asked.keys is not None:
            rows = self.columns.assignment
            found.append(rows.filter(rows[_KEY].isin([ibis.literal(each, type="int64") for each in asked.keys])))
        if asked.uploaded is not None:
            entries = entries_in(asked.uploaded, asked.uploaded_column)
            found.append(self._listed(asked.uploaded.name, entries, has_heading=asked.uploaded_column is None))
        if asked.entries:
            found.append(self._listed("", tuple(dict.fromkeys(asked.entries)), has_heading=False))
        return found

    def _listed(self, file: str, entries: tuple[str, ...], *, has_heading: bool) -> ir.Table:
        session, run = self.columns.session, self.columns.run
        self.uploaded, table = look_up(session, run, file, entries, has_heading=has_heading)
        values = {"file": self.uploaded.file, "entries": self.uploaded.entries, "found": self.uploaded.found}
        self.chosen.append(Chosen(Choice.UPLOADED, values))
        return table

    def _measured(self, conditions: Sequence[Comparison | Presence | TopShare], carrying: Sequence[str]) -> ir.Table:
        """Everybody who is known and meets the conditions over metrics, with the carried ones."""
        registry = self.columns.registry
        NotFound.raise_if(registry.problems(dict.fromkeys(each.metric for each in conditions)))
        self.chosen += [Chosen(Choice.WHERE, condition=each) for each in conditions]
        panel = self.columns.part(Part.PANEL, [*(each.metric for each in conditions), *carrying])
        return narrowed(panel, map(self._as_comparison, conditions)).select(_KEY, *carrying)

    def _conditions(self) -> list[Comparison | Presence | TopShare]:
        found, problems = [], []
        for text in (each for each in self.asked.where if figure_of_attribute(each) is None):
            try:
                found.append(parse_condition(text))
            except ValueError:
                problems.append(
                    Problem(
                        _("'{condition}' is no condition."),
                        {"condition": text[:80]},
                        advice=_(
                            "Write it as a policy does: orders_12m >= 10, satisfaction_12m is null, or net_revenue_12m in top 5%; or an attribute as region:east."
                        ),
                    )
                )
        InvalidArgument.raise_if(problems)
        return found

    def _as_comparison(self, condition: Comparison | Presence | TopShare) -> Comparison | Presence:
        """The condition with a computed threshold in the place of a share: of all customers of the date, not of those listed or seen."""
        if not isinstance(condition, TopShare):
            return condition
        everybody = replace(self.columns, session=whole_company(self.columns.session))
        panel = everybody.part(Part.PANEL, [condition.metric])
        row = self.columns.session.engine.fetch(top_threshold(panel, condition.metric, condition.share)).to_pylist()[0]
        threshold: Any = row["threshold"]
        if threshold is None:
            return Presence(condition.metric, is_null=False)
        number = threshold if isinstance(threshold, Decimal) else Decimal(repr(threshold))
        return Comparison(condition.metric, Operator.AT_LEAST, number)

    def _tier(self, text: str) -> str:
        """The slug of a tier, by its slug or its name in either language."""
        names: dict[str, str] = {}
        for each in self.policy.tiers:
            names |= {each.slug: each.slug, each.name.zh: each.slug, each.name.en: each.slug}
        if text not in names:
            raise NotFound(unknown_name(_("tier"), text, names))
        return names[text]

    def _named(self, slug: str) -> Words:
        return next(each.name for each in self.policy.tiers if each.slug == slug)
