"""What do use-cases answer? Typed frozen records that --json, the API, the pages and Python show alike.

json      one serializer for all of them
views     how much a reader sees
frames    answers as data frames
fields    what each key holds
catalog   which record answers which command
rows      how rows of stored tables become records
failures  why there is no answer
runs      a new workspace, a run, the account of its rows
run_list  which runs there have been
arrival   what came in with a run
tiers     customers per tier
structure  what lies behind the counts of tiers
customers  lists of customers, on the screen and in files
tables    which tables are published
quality   single rows that were left out, single identities in doubt
jobs      work that nobody waits for, its schedule, and workers
history   customers of each tier at the reviews so far
moves     who moved between two reviews
audit     who changed what
access    who may come in, and with what
sending   webhooks, alerts, and what was sent
repairing  what was mended, and what could not be
pruning   which old runs were removed
reports   a monthly report that was made
backups   a workspace taken along, and brought back
checking  whether a workspace is whole
persons   what is known of a person, and where it stands
forecast  expected tiers of the next reviews
forecast  expected tiers of the next reviews, and series by month
segments  groups among the customers, and what tells them apart
baskets   what is bought together
recommend  what to offer each customer next
importing  files that come over the network, and the sources that there are
mapping   how files would be read, and what a run would keep of them
starting  what became of a folder of exports
drafts    policies as several people work on them, proposed overrides, definitions of metrics
policies  rules in words, findings, versions, drafts, and tiers given by hand
whatif    what another policy would change
replayed  a replay that a job has done
trying    what other thresholds change, while somebody moves them
editing   a policy while somebody writes it, line by line
serving   where a server can be asked
run_comparison  how two runs differ
selftest  whether published figures are found
demo      the whole thread on the shipped data set
waiting   what waits for somebody to decide
why       one customer's tier and its reasons
value     what customers are worth and will be worth
churn     who is about to leave, or to order
priority  whom to serve first, and who may rise or fall
rows      rows of stored tables as records
filters   by what a list of customers can be narrowed
named_lists  lists that people keep
settings  with which settings a workspace works
timeline  what has happened with one customer, and its ids
loyalty    points, members, offers, referrals and benefits
"""
