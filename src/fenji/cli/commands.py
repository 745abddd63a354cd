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
    "runs": _("Lists the runs of any status, and shows how two of them differ."),
    "quality": _(
        "Shows what became of every row: kept, rejected with a reason, or counted elsewhere; and the quality of each column."
    ),
    "tiers": _(
        "Shows the tiers at a date: customers, their share, their revenue of twelve months, and the averages of the main metrics."
    ),
    "customers": _(
        "Lists customers: by tier, movement, segment, risk, mark, an own list of ids or phones, and any condition over metrics."
    ),
    "structure": _(
        "Shows the structure of the tiers: statistics of every metric, composition of the customers, what they buy and where, concentration of revenue, and when they order."
    ),
    "moves": _(
        "Shows who moved between two reviews: from tier to tier, new, returned and lost; each tier from opening to closing; and its retention."
    ),
    "why": _(
        "Explains one customer's tier: since when and why, each rule with the customer's value, what keeps the tier, and what is missing for the next."
    ),
    "whatif": _(
        "Compares another policy with the current one: each customer's tier under both, who would lose by it, and which rule decides."
    ),
    "churn": _(
        "Predicts which customers are about to leave and why, learned from past dates and checked by a back-test; with --propensity, which are about to order."
    ),
    "forecast": _(
        "Forecasts the tiers of the next reviews, or revenue, orders and customers of the next months, with intervals and a back-test."
    ),
    "segments": _(
        "Shows the groups among the customers: lifecycle, RFM, behavior, spending power, interests, region and clusters, each beside the tiers."
    ),
    "rules": _("Shows what is bought together: association rules of orders, overall and per tier, without redundant ones."),
    "recommend": _("Recommends products to every customer, with a reason for each and a back-test of the method."),
    "value": _(
        "Values every customer: revenue so far, probability of still being a customer, expected orders and revenue; in classes, beside the tiers."
    ),
    "offers": _("Checks and publishes offers, issues voucher codes, and uses them on orders within their limits."),
    "referrals": _("Records who brought whom, rewards both after the first order, and keeps every reason against a referral."),
    "benefits": _("Checks and publishes what each tier gives, and counts what that costs a year."),
    "priority": _(
        "Ranks all customers by priority, with the points of each part, and lists who may rise, fall, or become a frequent customer."
    ),
    "report": _(
        "Makes the monthly report that a manager opens: summary, tiers, flows, structure, value, risk, forecast, policy and data, as files."
    ),
    "points": _(
        "Points that customers earn and spend: posts orders by the rules of loyalty.yaml, redeems, adjusts, and says what is owed and what it costs."
    ),
    "members": _("Accounts of points: lists members and their ids, and merges two that are one person when somebody approves."),
    "tables": _("Lists the published tables with their rows and days, and gives their files to other tools."),
    "work": _("Does the jobs that were asked for, and those of schedule.yaml, one after the other, until it is told to end."),
    "jobs": _("Lists jobs, shows one with its log, cancels one, and shows what begins by itself and when."),
    "audit": _(
        "Lists who changed what, newest first: runs, policy versions, tiers given by hand. --verify checks that the log was not altered."
    ),
    "serve": _("Lets people and machines ask this workspace over the network: the REST API, and a worker for its jobs."),
    "alerts": _(
        "Lists who is told of runs, data and changes of tiers by WeCom, DingTalk, Feishu or mail; tests channels; lists what was told."
    ),
    "webhook": _(
        "Tells other systems of runs and of new, lost, upgraded and downgraded customers, with signed events; sends events again."
    ),
    "check": _(
        "Checks that every published file is there as it was published; with --deep every byte, the contracts of tables, and the audit log."
    ),
    "repair": _(
        "Mends what is damaged: reads raw rows again from unchanged files, rebuilds tables of runs if they come out as published, and withdraws damaged analyses."
    ),
    "prune": _(
        "Removes old published runs with their analyses and says what that frees; keeps runs under a name. Never removes the current run."
    ),
    "backup": _(
        "Writes everything that was published, with the state and the documents, into one file; a run may work meanwhile."
    ),
    "restore": _("Makes a workspace of a backup, on any machine, in SQLite or PostgreSQL, and checks all of it."),
    "person": _("Lets people in who work with fenji, and shows or erases everything that is known of one customer."),
    "token": _("Makes, lists and revokes the tokens with which programs come in."),
    "selftest": _("Recomputes published figures from their data and shows the expected figure, ours, and the source."),
    "demo": _(
        "Shows every step on a data set that comes with fenji: two years of invoices of a British gift shop, a million lines. Takes about half a minute."
    ),
    "policy": _("Shows the rules in words, checks and publishes them, and records which tiers people decide by hand."),
}
"""The modules of this package that are commands, each with its help, in the order in which a new user needs them; ``policy`` has words of its own."""
