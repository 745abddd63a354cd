"""What did customers say? Satisfaction, willingness to recommend, complaints and questionnaires on one scale.

Reads   raw.feedback as typed and attributed rows
Writes  clean.feedback: one row per piece of feedback
Units   score 0..100; moments UTC, days of the workspace's zone; hours_to_resolution in hours
Keeps   every row that has a moment, a kind that we know, a score inside its source's scale or none, and a customer
Source  scales are mapped linearly: on 0..10 the promoters' 9 and 10 are 90 and 100, the detractors' 0 to 6 are 0 to 60
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.events import qualified_id, supersede
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import FEEDBACK

_KINDS: tuple[tuple[str, str], ...] = (
    ("nps", "nps|net_?promot|promoter|recommend|净推荐|推荐意愿|推荐值"),
    ("complaint", "complain|grievance|ticket|投诉|客诉|抱怨|申诉|诉求|工单|维权|举报"),
    ("satisfaction", "satisf|csat|rating|review|满意|评价|评分|好评|差评|得分|打分"),
    ("questionnaire", "question|survey|poll|问卷|答卷|调查|调研"),
)
"""Our word -> what its words contain; the first that fits: a 满意度问卷 asks for satisfaction."""

_SECONDS_PER_HOUR = 3600


def judge_feedback(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Typed feedback rows with kinds in our words and scores on 0..100.

    Grain: one row per row given.
    Keeps: every row; rejected are those of no kind that we know, with a score outside the source's scale, and all but the
    newest of several rows with one feedback id (a resolved complaint is newer than an open one).
    """
    words = rows["kind"].lower()
    kind = ibis.cases(*((words.re_search(pattern), ours) for ours, pattern in _KINDS), else_=ibis.null("string"))
    lowest, highest = (_of_source(rows, sources, end) for end in (0, 1))
    score = rows["score"].cast("float64")
    checks = [
        Check(kind.isnull(), Reason.MISSING_KIND, "kind", "kind"),
        Check(~score.between(lowest, highest), Reason.INVALID_SCORE, "score", "score"),
    ]
    worded = rows.mutate(our_kind=kind, score=score, share=(score - lowest) * 100 / (highest - lowest))
    judged = leave_out(worded, checks)
    judged = judged.mutate(kind=judged["our_kind"], score=judged["share"]).drop("our_kind", "share")
    return supersede(judged, Feed.FEEDBACK, "feedback_id", sources, judged["resolved_at"].desc(nulls_first=False))


def make_feedback(rows: ir.Table) -> ir.Table:
    """clean.feedback of judged, attributed rows; a resolution before the complaint has no length."""
    rows = kept(rows)
    seconds = rows["resolved_at"].epoch_seconds() - rows["at"].epoch_seconds()
    rows = rows.mutate(
        feedback_id=qualified_id(rows, "feedback_id"),
        hours_to_resolution=ibis.ifelse(seconds >= 0, seconds.cast("float64") / _SECONDS_PER_HOUR, ibis.null("float64")),
    )
    return rows.select(FEEDBACK.schema.names).cast(FEEDBACK.schema)


def _of_source(rows: ir.Table, sources: Sequence[Source], end: int) -> ir.FloatingValue:
    """The lowest (0) or highest (1) score of each row's source."""
    own = [(each.name, float(each.score_scale[end])) for each in sources if each.feed is Feed.FEEDBACK]
    default = float(Source.score_scale[end])
    return rows["source"].cases(*own, else_=default).cast("float64") if own else ibis.literal(default)
