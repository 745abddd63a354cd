"""Which commands are there, and what does each do? Said here, so that help of all of them loads none."""

from __future__ import annotations

from fenji.language import message as _

COMMANDS = {
    "start": _(
        "Reads every file of a folder, asks you what the files leave open, and puts every customer into a tier. Run it again when new files have come."
    ),
    "init": _("Makes a workspace: settings, a starter for sources.yaml, and the policy of a template. Overwrites nothing."),
    "map": _(
        "Reads samples of your files and proposes sources.yaml: which column is which field, how sure that is, and what is missing."
    ),
    "run": _(
        "Reads new and changed files, makes the clean base and the metrics, puts every customer into a tier, and publishes it all at once."
    ),
    "quality": _(
        "Shows what became of every row: kept, rejected with a reason, or counted elsewhere; and how good each column is."
    ),
    "tiers": _(
        "Shows the tiers at a date: customers, their share, their revenue of twelve months, and the averages of the main metrics."
    ),
    "customers": _(
        "Lists customers: by tier, movement, segment, risk, mark, an own list of ids or phones, and any condition over metrics."
    ),
    "structure": _(
        "Shows what lies behind the tiers: statistics of every metric, who the customers are, what they buy and where, on how few the revenue rests, and when they order."
    ),
    "moves": _(
        "Shows who moved between two reviews: from tier to tier, new, returned and lost; how each tier got from opening to closing; and whom it kept."
    ),
    "why": _(
        "Explains one customer's tier: since when and why, each rule with the customer's value, what keeps it, what is missing."
    ),
    "whatif": _(
        "Tries another policy on the customers as they are: who would stand where, whom it would hurt, and which rule decides it."
    ),
    "churn": _(
        "Foretells which customers are about to leave and why, learned from past dates; with --propensity, which are about to order. Tells "
        "how well that would have worked before."
    ),
    "forecast": _(
        "Foretells the tiers of the next reviews, or revenue, orders and customers of the next months, with intervals, and tells how well that would have worked before."
    ),
    "segments": _(
        "Shows the groups among the customers: lifecycle, RFM, behavior, spending power, interests, region and clusters, each beside the tiers."
    ),
    "rules": _("Tells what is bought together: rules over orders, overall and per tier, with redundant ones left out."),
    "recommend": _(
        "Recommends products to every customer, with the reason of each, and tells how well that would have worked before."
    ),
    "value": _(
        "Values every customer: what it brought, whether it still is a customer, what it will order and bring; in classes, beside the tiers."
    ),
    "priority": _(
        "Puts all customers into one order of attention, tells what each part brings, and lists who may rise, fall, or become a frequent customer."
    ),
    "tables": _("Lists the published tables with their rows and days, and gives their files to other tools."),
    "audit": _(
        "Lists who changed what, newest first: runs, policy versions, tiers given by hand. --verify checks that nobody rewrote it."
    ),
    "selftest": _("Rebuilds published figures from their data and shows what was expected, found, and where it was published."),
    "demo": _(
        "Shows the whole thread on a shipped data set: two years of invoices of a British gift shop, a million lines. Takes about half a minute."
    ),
    "policy": _("Shows the rules in words, checks and publishes them, and records which tiers people decide by hand."),
}
"""The modules of this package that are commands, each with its help, in the order in which a new user needs them; ``policy`` has words of its own."""
