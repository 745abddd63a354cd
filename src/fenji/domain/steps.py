"""What can a person do next? Said here without a word of any entrance; each entrance has its own words for it, such as an option or a button."""

from __future__ import annotations

from enum import StrEnum

from fenji.language import message as _


class Step(StrEnum):
    """Something to do next; the value is what is said where an entrance has no words of its own."""

    ASK_AGAIN = _("Answer the questions about this file once more.")
    EXCHANGE_ENDS = _("Exchange the two days.")
    CHOOSE_LATER_DAY = _("Choose a later day.")
    ADD_DAY = _("For the state of that day ask as of {newest}.")
    TIERS_OF_DAY = _("Ask for the tiers of {as_of} first.")
    CHOOSE_FOLDER = _("Choose another folder.")
    CHOOSE_POLICY = _("Say which one is meant, or write `policy` in fenji.toml.")
    TAKE_TEMPLATE = _("Take one from a template.")
    PROPOSE_SOURCES = _("Let fenji propose one from your files.")
    RUN_FIRST = _("Run it first.")
    PUBLISH_WITHOUT = _("Correct it in sources.yaml, or let the run leave out what cannot be read.")
    ONLY_SHOW = _("Look at the proposal without writing it, and copy what you need.")
    DECIDE_HISTORY = _("Keep the last 24 reviews too.")
    DECIDE_SOME_REVIEWS = _("Decide some reviews, such as the last 24.")
    DECIDE_24_REVIEWS = _("Keep more reviews, such as the last 24.")
    DECIDE_MORE_REVIEWS = _("Keep more reviews.")
    DECIDE_PAST_REVIEWS = _("For the tiers of then keep past reviews, such as the last 24.")
    DECIDE_NEW_HISTORY = _("For a new history keep {count} reviews.")
    CHOOSE_LATER_OR_DECIDE_MORE = _("Choose a later one, or keep {count} reviews.")
    ASK_FOR_REVIEWS = _("Ask for 1 to {most} reviews.")
    REPLAY_REVIEWS = _("Replay 1 to {most} reviews.")
    REPLAY_FEWER = _("Replay at most {most} reviews.")
    SAY_WHICH_SOURCE = _("Say of which source.")
    CHANGE_SPAN = _("Give a later end, or an earlier beginning.")
    OTHER_METHODS = _("Use natural breaks or quantiles, which need no past.")
    COMPARE_QUANTILES = _("Compare with quantiles.")
    RESET_TOTP = _("Have the second factor of '{login}' reset.")
    WRITE_SHARES = _("Write the shares from the lowest tier up, such as 50,30,15,5.")
    SERVE_ENCRYPTED = _("Serve with a certificate, or behind a proxy that encrypts.")
