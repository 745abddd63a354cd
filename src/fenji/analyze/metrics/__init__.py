"""What is known of each customer as a number? Metrics declared as data, measured once, read off at a date.

plan       what must be measured once so that all metrics can be read off
panel      one row per customer, one column per metric
distinct   different values as bits of masks
measures   all measures of a fact in one group-by
rows       which rows of a fact count at a date
values     a metric read off its measures
balances   what totals answer of customers who are known by nothing else
registry   the metrics of a workspace, built in and its own
contracts  built-in metrics: contracts and their fees
events     built-in metrics: one set for every kind of event
feedback   built-in metrics: satisfaction, complaints, referrals
points     built-in metrics: points and vouchers
orders     built-in metrics: how much, how many, how broad, how often
"""
