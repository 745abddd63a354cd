"""What score does a cell say? Numbers, numbers with what they count (5星, 4/5), stars, and the words of satisfaction surveys.

Source  words stand evenly on the scale of their source: with five steps for more or less satisfied, with three for good, neutral, bad
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fenji.prepare.amounts import AMOUNT, number
from fenji.prepare.cells import Cells

_WORDS: tuple[tuple[str, str], ...] = (
    ("1", r"非常满意|十分满意|很满意|极其满意|很好|非常好|好评|优秀?|极好|五星|verysatisfied|extremelysatisfied|highlysatisfied|completelysatisfied|excellent|verygood|good|great|awesome|positive|thumbsup|happy|verylikely|stronglyagree"),
    ("0.75", r"满意|比较满意|较满意|基本满意|良好?|好|satisfied|somewhatsatisfied|mostlysatisfied|agree|likely"),
    ("0.5", r"一般|中评|中等?|普通|还行|尚可|中立|neutral|neither|neithersatisfiednordissatisfied|average|ok|okay|fair|mixed|soso"),
    ("0.25", r"不满意|比较不满意|较不满意|不太满意|较差|dissatisfied|unsatisfied|notsatisfied|somewhatdissatisfied|disagree|unlikely"),
    ("0", r"非常不满意|十分不满意|很不满意|极不满意|很差|非常差|差评|差|极差|verydissatisfied|extremelydissatisfied|highlydissatisfied|completelydissatisfied|terrible|verybad|bad|poor|verypoor|awful|negative|thumbsdown|unhappy|veryunlikely|stronglydisagree"),
)  # fmt: skip
"""Share of the scale -> words."""

_NONE_GIVEN = "^(?:offered|notoffered|unoffered|notrated|unrated|norating|noanswer|noresponse|notanswered|skipped|pending|n/a|na|未评价|未评分|未评|待评价|无评价|无评分|未填写|未作答|未回答|跳过|不适用|不清楚)$"
_OF = r"^([0-9]+(?:\.[0-9]+)?)(?:/|outof|of)([0-9]+(?:\.[0-9]+)?)(?:分|星|stars?|points?)?$"
_STARS = r"^[★⭐]{1,10}[☆]*\z|^☆{1,10}\z"


def score(cells: Cells, scale: tuple[float, float]) -> ir.DecimalValue:
    """A score on the scale of its source, as decimal(18, 4); null where none is given or none can be read.

    Args:
        cells: such as ``4``, ``5星``, ``4/5``, ``★★★★☆``, ``满意`` or ``Very satisfied``.
        scale: its lowest and highest score.
    """
    lowest, highest = (ibis.literal(str(end)).cast(AMOUNT) for end in scale)
    said = _plain(cells)
    words = ibis.cases(*((said.re_search(f"^(?:{pattern})$"), share) for share, pattern in _WORDS), else_=ibis.null("string"))
    given, out_of = (said.re_extract(_OF, group).try_cast("decimal(8, 4)") for group in (1, 2))
    share = words.try_cast("decimal(8, 4)").fill_null(
        (given.cast("float64") / out_of.nullif(0).cast("float64")).try_cast("decimal(8, 4)")
    )
    on_scale = (lowest + share * (highest - lowest)).cast(AMOUNT)
    stars = ibis.ifelse(said.re_search(_STARS), said.re_replace("☆", "").length(), ibis.null("int64")).cast(AMOUNT)
    return ibis.coalesce(number(cells), stars, ibis.ifelse(out_of == highest, given.cast(AMOUNT), on_scale))


def is_none_given(cells: Cells) -> ir.BooleanValue:
    """Whether the cell says that nobody gave a score: Not offered, 未评价; never null."""
    return _plain(cells).re_search(_NONE_GIVEN).fill_null(ibis.literal(value=False))


def _plain(cells: Cells) -> ir.StringValue:
    return cells.said.lower().re_replace(r"[ \t_-]", "")
