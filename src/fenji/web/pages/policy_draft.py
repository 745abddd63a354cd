"""What would other thresholds change, and how do they become a draft? The editor of a policy, with numbers while something moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from fenji.analyze.policies.suggestions import Method
from fenji.analyze.whatif.comparing import Direction
from fenji.answers.drafts import DraftResult
from fenji.answers.editing import EditedGroup, EditedLine, EditedPolicy
from fenji.answers.trying import TryResult
from fenji.domain.access import Right
from fenji.domain.jobs import JobKind
from fenji.domain.metrics import REVENUE
from fenji.domain.telling import AS_IT_IS
from fenji.errors import FenjiError, InvalidArgument, Kind, NotFound, Place, Problem
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.trials import try_histogram
from fenji.web import scope as scopes
from fenji.web.drawn import Drawn
from fenji.web.editing import cuts_of, edits_of, folded, numbers_of, text_of, unfolded
from fenji.web.failing import told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.pages.policies import MOST_NUMBER, OPEN, Number, status_names
from fenji.web.replays import REVIEWS, replay_of
from fenji.web.trials import LINES, Desk, asked_list, data, is_listing, part, steps_of, told_trial
from fenji.web.visiting import SendingDraft, SendingTrial, Trying, Visit
from fenji.wording import figures
from fenji.work.asking import start_job
from fenji.workflow.drafting.deciding import submit_draft
from fenji.workflow.drafting.writing import change_draft, list_drafts, make_draft, show_draft
from fenji.workflow.editing import Edits, begin_text, cuts_between, cuts_in, edited_policy, lines_with
from fenji.workflow.suggesting import METHOD_WORDS, suggest_draft
from fenji.workflow.trying import Tries, trial_list, try_cuts
from fenji.workflow.workspace_now import workspace_now
from fenji.workspace.limits import refuse_limited

PAGE = Page(
    "/policies/{slug}/draft",
    Entry.POLICIES,
    _("What other thresholds would change"),
    Right.WHATIF_ASK,
    is_tab=False,
    has_scope=False,
)
AFFECTED = 4
"""Customers shown of each direction."""
_Cuts = Annotated[tuple[str, ...], Query()]

router = APIRouter()


@dataclass(frozen=True)
class _Edited:
    """What stands in the editor."""

    slug: str
    draft: DraftResult | None
    """None: nothing is kept yet."""
    kept: str
    """The text that the address alone leads to."""
    policy: EditedPolicy
    """The text as it stands in the editor."""
    metric: str | None
    as_of: date | None
    why: str = ""
    problems: tuple[Mapping[str, str], ...] = ()
    said: str = ""

    @property
    def text(self) -> str:
        """As it stands in the editor."""
        return self.policy.text


@dataclass(frozen=True)
class _Typed:
    """What somebody has typed, told as it was typed."""

    why: Annotated[str, AS_IT_IS]
    folded: Annotated[str, AS_IT_IS]


@dataclass(frozen=True)
class _Written:
    """A text for its field."""

    text: Annotated[str, AS_IT_IS]
    lines: Annotated[Mapping[str, str], AS_IT_IS]
    folded: Annotated[str, AS_IT_IS]


@router.get(PAGE.address)
def editor(visit: Trying, slug: str, draft: Number = None, cut: _Cuts = (), metric: str | None = None) -> Response:
    """The rules as they are kept, with the numbers that the address names."""
    found, kept = _kept(visit, slug, draft)
    numbers = cuts_of(cut)
    lines = visit.read(lambda _root: _lines_with(kept, numbers)) if numbers else {}
    policy = visit.read(lambda root: edited_policy(root, kept, Edits(lines=lines)))
    return _shown(visit, _Edited(slug, found, kept, policy, metric, visit.scope.as_of))


@router.post(f"{PAGE.address}")
def applied(visit: SendingTrial, slug: str, sent: Sent) -> Response:
    """The editor after what was typed or pressed; nothing is kept."""
    return _shown(visit, _of_form(visit, slug, sent, edits_of(sent)))


@router.post("/policies/{slug}/try")
def tried(visit: SendingTrial, slug: str, sent: Sent) -> Response:
    """The figures alone, for the island of the editor."""
    try:
        return data(visit, visit.read(lambda root: _figures(visit, root, slug, sent)))
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return data(visit, {"problems": told_problems(failed, visit.language)}, status=status_of(failed))


@router.post("/policies/{slug}/draft/text")
def written(visit: SendingTrial, slug: str, sent: Sent) -> Response:
    """The text with what stands in the fields, for the island of the editor."""
    found = _of_form(visit, slug, sent, edits_of(sent))
    lines = {each.key: each.rule for rule in found.policy.rules for each in _lines(rule.group)}
    return data(visit, _Written(found.text, lines, folded(cuts_between(found.kept, found.text))))


@router.post("/policies/{slug}/draft/affected")
def affected(visit: SendingTrial, slug: str, sent: Sent) -> Response:
    """The customers who would be affected most, for the island of the editor."""
    edited = _of_form(visit, slug, sent, edits_of(sent))
    return data(visit, _affected(visit, edited))


@router.post("/policies/{slug}/draft/save")
def saved(visit: SendingDraft, slug: str, sent: Sent) -> Response:
    """Keeps the text as a draft: the one that is open, where it is one's own, else a new one."""
    edited = _of_form(visit, slug, sent, edits_of(sent))
    try:
        draft = _save(visit, edited, sent)
    except FenjiError as failed:
        return _failed(visit, edited, failed)
    return visit.sent_to(_address(visit, slug, draft), _("Kept as draft {number}."), number=draft.draft.draft_id)


