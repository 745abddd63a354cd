"""The command ``fenji demo``: the whole thread on a data set that ships with fenji, without network and without a file of yours."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.demo import DemoResult
from fenji.choices import EngineName
from fenji.cli import moves, quality, tiers, whatif, why
from fenji.cli.options import AsJson, Engine, Lang, engine_of
from fenji.cli.output import Col, Output, number
from fenji.documents.loyalty import LOYALTY_FILE
from fenji.language import Language
from fenji.language import message as _
from fenji.wording.referrals import REASONS, STATUSES
from fenji.workflow.demo import (
    ADVOCATE,
    AS_OF,
    FRIEND,
    IDEA_FILE,
    QUARTER_BEGAN,
    REVIEWS,
    has_points,
    largest_fall,
    make_demo,
    reviews_of,
)
from fenji.workflow.loyalty.points_figures import points_liability
from fenji.workflow.loyalty.points_post import post_points
from fenji.workflow.loyalty.points_rules import publish_program
from fenji.workflow.loyalty.referrals import claim_referral, referral_code
from fenji.workflow.moves import moves_between
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workflow.whatif import whatif_at
from fenji.workflow.why import why_of
from fenji.workspace.progress import Progress

EXAMPLES = "fenji demo\nfenji demo --workspace demo --lang zh"

DemoFolder = Annotated[
    Path,
    typer.Option(
        "--workspace", metavar=_("FOLDER"), help=_("Where to make the demo's workspace. Default: fenji-demo in this folder.")
    ),
]


def command(
    context: typer.Context,
    *,
    engine: Engine = None,
    workspace: DemoFolder = Path("fenji-demo"),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Makes the demo's workspace, runs it and prints what it found."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as progress:
        result = played(workspace, language=output.language, engine=engine_of(engine), progress=progress)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def played(root: Path, *, language: Language, engine: EngineName | None, progress: Progress) -> DemoResult:
    """Makes the demo's workspace (or uses it again), decides two years of reviews, and asks one question after the other."""
    began = time.monotonic()
    make_demo(root, language)
    run = run_all(root, as_of=AS_OF, history=REVIEWS, engine=engine, progress=progress)
    if not has_points(root):
        publish_program(root, root / LOYALTY_FILE)
    return DemoResult(
        workspace=str(root),
        run=run,
        quality=report_quality(root),
        tiers=tiers_at(root, as_of=AS_OF),
        reviews=reviews_of(root, run.run_id),
        moves=moves_between(root, earlier_on=QUARTER_BEGAN, as_of=AS_OF),
        why=why_of(root, largest_fall(root, run.run_id)),
        whatif=whatif_at(root, root / IDEA_FILE, as_of=AS_OF),
        points=post_points(root, progress=progress),
        liability=points_liability(root),
        referral=claim_referral(root, referral_code(root, ADVOCATE).code, FRIEND),
        seconds=round(time.monotonic() - began, 3),
    )


def show(result: DemoResult, output: Output) -> None:
    """The photograph, the film, one customer and one idea; then what to type next."""
    output.say(
        _("Online Retail II (CC BY 4.0, Chen, doi:10.24432/C5CG6D): invoices of a British gift shop, 2009-12-01 to 2011-12-09."),
    )
    output.heading(_("1. What became of the rows"))
    quality.show_account(result.quality, output)
    output.heading(_("2. Tiers as of {as_of}, by what customers spent in twelve months"), as_of=result.tiers.as_of)
    output.say("{line}", line=result.moves.lost.sentence.in_language(output.language))
    tiers.show_tiers(result.tiers, output)
    output.heading(_("3. Two years of monthly reviews: customers per tier"))
    _show_reviews(result, output)
    output.heading(_("4. The last quarter: who moved, and from opening to closing"))
    moves.show_moves(result.moves, output)
    output.heading(
        _("5. Why: {customer}, the largest customer who fell at the last review"), customer=result.why.customer_id or "-"
    )
    why.show_reasons(result.why, output)
    output.heading(_("6. What if VIP began at 8,000 instead of 10,000?"))
    whatif.show_summary(result.whatif, output)
    output.heading(_("7. Points of the last quarter, one for 10 pounds and more in higher tiers"))
    _show_points(result, output)
    output.console.print()
    output.say(_("Done in {seconds} s. Run {run_id}."), seconds=number(result.seconds, 1), run_id=result.run.run_id)
    output.heading(_("What to type next"))
    where = f"--workspace {result.workspace}"
    for line in (f"tiers {where} --as-of 2010-12-09 --by region", f"quality {where}", f"policy show {where}", "init shop"):
        output.say("  {program} {line}", program=_program(), line=line)


def _show_points(result: DemoResult, output: Output) -> None:
    """What was posted, what it will cost, and a referral."""
    posted, liability, (referral,) = result.points, result.liability, result.referral.referrals
    text = _("{orders} orders of the program are posted: {points} points are outstanding, and will cost {cost} {currency}.")
    output.say(
        text,
        orders=number(posted.orders_new + posted.orders_unchanged),
        points=number(liability.outstanding),
        cost=f"{liability.cost:,.2f}",
        currency=liability.currency,
    )
    text = _("{deferred} {currency} of revenue wait for them (IFRS 15).")
    output.say(text, deferred=f"{liability.deferred:,.2f}", currency=liability.currency)
    output.warn(posted.warnings)
    reasons = output.text(_(", ")).join(output.text(REASONS[each]) for each in referral.reasons)
    text = _("Customer {friend} says that {advocate} brought them: {status} ({reasons}).")
    status = output.text(STATUSES[referral.status])
    output.say(text, friend=FRIEND, advocate=ADVOCATE, status=status, reasons=reasons)


def _show_reviews(result: DemoResult, output: Output) -> None:
    """One row per review, the highest tier first."""
    tiers_down = list(reversed(result.tiers.tiers))
    names = [each.name.in_language(output.language) for each in tiers_down]
    rows = [
        (str(each.as_of), *(number(each.customers[tier.tier]) for tier in tiers_down), number(sum(each.customers.values())))
        for each in result.reviews
    ]
    head = [
        Col(output.text(_("review"))),
        *(Col(name, is_number=True) for name in names),
        Col(output.text(_("all")), is_number=True),
    ]
    output.table(head, rows)


def _program() -> str:
    """What to type for fenji here: its name where the shell finds it, else as it was called."""
    if shutil.which("fenji"):
        return "fenji"
    called = Path(sys.argv[0])
    return os.path.relpath(called) if called.name == "fenji" else "python -m fenji"
