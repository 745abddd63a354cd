"""Both engines lay the two sides of a replay beside each other alike."""

from __future__ import annotations

import pytest

from fenji.engines.engine import Engine
from unit.analyze.whatif.test_replaying import answers


@pytest.mark.proof
@pytest.mark.spark
def test_the_engines_agree_on_a_replay(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    for name, answer in expected.items():
        assert sorted(found[name], key=str) == sorted(answer, key=str), name
        assert answer
