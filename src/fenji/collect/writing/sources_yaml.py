"""How is a proposal written as sources.yaml, with comments that say how sure each column is, what is missing and what is unused?"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from fenji.collect.headers import Confidence
from fenji.collect.remarks import Remark
from fenji.collect.understanding.proposal import FoundTable, Proposal, ProposedColumn, ProposedDrop, ProposedSource
from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.domain.sources import MoneyUnit
from fenji.language import Language, translate
from fenji.language import message as _

WIDTH = 110
"""Columns after which a comment breaks, at blanks or behind Chinese commas; a Chinese sign takes two columns."""
_MOST_TABLES = 8
"""Sampled files that a comment names; a folder may hold hundreds."""

_PLAIN = re.compile(r"[A-Za-z_\u3400-\u9fff][\w\u3400-\u9fff ./()（）*^-]*")
_PIECE = re.compile(r"[^ 、，；。]*[ 、，；。]+|[^ 、，；。]+$")
_WORDS_WITH_MEANING = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

_FEED_NAMES: dict[Feed, str] = {
    Feed.CUSTOMER: _("customers, with or without orders"),
    Feed.ORDER_LINE: _("orders or order lines"),
    Feed.PRODUCT: _("products"),
    Feed.EVENT: _("events"),
    Feed.FEEDBACK: _("feedback: satisfaction, NPS, complaints, questionnaires"),
    Feed.CAMPAIGN_CONTACT: _("campaign contacts"),
    Feed.REDEMPTION: _("redeemed coupons"),
    Feed.REFERRAL: _("referrals"),
    Feed.CONTRACT: _("contracts: subscriptions, accounts, insurance policies, courses"),
}
_CONFIDENCE_NAMES: dict[Confidence, str] = {
    Confidence.SURE: _("sure"),
    Confidence.LIKELY: _("likely"),
    Confidence.GUESS: _("guess, please check"),
}


def render_sources_yaml(proposal: Proposal, language: Language) -> str:
    """The proposal as a sources.yaml that can be used as it is; sources that lack something needed stand in it as comments."""
    lines = [
        *_comment(_say(_("Proposed by fenji map from samples of your files. Read it before the first run."), language)),
        *_comment(
            _say(
                _(
                    "Behind every column: how sure we are, and why. Fields that you do not need may go; headers are compared without blanks."
                ),
                language,
            )
        ),
        "",
    ]
    usable = [source for source in proposal.sources if source.is_usable]
    lines += ["sources:"] if usable else ["sources: []"]
    for source in usable:
        lines += ["", *_indented(_remarks(source, language)), *_indented(_entry(source, language))]
    for source in proposal.sources:
        if not source.is_usable:
            title = _say(_("NOT USED AS IT IS: complete it and remove the leading # of its lines."), language)
            entry = [f"# {line}" if line else "#" for line in _entry(source, language)]
            lines += ["", *_indented(_comment(title)), *_indented(_remarks(source, language)), *_indented(entry)]
    return "\n".join(lines) + "\n"


def _remarks(source: ProposedSource, language: Language) -> list[str]:
    """What stands above an entry: what it is, which samples, what is missing, what was decided."""
    lines = _comment(source.platform.describe(language)) if source.platform else []
    for table in source.tables[:_MOST_TABLES]:
        lines += _comment(_table(table, language))
    if len(source.tables) > _MOST_TABLES:
        lines += _comment(_say(_("… and {count} more"), language, count=len(source.tables) - _MOST_TABLES))
    for remark in source.blocking:
        lines += _comment(_say(_("Missing: {remark}"), language, remark=remark.describe(language)))
    for remark in source.warnings:
        lines += _comment(_say(_("Note well: {remark}"), language, remark=remark.describe(language)))
    for remark in source.notes:
        lines += _comment(remark.describe(language))
    return lines


def _table(table: FoundTable, language: Language) -> str:
    where = f"{table.file}#{table.part}" if table.part else table.file
    how = [table.format, table.encoding, json.dumps(table.delimiter) if table.delimiter else None]
    values = {"where": where, "how": ", ".join(each for each in how if each), "row": table.header_row, "rows": table.rows}
    if table.header_row:
        return _say(_("{where}: {how}; header in row {row}, {rows} rows looked at"), language, **values)
    return _say(_("{where}: {how}; {rows} rows looked at"), language, **values)


def _entry(source: ProposedSource, language: Language) -> list[str]:
    feed = f"feed: {source.feed.value}  # {_say(_FEED_NAMES[source.feed], language)}" if source.feed else _unknown_feed(language)
    lines = [f"- source: {quoted(source.name)}", f"  {feed}", *_files(source)]
    if source.sheets:
        lines.append(f"  sheets: [{', '.join(quoted(sheet) for sheet in source.sheets)}]")
    if source.part_column:
        comment = _say(_("each of its values counts as a file of its own"), language)
        lines.append(f"  part_column: {quoted(source.part_column)}  # {comment}")
    if source.currency:
        lines.append(f"  currency: {source.currency}")
    if source.score_scale:
        lowest, highest = (f"{value:g}" for value in source.score_scale)
        comment = _say(_("lowest and highest score possible; please check"), language)
        lines.append(f"  score_scale: [{lowest}, {highest}]  # {comment}")
    if source.default_kind:
        comment = _say(_("the kind of every row; please check"), language)
        lines.append(f"  default_kind: {quoted(source.default_kind)}  # {comment}")
    if source.return_order_pattern:
        comment = _say(_("ids of returns and cancellations"), language)
        lines.append(f"  return_order_pattern: {quoted(source.return_order_pattern)}  # {comment}")
    lines += _columns(source, language)
    lines += _drop(source.drop, language)
    return lines + _unused(source, language)


def _unknown_feed(language: Language) -> str:
    choices = _say(_("one of: {feeds}"), language, feeds=", ".join(Feed))
    return f"feed:  # {choices}"


def _files(source: ProposedSource) -> list[str]:
    if len(source.paths) == 1:
        return [f"  files: {quoted(source.paths[0])}"]
    return ["  files:", *(f"    - {quoted(path)}" for path in source.paths)]


def _columns(source: ProposedSource, language: Language) -> list[str]:
    fields = {field.name: field for field in FEEDS[source.feed]} if source.feed else {}
    lines = ["  columns:"]
    for column in source.columns:
        value = _mapping(column, fields[column.field])
        sure = _say(_CONFIDENCE_NAMES[column.confidence], language)
        name = fields[column.field].zh if language is Language.ZH else fields[column.field].en
        comment = _say(_("{field}: {sure}, {why}"), language, field=name, sure=sure, why=column.why.describe(language))
        lines.append(f"    {column.field}: {value}  # {comment}")
    present = {column.field for column in source.columns}
    lines += [
        f"    # {field.name}:  # {field.zh if language is Language.ZH else field.en}"
        for field in fields.values()
        if field.required and field.name not in present
    ]
    return lines


def _mapping(column: ProposedColumn, field: Field) -> str:
    if column.constant is not None:
        return f"{{constant: {quoted(column.constant)}}}"
    header = quoted(column.column or "")
    # The unit of money is written wherever it is not plain yuan, so that nobody has to know that it was in the header.
    if field.cell is Cell.MONEY and column.unit is not MoneyUnit.YUAN:
        return f"{{column: {header}, unit: {column.unit.value}}}"
    return header


def _drop(rules: Iterable[ProposedDrop], language: Language) -> list[str]:
    lines = []
    for proposed in rules:
        rule = proposed.rule
        what = (
            f"values: [{', '.join(quoted(value) for value in rule.values)}]"
            if rule.values
            else f"pattern: {quoted(rule.pattern or '')}"
        )
        values = ", ".join(_one_line(value) for value in proposed.seen)
        seen = _say(_("seen: {values}"), language, values=values) if values else _say(_("not in the sample"), language)
        lines.append(f"  #   - {{column: {rule.column}, {what}, reason: {rule.reason}}}  # {seen}")
    if not lines:
        return []
    title = _say(_("rows that look like no merchandise; remove the leading # to leave them out"), language)
    return [f"  # drop:  # {title}", *lines]


def _unused(source: ProposedSource, language: Language) -> list[str]:
    if not source.unused:
        return []
    headers = _say(_(", "), language).join(_one_line(header) for header in source.unused)
    return [f"  {line}" for line in _comment(_say(_("Unused columns: {headers}"), language, headers=headers))]


def _say(text: str, language: Language, **values: object) -> str:
    return translate(text, language, **values)


def _comment(text: str) -> list[str]:
    lines, line = [], ""
    for piece in _PIECE.findall(_one_line(text)):
        if line and _columns_wide(line + piece.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [f"# {each}" for each in (*lines, line.rstrip()) if each]


def _columns_wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def quoted(text: str) -> str:
    """The text as a YAML scalar that reads back as the same text, also inside ``{}`` and ``[]``.

    >>> quoted("订单付款时间"), quoted("orders/*.csv"), quoted("2021"), quoted("a: b")
    ('订单付款时间', 'orders/*.csv', '"2021"', '"a: b"')
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_WITH_MEANING and not text.endswith(" "):
        return text
    return json.dumps(text, ensure_ascii=False)


def remark_texts(remarks: Iterable[Remark], language: Language) -> tuple[str, ...]:
    """Remarks as sentences, for a table or a JSON answer."""
    return tuple(remark.describe(language) for remark in remarks)
