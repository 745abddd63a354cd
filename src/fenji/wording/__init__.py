"""How is it said, in Chinese and English? Sentences of rules, reasons and models; each takes a language, never an output.

rules     rules, reasons and what is missing in words
reviews   when a customer counts as lost
reasons   one customer's tier in words
policies  a whole policy in words
policy_changes  what a new version changes
priority  why a customer deserves attention
churn     why a customer is expected to leave
clusters  what sets a cluster apart
contests  that a simple rule is used instead of a model
groups    what groups and bands are called
recommendations  why a product is recommended
segments  what segments are called
forecasts  what the models of a forecast are called
trends    what a series of months does
lists     who is on a list, and where it comes from
trials    on what a trial of a policy was counted
counted   whom a figure counts
limits    of which customers somebody sees rows
alerts    what an alert says
value     which expectation is used, and why not the model's
metrics   in what a metric is measured
figures   numbers, amounts, shares, changes and days
feeds     what feeds and fields are called
jobs      what is done by a worker, and how far it is
schedules  when work begins by itself
quality   rows that were left out, identities in doubt
trees     the path through a tree as a sentence
access    what roles, rights and tokens are called
auditing  who did what, in the audit log
schedules  when work begins by itself
benefits  how the cost of benefits is counted, and what they cost under another policy
points    accounts, kinds of points and laws of the ledger
programs  how a points program works
offers    what an offer gives, to whom and up to which limits
referrals  what has become of a referral
"""
