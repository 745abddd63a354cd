"""How does the command line say what to do next? One sentence for each step, with the command or option that does it."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.steps import Step
from fenji.language import message as _

STEPS: Mapping[str, str] = {
    Step.ASK_AGAIN: _("Ask again with fenji map --ask."),
    Step.EXCHANGE_ENDS: _("Exchange --from and --to."),
    Step.CHOOSE_LATER_DAY: _("Choose a later day with --as-of."),
    Step.ADD_DAY: _("For the state of that day add: --as-of {newest}"),
    Step.TIERS_OF_DAY: _("For the tiers of that day run: fenji tiers --as-of {as_of}"),
    Step.CHOOSE_FOLDER: _("Choose another folder with --workspace."),
    Step.CHOOSE_POLICY: _("Choose one with --policy, or write `policy` in fenji.toml."),
    Step.TAKE_TEMPLATE: _("Take one from a template: fenji init {root} --template retail"),
    Step.PROPOSE_SOURCES: _("Let fenji propose one from your files: fenji map FILES… --workspace {folder} --write"),
    Step.RUN_FIRST: _("Run it with: fenji run --workspace {folder}"),
    Step.PUBLISH_WITHOUT: _(
        "Correct it in sources.yaml; fenji map {path} shows how it reads the file. To publish without it: fenji run{where} --force"
    ),
    Step.ONLY_SHOW: _("Leave --write out to see the proposal, and copy what you need."),
    Step.DECIDE_HISTORY: _("Keep the last reviews too: fenji run --history 24"),
    Step.DECIDE_SOME_REVIEWS: _("Decide some: fenji run --history 24"),
    Step.DECIDE_24_REVIEWS: _("Keep more reviews: fenji run --history 24"),
    Step.DECIDE_MORE_REVIEWS: _("Keep more reviews: fenji run --history N"),
    Step.DECIDE_PAST_REVIEWS: _("For the tiers of then keep past reviews: fenji run --history 24"),
    Step.DECIDE_NEW_HISTORY: _("For a new history: fenji run --history {count}"),
    Step.CHOOSE_LATER_OR_DECIDE_MORE: _("Choose a later one, or keep more reviews: fenji run --history {count}"),
    Step.ASK_FOR_REVIEWS: _("Give --history 1 to {most}."),
    Step.REPLAY_REVIEWS: _("Give --replay 1 to {most}."),
    Step.REPLAY_FEWER: _("Replay fewer reviews: --replay {most}"),
    Step.SAY_WHICH_SOURCE: _("Say which with --source."),
    Step.CHANGE_SPAN: _("Give a later --until, or an earlier --from."),
    Step.OTHER_METHODS: _("Use --method breaks or quantiles, which need no past."),
    Step.COMPARE_QUANTILES: _("Compare with: --method quantiles"),
    Step.RESET_TOTP: _("Have it reset: fenji person reset {login} --totp"),
    Step.WRITE_SHARES: _("Write them from the lowest tier up: --shares 50,30,15,5"),
    Step.SERVE_ENCRYPTED: _("Give --tls-cert and --tls-key, or --behind-proxy ADDRESS where a proxy encrypts."),
}