@router.post("/policies/{slug}/draft/submit")
def submitted(visit: SendingDraft, slug: str, sent: Sent) -> Response:
    """Keeps the text and asks for its approval."""
    edited = _of_form(visit, slug, sent, edits_of(sent))
    try:
        draft = _save(visit, edited, sent)
        edited = replace(edited, draft=draft, kept=draft.text)
        number, edition = draft.draft.draft_id, draft.draft.edition
        visit.changed(lambda root: submit_draft(root, number, edited.why, edition=edition, by=visit.caller))
    except FenjiError as failed:
        return _failed(visit, edited, failed)
    return visit.sent_to(f"/policies/drafts/{number}", _("Draft {number} waits for approval."), number=number)


@router.post("/policies/{slug}/draft/replay")
def replayed(visit: SendingDraft, slug: str, sent: Sent) -> Response:
    """Keeps the text as a draft and starts its replay over the last reviews."""
    edited = _of_form(visit, slug, sent, edits_of(sent))

    def make(root: Path) -> DraftResult:
        if not visit.may(Right.RUNS_START):
            from_right = _("a replay needs the right {right}.")
            raise InvalidArgument.of(from_right, right=Right.RUNS_START.value)
        refuse_limited()
        kept = _save(visit, edited, sent)
        told: dict[str, object] = {"text": kept.text, "reviews": REVIEWS}
        if edited.as_of is not None:
            told["as_of"] = edited.as_of.isoformat()
        start_job(root, JobKind.REPLAY, told, principal=visit.caller.principal)
        return kept

    try:
        draft = visit.changed(make)
    except FenjiError as failed:
        return _failed(visit, edited, failed)
    return visit.sent_to(
        f"{_address(visit, slug, draft)}#replay", _("The reviews are being replayed. Open this page again in a moment.")
    )


@router.post("/policies/{slug}/draft/suggest")
def suggested(visit: SendingDraft, slug: str, sent: Sent) -> Response:
    """Begins a draft with thresholds from the data; nothing of it is in force."""
    edited = _of_form(visit, slug, sent, Edits())
    method, tiers = sent.text("suggest_method"), sent.text("suggest_tiers")
    try:
        if method not in tuple(Method) or not tiers.isdecimal():
            raise InvalidArgument.of(_("choose a method and how many tiers."))
        found = visit.changed(
            lambda root: suggest_draft(
                root,
                metric=sent.text("suggest_metric") or REVENUE,
                tiers=int(tiers[:2]),
                method=Method(method),
                policy=slug,
                by=visit.caller,
            )
        )
    except FenjiError as failed:
        return _failed(visit, edited, failed)
    place = f"/policies/{slug}/draft?draft={found.draft_id}"
    return visit.sent_to(
        place, _("Draft {number} holds the suggested thresholds; nothing follows them yet."), number=found.draft_id
    )


def _kept(visit: Visit, slug: str, draft: int | None) -> tuple[DraftResult | None, str]:
    if draft is None:
        return None, visit.read(lambda root: begin_text(root, slug))
    found = visit.read(lambda root: show_draft(root, draft))
    if found.draft.policy not in (slug, None):
        raise NotFound.of(_("draft {number} is one of policy {policy}."), number=draft, policy=found.draft.policy)
    return found, found.text


