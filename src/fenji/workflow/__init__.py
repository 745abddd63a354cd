"""In what order does the work flow? One file per use-case; the entrances call these and render what they return.

A use-case imports no other one, only its own parts, whose names begin with its own (starting, starting_policy); what several need
stands in workspace.

initiating         makes a workspace from a template
starting           from a folder of exports to tiers
starting_tiers     the first run of a workspace whose sources stand
starting_policy    the tiers with which a shop begins, from its own customers
mapping            proposes sources.yaml from files
importing          files that come in over the network
running            collects, prepares, analyses and publishes
runs               which runs there have been
runs_compared      how two runs differ
quality            reads back what became of every row
quality_rows       the single rows left out, and the single identities in doubt
tiers              the tiers at a date
customers          lists of customers, page by page or whole
filters            by what a list can be narrowed, and which columns it may have
named_lists        lists that people keep under a name
timeline           what has happened with one customer
identity           by which ids one customer is known
structure          what lies behind the counts of tiers
history            customers of each tier at the reviews so far
moves              who moved between two reviews, and whether every flow closes
waiting            what waits for somebody to decide
why                the reasons of one customer's tier
workspace_now  what is served here, and how new it is
whatif             another policy on the same customers
trying             other thresholds, while somebody moves them
trying_trial       one trial, and on what it is counted
replaying          another policy over the last reviews
replayed           what a replay has come to
replaying_sides    what each of both policies decided at them
forecast           expected tiers of the next reviews
trends             revenue, orders and customers by month, and what is to be expected
value              what customers are worth and will be worth
value_run          composes the steps of the value analysis
priority           whom to serve first, and who may rise or fall
priority_run       composes the steps of the priority analysis
segments           groups found in the data, read back for people
segments_run       composes the steps of segments
churn_run          composes the steps of churn and propensity
churn_past         what was known at past dates, and what came of it
churn              who is about to leave or to order, and why: risk, reasons and quality read back
baskets            what is bought together
recommend          what to offer each customer next
recommend_run      composes the steps of recommendations
policies           shows and lints a policy
reporting          what the company has chosen for its monthly reports
editing            the text of a policy, edited rule by rule, and every version of it in words
editing_rules      where each line of a rule stands, and the policy after some edits
suggesting         a draft of a policy from the data
publishing         freezes a version of a policy, and lists all versions
drafting           drafts of policies and proposed overrides, from one person's hand to another's
metrics            what the metrics mean
overrides          tiers that people decide by hand, and which of them count
taking             the list of customers behind an analysis, ready for a file
tables             which tables are published, and in which files
auditing           who changed what, and whether the record of it is whole
checking           whether everything is as it was published
repairing          mends what is not as it was published
pruning            removes old runs, and keeps some under a name
backing_up         a workspace in one file
restoring          a backup becomes a workspace again
sending            who hears of what has happened: webhooks, alerts, and what is due
persons            what is known of a person, and where it stands
persons_erase      how a person is forgotten
access             who may come in, how, and what they may do
selftest           rebuilds published numbers
given_tables       metrics and tiers of tables in memory, without a workspace
settings_now       with which settings the workspace works, and who says so
demo               the workspace of the demo, and what of its run is worth a look
loyalty    points, offers, vouchers, referrals and benefits
"""
