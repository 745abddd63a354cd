"""Can the numbers be trusted? What became of every row, revenue without a customer, what each metric is, and of what everything was made."""

from __future__ import annotations

from collections.abc import Iterator

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.tier_counts import MAIN_METRICS
from fenji.answers.run_list import RunDetail
from fenji.answers.runs import QualityResult
from fenji.domain.metrics import Metric
from fenji.domain.reasons import Reason
from fenji.domain.reporting import ReportSection
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import headed, missing, of_whole
from fenji.reports.monthly.record import Block, CellKind, Column, Passage, Row, Section, Table
from fenji.wording import figures
from fenji.wording.metrics import UNIT_NAMES
from fenji.wording.quality import expected_words
from fenji.workspace.beginning import metrics_named

TITLE = _("Data quality and definitions")
REASONS, FILES = 8, 6
"""Reasons and files that are listed; the others are counted."""
SIGNS = 16
"""Of the 64 signs of a fingerprint: enough to compare by eye."""


def data(asked: Asked) -> Section:
    """The account of the rows, and where everything comes from."""
    say, quality = asked.say, asked.grounds.quality
    title = say(_("What became of the rows"))
    account: Block
    if isinstance(quality, NotThere):
        sentence, account = quality.sentence, missing(title, quality)
    else:
        sentence, account = _sentence(quality, say), _account(quality, title, say)
    return Section(ReportSection.DATA, say(TITLE), sentence, (account, _definitions(asked), *_made_of(asked)))


def _sentence(quality: QualityResult, say: Reader) -> str:
    text = _("Of {rows} rows that came in, {kept} count ({share}); {amount} of revenue belongs to no customer.")
    share = quality.kept / quality.rows_in if quality.rows_in else None
    amount = figures.money(quality.unattributed.net_revenue, quality.currency)
    return say(
        text, rows=figures.count(quality.rows_in), kept=figures.count(quality.kept), share=figures.share(share), amount=amount
    )


def _account(quality: QualityResult, title: str, say: Reader) -> Table:
    columns = (
        Column("what", say(_("Rows")), width=56),
        Column("rows", say(_("Count")), CellKind.COUNT, 14),
        Column("share", say(_("Share of rows")), CellKind.SHARE, 10),
    )
    rows = [(say(_("Rows in")), quality.rows_in)]
    reasons = list(quality.rejected.items())
    for reason, count in reasons[:REASONS]:
        rows.append((_left_out(reason, say), count))
    if len(reasons) > REASONS:
        others = sum(count for _reason, count in reasons[REASONS:])
        rows.append((say(_("left out for {count} other reasons"), count=len(reasons) - REASONS), others))
    copies = quality.duplicates.across_files + quality.duplicates.repeats_dropped
    if copies:
        rows.append((say(_("copies of rows, which count once")), copies))
    told = [Row((name, count, of_whole(count, quality.rows_in, say))) for name, count in rows]
    kept = Row((say(_("kept")), quality.kept, of_whole(quality.kept, quality.rows_in, say)), is_total=True)
    note = _("Checked: rows in = kept + left out + copies, for every file.") if quality.reconciles else _NOT_CLOSED
    return Table("rows", title, columns, (*told, kept), say(note))


def _left_out(reason: str, say: Reader) -> str:
    """Rows that could not count by what was expected of them, or by the company's own rule."""
    if reason in tuple(Reason):
        return say(_("left out; expected was {expected}"), expected=expected_words(reason, say.language))
    return say(_("left out by the rule '{reason}' of sources.yaml"), reason=reason)


_NOT_CLOSED = _("The account does not add up: do not use the figures of this report before the data were checked.")


def used_metrics(asked: Asked) -> tuple[Metric, ...]:
    """The metrics of the tables and of the rules of the policy."""
    registry: Registry = asked.tiers.registry
    slugs = [each for each in MAIN_METRICS if each in registry]
    if not isinstance(asked.grounds.rules, NotThere):
        slugs += [each.slug for each in metrics_named(asked.grounds.rules.document, registry)]
    return tuple(registry.named(each) for each in dict.fromkeys(slugs))


def _definitions(asked: Asked) -> Table:
    say = asked.say
    columns = (
        Column("metric", say(_("Metric")), width=24),
        Column("definition", say(_("What it is")), width=56),
        Column("unit", say(_("Unit")), width=28),
    )
    rows = tuple(
        Row((headed(each.name, say), say.name(each.sentence), say(UNIT_NAMES[each.unit]))) for each in used_metrics(asked)
    )
    return Table("definitions", say(_("What each metric is")), columns, rows)


def _made_of(asked: Asked) -> Iterator[Block]:
    say, found = asked.say, asked.grounds.collected
    title = say(_("What the data were made of"))
    if isinstance(found, NotThere):
        yield missing(title, found)
        return
    yield _files(found, title, say)
    text = _("Run {run}, data {fingerprint}, engine {engine}.")
    whole = found.base_fingerprint or figures.UNKNOWN
    yield Passage("", (say(text, run=asked.tiers.run_id, fingerprint=whole, engine=found.run.engine),))


def _files(found: RunDetail, title: str, say: Reader) -> Table:
    columns = (
        Column("file", say(_("File")), width=44),
        Column("rows", say(_("Rows")), CellKind.COUNT, 12),
        Column("fingerprint", say(_("Fingerprint (SHA-256, its first {signs} signs)"), signs=SIGNS), width=24),
    )
    rows = tuple(Row((each.file, each.records, each.fingerprint[:SIGNS])) for each in found.read[:FILES])
    more = len(found.read) - len(rows)
    note = say(_("And {more} more {more:file|files}."), more=more) if more > 0 else ""
    return Table("files", title, columns, rows, note)
