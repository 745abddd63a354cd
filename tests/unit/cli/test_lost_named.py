"""One meaning of lost per screen, named: whoever prints the plain word prints the rule by which customers are lost too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fenji.language import Language
from fenji.wording.reasons import LOST_BY_RULE, tier_name
from fenji.wording.rules import Wording
from fixtures.published_reviews import POLICY

SCREENS = sorted((Path(__file__).parents[3] / "src" / "fenji" / "cli").glob("*.py"))
PLAIN = re.compile(r'_\("[-(+ ]*lost[ )]*(?:\(churn\))?"\)')


@pytest.mark.parametrize(
    "screen", [each for each in SCREENS if PLAIN.search(each.read_text("utf-8"))], ids=lambda each: each.stem
)
def test_a_screen_that_says_lost_says_by_which_rule(screen: Path) -> None:
    assert re.search(r"lost\.sentence|lost_sentence", screen.read_text("utf-8"))


def test_customers_without_a_tier_are_lost_by_the_rule_of_the_tiers() -> None:
    said = {language: tier_name(POLICY, None, Wording({}, language)) for language in Language}
    assert said == {Language.EN: LOST_BY_RULE, Language.ZH: "按等级规则已流失"}