def _lines_with(text: str, numbers: Any) -> dict[str, str]:  # noqa: ANN401 - numbers by key
    """Lines of a text with numbers in them; none where the text is no policy."""
    try:
        return lines_with(text, numbers)
    except FenjiError:
        return {}


def _of_form(visit: Visit, slug: str, sent: Form, edits: Edits) -> _Edited:
    number = sent.text("draft")
    draft = int(number) if number.isdecimal() and int(number[:11]) <= MOST_NUMBER else None
    found, kept = _kept(visit, slug, draft)
    policy = visit.read(lambda root: edited_policy(root, text_of(sent), edits))
    as_of = scopes.day_of(sent.text("as_of")) or visit.scope.as_of
    return _Edited(slug, found, kept, policy, sent.text("metric") or None, as_of, sent.text("why"))


def _figures(visit: Visit, root: Path, slug: str, sent: Form) -> dict[str, Any]:
    """A trial of what stands in the fields: of their numbers alone where only numbers have changed."""
    text, edits = text_of(sent), numbers_of(sent)
    as_of, metric = scopes.day_of(sent.text("as_of")) or visit.scope.as_of, sent.text("metric") or None
    number = sent.text("draft")
    cuts, before = cuts_in(text, edits), unfolded(sent)
    wanted = text if cuts is not None else edited_policy(root, text, edits).text
    found = try_cuts(root, Tries(policy=slug, text=wanted, cuts=cuts or {}, as_of=as_of), metric=metric, with_steps=False)
    linked = None if cuts is None or before is None else {**before, **cuts}
    desk = Desk(slug, int(number) if number.isdecimal() else None, linked, metric)
    return told_trial(visit, found, desk)


def _tries(edited: _Edited) -> tuple[Tries, Mapping[str, Any] | None]:
    """What is tried, and how an address says it; None: no address can."""
    cuts = cuts_between(edited.kept, edited.text)
    if cuts is None:
        return Tries(policy=edited.slug, text=edited.text, as_of=edited.as_of), None
    return Tries(policy=edited.slug, text=edited.kept, cuts=cuts, as_of=edited.as_of), cuts


def _shown(visit: Visit, edited: _Edited, *, status: int = 200) -> Response:
    tries, cuts = _tries(edited)
    number = None if edited.draft is None else edited.draft.draft.draft_id
    desk = Desk(edited.slug, number, cuts, edited.metric)
    page = replace(PAGE, title=edited.slug)
    drawer = _drawer(visit, tries)
    if is_listing(visit):
        return visit.shown(page, "pages/policy_draft.html", {}, drawer=drawer)
    block = (
        visit.block(lambda root: try_cuts(root, tries, metric=edited.metric))
        if edited.policy.rules or edited.policy.policy
        else None
    )
    found = block.found if block is not None and isinstance(block.found, TryResult) else None
    chart = None if found is None else try_histogram(found, Reader(visit.language, visit.view))
    now = visit.read(workspace_now)
    values = {
        "head": "parts/draft_head.html",
        "edited": edited.policy,
        "is_kept": edited.text == edited.kept and edited.draft is not None,
        "is_dirty": edited.text != edited.kept,
        "slug": edited.slug,
        "draft": edited.draft,
        "is_own": edited.draft is None or edited.draft.draft.author == visit.caller.principal.name,
        "typed": _Typed(edited.why, folded(cuts)),
        "problems": list(edited.problems),
        "trial": None if found is None else told_trial(visit, found, desk),
        "steps": None if found is None else steps_of(visit, found.metrics, found.currency),
        "block": block,
        "histogram": None if chart is None else Drawn("histogram", chart),
        "metric": None if found is None or found.histogram is None else found.histogram.metric,
        "currency": now.currency,
        "reviews": now.reviews,
        "day": edited.as_of or now.as_of,
        "now_version": now.version if now.policy == edited.slug else None,
        "affected": None if found is None else visit.block(lambda _root: _affected(visit, edited)).found,
        "replay": visit.block(lambda root: replay_of(visit, root, edited.text)),
        "review_count": REVIEWS,
        "drafts": [each for each in visit.read(list_drafts).drafts if each.policy == edited.slug and each.status in OPEN],
        "methods": [(each.value, visit.say(text)) for each, text in METHOD_WORDS.items()],
        "operators": _operators(visit),
        "figures": figures.as_data(visit.language),
        "status_names": status_names(visit),
    }
    return visit.shown(
        page, "pages/policy_draft.html", values, status=status, drawer=drawer, opens_at=desk.place(visit, as_of=edited.as_of)
    )


