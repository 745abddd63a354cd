"""What do the documents of the loyalty program say, and how do they become law? Programs, offers and benefits: checked, published, shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.loyalty.benefits import BenefitsCostResult, BenefitsResult
from fenji.answers.loyalty.offers import OffersResult, VersionsOfOffers
from fenji.answers.loyalty.points import ProgramResult
from fenji.api.asking import Approving, ChangingOffers, Figures
from fenji.api.bodies.points import Document, DocumentBody
from fenji.api.once import done_once
from fenji.api.parameters import Day, Policy
from fenji.api.routes.describing import answered_by
from fenji.workflow.loyalty.benefits import cost_benefits, lint_benefits_text, publish_benefits_text, show_benefits
from fenji.workflow.loyalty.offers import lint_offers_text, list_offers, publish_offers_text, show_offers
from fenji.workflow.loyalty.points_rules import lint_program_text, publish_program_text

router = APIRouter(tags=["offers"])

On = Annotated[Day | None, Query(description="As they are in force on this day; left out: today.")]
PROGRAM, OFFERS, BENEFITS = "loyalty.yaml", "offers.yaml", "benefits.yaml"
"""What texts are called where something is wrong with them."""


@router.post("/points/programs/lint", summary="What is wrong with a loyalty program", **answered_by(ProgramResult, body=Document))
def program_checked(asking: ChangingOffers, body: DocumentBody) -> Response:
    """Every problem of a loyalty.yaml at its line; nothing is kept."""
    return asking.fresh(lambda root: lint_program_text(root, body.text, PROGRAM))


@router.post(
    "/points/programs",
    summary="Publish a version of a loyalty program",
    **answered_by(ProgramResult, status=201, body=Document, is_once=True),
)
def program_published(asking: Approving, body: DocumentBody) -> Response:
    """Nobody can change it any more; what is granted from then on keeps it."""
    principal = asking.caller.principal
    return done_once(asking, asking.within(lambda root: publish_program_text(root, body.text, PROGRAM, principal=principal)))


@router.get("/offers", summary="The offers in force", **answered_by(OffersResult))
def offers(asking: Figures, *, on: On = None) -> Response:
    """With how far their limits are used."""
    return asking.fresh(lambda root: show_offers(root, on=on))


@router.get("/offers/versions", summary="Every version of the offers", **answered_by(VersionsOfOffers))
def versions(asking: Figures) -> Response:
    """From when each counts, and which one counts today."""
    return asking.fresh(list_offers)


@router.post("/offers/lint", summary="What is wrong with offers", **answered_by(OffersResult, body=Document))
def offers_checked(asking: ChangingOffers, body: DocumentBody) -> Response:
    """Every problem of an offers.yaml at its line; nothing is kept."""
    return asking.fresh(lambda root: lint_offers_text(root, body.text, OFFERS))


@router.post(
    "/offers", summary="Publish a version of the offers", **answered_by(OffersResult, status=201, body=Document, is_once=True)
)
def offers_published(asking: Approving, body: DocumentBody) -> Response:
    """Nobody can change it any more; vouchers that are issued from then on keep it."""
    principal = asking.caller.principal
    return done_once(asking, asking.within(lambda root: publish_offers_text(root, body.text, OFFERS, principal=principal)))


@router.get("/benefits", summary="What each tier gives", **answered_by(BenefitsResult))
def benefits(asking: Figures, *, policy: Policy = None, on: On = None) -> Response:
    """The benefits in force for the tiers of a policy."""
    return asking.fresh(lambda root: show_benefits(root, policy=policy, on=on))


@router.get("/benefits/cost", summary="What the benefits cost a year", **answered_by(BenefitsCostResult))
def cost(asking: Figures) -> Response:
    """Tier by tier, for the customers of the last review."""
    return asking.told(asking.read(cost_benefits))


@router.post("/benefits/lint", summary="What is wrong with benefits", **answered_by(BenefitsResult, body=Document))
def benefits_checked(asking: ChangingOffers, body: DocumentBody) -> Response:
    """Every problem of a benefits.yaml at its line; nothing is kept."""
    return asking.fresh(lambda root: lint_benefits_text(root, body.text, BENEFITS))


@router.post(
    "/benefits",
    summary="Publish a version of the benefits",
    **answered_by(BenefitsResult, status=201, body=Document, is_once=True),
)
def benefits_published(asking: Approving, body: DocumentBody) -> Response:
    """Nobody can change it any more."""
    principal = asking.caller.principal
    return done_once(asking, asking.within(lambda root: publish_benefits_text(root, body.text, BENEFITS, principal=principal)))
