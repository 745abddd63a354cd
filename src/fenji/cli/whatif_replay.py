"""What does ``fenji whatif --replay`` show: the last reviews under two policies side by side, the final tiers, and the causes of differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fenji.analyze.movements.flows import joint_ladder
from fenji.analyze.whatif.replaying import RulePart
from fenji.answers.whatif import ReplayedReview, ReplayResult
from fenji.cli.output import Col, Output, money, number
from fenji.cli.whatif_tables import show_affected, show_moves, show_tiers
from fenji.domain.policies import Policy
from fenji.language import message as _
from fenji.wording.reasons import CAUSE_NAMES, tier_name
from fenji.wording.reviews import lost_sentence
from fenji.wording.rules import Wording

PART_NAMES = {RulePart.QUALIFY: _("to gain"), RulePart.KEEP: _("to keep"), RulePart.CAP: _("cap, at most")}

CAUSES_SHOWN = 20
"""Groups of causes listed for people, falls first; --json lists them all."""

Cell = Callable[[ReplayedReview], int | None]


def render(result: ReplayResult, output: Output) -> None:
    """The answer for people or for scripts."""
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: ReplayResult, output: Output) -> None:
    """The comparison for people."""
    output.warn(result.warnings)
    wording = _wording(result, output)
    _show_head(result, output)
    _show_counts(result, wording, output)
    _show_changes(result, output)
    for title, side in ((_("Current policy at {as_of}"), result.current), (_("New policy at {as_of}"), result.new)):
        output.heading(title, as_of=result.as_of)
        show_tiers(side.tiers, result.currency, output)
    show_moves(result, wording, output)
    _show_causes(result, wording, output)
    _show_lines(result, wording, output)
    show_affected(result, wording, output)


def _show_head(result: ReplayResult, output: Output) -> None:
    old, new = result.old_policy, result.new_policy
    output.heading(
        _("Reviews from {begins_on} to {as_of}: policy {policy} version {version} beside {new_policy} version {new_version}"),
        begins_on=result.begins_on,
        as_of=result.as_of,
        policy=old.slug,
        version=old.version,
        new_policy=new.slug,
        new_version=new.version,
    )
    output.say(_("Both with keep rules, hold, grace, caps and overrides. Nothing is stored, and nobody is moved."))
    if result.is_published:
        output.say(_("The current side is what run {run_id} decided."), run_id=result.run_id)
    else:
        output.say(
            _("The current side was decided for this comparison; reviews that run {run_id} published up to {as_of}: {count}."),
            run_id=result.run_id,
            as_of=result.as_of,
            count=result.published_reviews,
        )
    if result.earlier_on is None:
        output.say(_("{begins_on} is the first review of both sides: nobody has a tier before it."), begins_on=result.begins_on)
    else:
        output.say(
            _("The new rules take effect with the review of {begins_on}; everybody begins with the tier of {earlier_on}."),
            begins_on=result.begins_on,
            earlier_on=result.earlier_on,
        )
    output.say("{line}", line=lost_sentence(result.lost, output.language))


def _show_counts(result: ReplayResult, wording: Wording, output: Output) -> None:
    """Customers per review and tier: the current policy's number, then the new one's."""
    output.heading(_("Customers at every review: current / new"))
    old, new = result.old_policy, result.new_policy
    ladder = joint_ladder(new, old)[::-1]

    def standing(tier: str) -> Cell:
        return lambda review: review.customers.get(tier)

    cells = [(_name(tier, new, old, wording), standing(tier)) for tier in ladder]
    everyone: Cell = lambda review: sum(review.customers.values())  # noqa: E731 - one of the cells above
    _show_side_by_side(result, [*cells, (output.text(_("all")), everyone)], output)


def _show_changes(result: ReplayResult, output: Output) -> None:
    """Changes at each review under both policies."""
    output.heading(_("Changes at every review: current / new"))

    def counted(name: str) -> Cell:
        return lambda review: getattr(review, name)

    titles = (
        ("upgraded", _("upgraded")),
        ("downgraded", _("downgraded")),
        ("new", _("new")),
        ("returned", _("returned")),
        ("lost", _("lost")),
    )
    _show_side_by_side(result, [(output.text(title), counted(name)) for name, title in titles], output)


def _show_side_by_side(result: ReplayResult, columns: Sequence[tuple[str, Cell]], output: Output) -> None:
    now, then = ({each.as_of: each for each in side} for side in (result.current.reviews, result.new.reviews))

    def one(side: dict[date, ReplayedReview], day: date, cell: Cell) -> str:
        return number(cell(side[day]) if day in side else None)

    rows = [
        (str(day), *(f"{one(now, day, cell)} / {one(then, day, cell)}" for _title, cell in columns))
        for day in sorted({*now, *then})
    ]
    output.table([Col(output.text(_("review"))), *(Col(title, is_number=True) for title, _cell in columns)], rows)
    if now.keys() != then.keys():
        output.say(_("- : no review under that policy on that day; its tiers are those of its review before."))


def _show_causes(result: ReplayResult, wording: Wording, output: Output) -> None:
    """Causes of different final tiers."""
    if not result.causes:
        output.say(_("Everybody ends in the same tier under both."))
        return
    output.heading(_("Customers who end in another tier, by the rule that decided on {as_of}"), as_of=result.as_of)
    titles = [_("current tier"), _("new tier"), _("current decision"), _("new decision")]
    columns = [Col(output.text(title)) for title in titles]
    columns.append(Col(output.text(_("customers")), is_number=True))
    columns.append(Col(output.text(_("revenue of 12 months ({currency})"), currency=result.currency), is_number=True))
    old, new = result.old_policy, result.new_policy
    rows = [
        (
            tier_name(old, each.from_tier, wording),
            tier_name(new, each.to_tier, wording),
            output.text(CAUSE_NAMES[each.current_cause]),
            output.text(CAUSE_NAMES[each.new_cause]),
            number(each.customers),
            money(each.net_revenue_12m),
        )
        for each in result.causes[:CAUSES_SHOWN]
    ]
    output.table(columns, rows)
    if len(result.causes) > CAUSES_SHOWN:
        more = number(len(result.causes) - CAUSES_SHOWN)
        output.say(_("... and {more} more {more:group|groups}; --json lists them all."), more=more)


def _show_lines(result: ReplayResult, wording: Wording, output: Output) -> None:
    """Line by line, what the rules of both have to do with it."""
    for title, policy, lines, decides in (
        (
            _("New rules, line by line"),
            result.new_policy,
            result.new.lines,
            _("stand lower than today, not met by them (cap: held down by it)"),
        ),
        (
            _("Current rules, line by line"),
            result.old_policy,
            result.current.lines,
            _("would stand higher, not met by them today (cap: held down by it)"),
        ),
    ):
        output.heading(title)
        columns = [Col(output.text(_("tier"))), Col(output.text(_("for"))), Col(output.text(_("rule")), may_wrap=True)]
        columns += [Col(output.text(_("met by")), is_number=True), Col(output.text(decides), is_number=True, may_wrap=True)]
        rows = [
            (
                tier_name(policy, each.tier, wording),
                output.text(PART_NAMES[each.part]),
                each.sentence.in_language(output.language),
                number(each.met),
                number(each.decides),
            )
            for each in lines
        ]
        output.table(columns, rows)


def _name(tier: str, new: Policy, old: Policy, wording: Wording) -> str:
    owner = new if tier in {each.slug for each in new.tiers} else old
    return tier_name(owner, tier, wording)


def _wording(result: ReplayResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)
