"""How is a proposal written as sources.yaml, with comments that say how sure each column is, what is missing and what is unused?"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from fenji.collect.headers import Confidence
from fenji.collect.understanding.proposal import FoundTable, ProposedColumn, ProposedDrop, ProposedSource
from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.domain.sources import MoneyUnit, Shape
from fenji.language import Language, translate_visibly
from fenji.language import message as _
from fenji.visible import visible

WIDTH = 110
"""Columns after which a comment breaks, at blanks or behind Chinese commas; a Chinese sign takes two columns."""
_MOST_TABLES = 8
"""Sampled files that a comment names; a folder may hold hundreds."""

_PLAIN = re.compile(r"[A-Za-z_\u3400-\u9fff][\w\u3400-\u9fff ./()（）*^-]*")
_PIECE = re.compile(r"[^ 、，；。]*[ 、，；。]+|[^ 、，；。]+$")
_WORDS_WITH_MEANING = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

_FEED_NAMES: dict[Feed, str] = {
    Feed.CUSTOMER: _("customers, with or without orders"),
    Feed.ORDER: _("orders whose lines stand in another source"),
    Feed.ORDER_LINE: _("orders or order lines"),
    Feed.PAYMENT: _("payments for orders"),
    Feed.RETURN: _("returns and refunds of orders"),
    Feed.BALANCE: _("what customers have spent in all"),
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


def render_sources_yaml(sources: Sequence[ProposedSource], language: Language) -> str:
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
    usable = [source for source in sources if source.is_usable]
    lines += ["sources:"] if usable else ["sources: []"]
    for source in usable:
        lines += ["", *_indented(_remarks(source, language)), *_indented(_entry(source, language))]
    for source in sources:
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
    how = [table.format, table.encoding, json.dumps(table.delimiter) if table.delimiter else None]
    values = {"where": table.place, "how": ", ".join(each for each in how if each), "row": table.header_row, "rows": table.rows}
    if table.header_row:
        return _say(_("{where}: {how}; header in row {row}, {rows} rows looked at"), language, **values)
    return _say(_("{where}: {how}; {rows} rows looked at"), language, **values)


def _entry(source: ProposedSource, language: Language) -> list[str]:
    feed = f"feed: {source.feed.value}  # {_say(_FEED_NAMES[source.feed], language)}" if source.feed else _unknown_feed(language)
    lines = [f"- source: {quoted(source.name)}", f"  {feed}", *_files(source)]
    for key, value, comment in _keys(source):
        if value is not None:
            lines.append(f"  {key}: {value}" + (f"  # {_say(comment, language)}" if comment else ""))
    lines += _shape(source.shape)
    if source.statuses:
        lines.append("  statuses:")
        lines += [f"    {each.value}: {_listed(words)}" for each, words in source.statuses.items()]
    lines += _columns(source, language)
    lines += _applied([drop for drop in source.drop if drop.is_applied], language)
    lines += _drop([drop for drop in source.drop if not drop.is_applied], language)
    return lines + _unused(source, language)


def _keys(source: ProposedSource) -> Iterator[tuple[str, str | None, str | None]]:
    """The keys of an entry that take one value each, with what stands behind them; None where the entry has none."""
    scale = source.score_scale
    yield "sheets", _listed(source.sheets) if source.sheets else None, None
    yield "belongs_to", _given(source.belongs_to), _("the source that holds the orders; they meet by order number")
    yield "period", source.period, _("the time that the totals cover: last_12_months or lifetime")
    yield "part_column", _given(source.part_column), _("each of its values counts as a file of its own")
    yield "currency", source.currency, None
    yield (
        "score_scale",
        None if scale is None else f"[{scale[0]:g}, {scale[1]:g}]",
        _("lowest and highest score possible; please check"),
    )
    yield "default_kind", _given(source.default_kind), _("the kind of every row; please check")
    yield "return_order_pattern", _given(source.return_order_pattern), _("ids of returns and cancellations")
    yield "needs_paid_at", "true" if source.needs_paid_at else None, _("an order without a time of payment was never paid")


def _given(text: str | None) -> str | None:
    return None if text is None else quoted(text)


def _shape(shape: Shape) -> list[str]:
    if shape.is_plain:
        return []
    lines = []
    if shape.header_rows:
        lines.append(f"header_rows: [{', '.join(str(row) for row in shape.header_rows)}]")
    lines += ["no_header: true"] * shape.no_header
    lines += [f"skip_after_header: {shape.skip_after_header}"] * bool(shape.skip_after_header)
    lines += [f"sections: {quoted(shape.sections or '')}"] * bool(shape.sections)
    lines += [f"fill_down: {_listed(shape.fill_down)}"] * bool(shape.fill_down)
    if shape.unpivot:
        turned = shape.unpivot
        lines.append(
            f"unpivot: {{columns: {_listed(turned.columns)}, name: {quoted(turned.name)}, value: {quoted(turned.value)}}}"
        )
    lines += ["drop_totals: true"] * shape.drop_totals
    return ["  shape:", *(f"    {line}" for line in lines)]


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(quoted(name) for name in names)}]"


def _unknown_feed(language: Language) -> str:
    choices = _say(_("one of: {feeds}"), language, feeds=", ".join(Feed))
    return f"feed:  # {choices}"


def _files(source: ProposedSource) -> list[str]:
    if source.database is not None:
        return [f"  database: {{url: {quoted(source.database.url)}, table: {quoted(source.database.table or '')}}}"]
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
    keys = {"column": quoted(column.column)} if column.column else {}
    # The unit of money is written wherever it is not plain yuan, so that nobody has to know that it was in the header.
    if field.cell is Cell.MONEY and column.unit is not MoneyUnit.YUAN:
        keys["unit"] = column.unit.value
    if column.decimal is not None:
        keys["decimal"] = column.decimal.value
    if column.date_order is not None:
        keys["date_order"] = column.date_order.value
    if column.made_of:
        keys["made_of"] = _listed(column.made_of)
    if column.also:
        keys["also"] = _listed(column.also)
    if column.optional:
        keys["optional"] = "true"
    if keys.keys() == {"column"}:
        return keys["column"]
    return f"{{{', '.join(f'{name}: {value}' for name, value in keys.items())}}}"


def _applied(rules: list[ProposedDrop], language: Language) -> list[str]:
    """Rules that leave rows out without being asked, since their words leave no doubt."""
    if not rules:
        return []
    title = _say(_("rows of kinds that are no sales"), language)
    lines = [f"  drop:  # {title}"]
    for each in rules:
        rule = each.rule
        what = f"values: {_listed(rule.values)}" if rule.values else f"pattern: {quoted(rule.pattern or '')}"
        lines.append(f"    - {{column: {rule.column}, {what}, reason: {rule.reason}}}")
    return lines


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
    return translate_visibly(text, language, **values)


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
    return visible(re.sub(r"\s+", " ", text).strip())


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def quoted(text: str) -> str:
    """The text as a YAML scalar that reads back as the same text, also inside ``{}`` and ``[]``.

    >>> quoted("订单付款时间"), quoted("orders/*.csv"), quoted("2021"), quoted("a: b")
    ('订单付款时间', 'orders/*.csv', '"2021"', '"a: b"')
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_WITH_MEANING and not text.endswith(" "):
        return text
    # YAML reads these escapes as Python writes them; JSON's two halves of one character it would not put together.
    return visible(json.dumps(text, ensure_ascii=False))
