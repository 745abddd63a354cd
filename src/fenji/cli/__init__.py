"""How does a person at a terminal, or a script, ask? One file per command: parse, call one use-case, print what it returns.

main      the command fenji: understands the line, runs it, ends with the exit code
commands  which commands there are, and what each does
options   the options that every command takes, and the language spoken before they are read
help      how a command explains itself
output    tables and sentences for people, one JSON object for scripts
steps     how the command line says what to do next
ending    how a process ends that is told to
failures  what a command says when it cannot, and its exit codes
start     from a folder of exports to tiers
init      makes a workspace from a template
map       proposes sources.yaml from files
asking    how open questions are asked in a terminal
feed_words  what feeds and fields are called on the screen
rehearsal   what a run would keep, as map shows it
run       collects, prepares, analyzes and publishes
arrival   what came in with a run, as run shows it
runs      which runs there have been, and how two of them differ
quality   what became of every row
report    one report that a manager opens
tiers     the tiers at a date
customers  lists of customers, page by page or whole
lists      how a list becomes a file
pictures   how a chart becomes a file
structure  what lies behind the counts of tiers
structure_words          what all parts of it say alike
structure_crosses        who the customers are, and what they buy where
structure_concentration  on how few customers the revenue rests
structure_habits         when they order
moves     who moved between two reviews
why       the reasons of one customer's tier
whatif    another policy on the same customers
whatif_tables    what both views of another policy show alike
whatif_replay    another policy over the last reviews
churn     who is about to leave or to order, and why
forecast  expected tiers of the next reviews, revenue of the next months
trends    how series by month are shown
rules     what is bought together, overall and per tier
recommend  what to offer each customer next, and why
segments  groups found in the data, beside the tiers
segment_tables   how segments are shown
policy    shows and checks a policy
policy_suggest   thresholds from the data, as a draft
policy_drafts    drafts of policies, who approves them, and what a version changes
policy_versions  publishes a version of a policy, and lists all versions
policy_drafts    drafts, their approval, and what two versions differ in
overrides        gives a customer a tier by hand, ends that, and lists it
value     what customers are worth and will be worth
value_tables     the tables of value
priority  whom to serve first and why, and who may rise or fall
tables    which tables are published, and in which files
alerts    who is told of what, and whether channels work
webhook   other systems that hear of what has happened
audit     who changed what, and whether the record of it is whole
work      does the jobs that were asked for
jobs      what was asked for, how far it is, and what begins by itself
job_waiting  how a command leaves its work to a worker
check     whether everything is as it was published
repair    mends what is damaged
prune     removes old runs
backup    a workspace in one file
restore   a backup becomes a workspace again
sizes     how amounts of bytes are said
person    who works with fenji, and what is known of one customer
access    how people and tokens are let in
token     with what programs come in
serve     lets people and machines ask over the network
selftest  rebuilds published numbers
demo      the whole thread on a shipped data set
points    what is earned, spent and owed in points
points_tables    figures of all points
members   who has an account of points, and which members are one person
offers    what is offered, who gets a code, and what it takes off an order
referrals  who brought whom
benefits  what tiers give, and what that costs
"""