def _drawer(visit: Visit, tries: Tries) -> Callable[[], Markup]:
    """The list behind a number of the trial."""

    def made() -> Markup:
        query = visit.request.query_params
        try:
            parts = dict(parse_qsl(query[scopes.LIST], strict_parsing=bool(query[scopes.LIST]), max_num_fields=10))
        except ValueError:
            words = _("'{value}' is no condition of a list, such as tier=vip.")
            raise InvalidArgument(Problem(words, {"value": query[scopes.LIST][:60]}, Place(column="?list"))) from None
        asked = asked_list(parts)
        found = visit.read(lambda root: trial_list(root, tries, **asked, limit=LINES, after=query.get("list_after")))
        trial = visit.read(lambda root: try_cuts(root, tries, with_steps=False))
        tiers = {side: _ranks(policy) for side, policy in (("now", trial.current), ("then", trial.new))}
        return part(visit, "trial_drawer.html", {"list": found, "tiers": tiers})

    return made


def _ranks(policy: Any) -> dict[str, Mapping[str, object]]:  # noqa: ANN401 - one side of a trial
    return {each.tier: {"name": each.name, "rank": rank, "of": len(policy.tiers)} for rank, each in enumerate(policy.tiers)}


def _affected(visit: Visit, edited: _Edited) -> dict[str, Any]:
    """Of each direction the customers with the largest revenue, as they stand in the table."""
    tries, _cuts = _tries(edited)
    if not visit.may(Right.CUSTOMERS_READ):
        return {"rows": []}
    trial = visit.read(lambda root: try_cuts(root, tries, with_steps=False))
    now, then = (visit.told(_ranks(each)) for each in (trial.current, trial.new))
    rows: list[dict[str, Any]] = []
    for way, moved in ((Direction.UP, trial.up), (Direction.DOWN, trial.down)):
        if not moved.customers:
            continue
        found = visit.read(partial(trial_list, tries=tries, direction=way, limit=AFFECTED))
        for each in visit.told(found)["rows"]:
            money = figures.money(each["net_revenue_12m"], found.currency)
            rows.append(
                {
                    "customer": each["customer_id"] or figures.UNKNOWN,
                    "now": now[each["from_tier"]],
                    "then": then[each["to_tier"]],
                    "money": money,
                }
            )
    return {"rows": rows}


def _save(visit: Visit, edited: _Edited, sent: Form) -> DraftResult:
    draft = edited.draft
    if draft is None or draft.draft.author != visit.caller.principal.name:
        return visit.changed(lambda root: make_draft(root, edited.text, by=visit.caller))
    seen = sent.text("edition")
    edition = int(seen) if seen.isdecimal() else 0
    number = draft.draft.draft_id
    return visit.changed(lambda root: change_draft(root, number, edited.text, edition=edition, by=visit.caller))


def _failed(visit: Visit, edited: _Edited, failed: FenjiError) -> Response:
    """The editor with what is wrong; what was typed stands there still."""
    if failed.kind is Kind.BUG:
        raise failed
    problems = tuple(told_problems(failed, visit.language))
    return _shown(visit, replace(edited, problems=problems), status=status_of(failed))


def _address(visit: Visit, slug: str, draft: DraftResult) -> str:
    own = [("draft", str(draft.draft.draft_id)), *visit.scope.pairs()]
    return scopes.address(f"/policies/{slug}/draft", own)


def _operators(visit: Visit) -> list[tuple[str, str]]:
    told = [(each, each) for each in (">=", ">", "<=", "<", "=", "!=")]
    signs = {">=": "≥", "<=": "≤", "!=": "≠"}
    more = [("top", _("in the top … %")), ("null", _("is not known")), ("not null", _("is known"))]
    return [(value, signs.get(text, text)) for value, text in told] + [(value, visit.say(text)) for value, text in more]


def _lines(group: EditedGroup) -> Iterator[EditedLine]:
    for each in group.parts:
        if isinstance(each, EditedGroup):
            yield from _lines(each)
        else:
            yield each
