"""`fenji selftest` at the command line: every check is shown, and one that differs ends it with a failure. No world."""

from __future__ import annotations

import json

from fenji.cli.main import answer
from fenji.cli.output import Output
from fenji.cli.selftest import show
from fenji.language import Language
from fenji.workflow import selftest
from fenji.workflow.selftest import Check, self_test


def test_scripts_and_people_get_every_check(capsys):
    result = self_test()
    assert answer(["selftest", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["is_passed"], told["run_id"], len(told["checks"])) == (True, None, len(result.checks))
    show(result, Output(Language.ZH, is_json=False))
    assert "Kalbfleisch" in capsys.readouterr().out


def test_a_figure_that_differs_ends_the_command_with_a_failure(capsys, monkeypatch):
    monkeypatch.setattr(selftest, "PARTS", (lambda: iter([Check("a subject", "r", "0.243", 0.2436, "nobody")]),))
    assert answer(["selftest"]) == 70
    assert "DIFFERS" in capsys.readouterr().out
