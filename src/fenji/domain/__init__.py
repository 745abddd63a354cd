"""What do we talk about? The words of customer tiering as frozen records; standard library only.

periods     windows such as 12m and the dates they cover
feeds       the kinds of tables a company may feed in, and the fields of each
sources     where one feed comes from and how its columns are to be read
importing   files that somebody has sent and that wait
collected   which files have been read
currencies  which there are, and which one is meant by a name or sign
written_ids  the id that a person means who copies it from a file
written_days  the day that a person means by a date in any usual form
runs        one pass over the data, published as a whole or not at all
jobs        work that nobody waits for, and who has it
principals  who acts: a person, a token, the system
access      roles, the rights that each gives, and limits of the rows that somebody sees
people      who works with fenji, in which roles, with which tokens
logins      when a login ends, and how often somebody may try
four_eyes   whether somebody may approve what somebody has made
events      what has happened that others hear of, webhooks and deliveries
alerts      channels, rules, quiet hours, digests and limits
audit       one change as the log keeps it, and how the log can be broken
reasons     why a row that came in is not in the clean base
lists       columns, conditions and source of a list of customers
contacts    how a customer is reached and called, and what of it may be shown
words       names in both languages, and sentences that wait for their reader
steps       what a person can do next
telling     which parts of a record its readers are told
months      the months as people write them
metrics     one number per customer, declared as data
fact_columns  the columns that metrics may be made from
conditions  one line of a business rule
rule_edits  a rule with a line changed, added or taken out
policies    tiers, their rules, caps, variants, review and score
policy_changes  how two versions of a policy may differ
drafts      what people propose who may not decide alone
overrides   tiers that a person has decided by hand
reviews     on which days tiers are decided, and when a customer is lost
segments    groups found in the data, and the cuts behind them
value       models of value, classes, and the company's choices
contests    whether a model is better than the simplest rule
churn       when a customer has left, and what tells of it beforehand
priority    parts, weights and marks of the priority ranking
forecasts   expected counts with intervals, and how well models did before
reporting   what can be chosen for a monthly report
trends      numbers of the business by month, and what is to be expected
basket_rules  what is bought together, and what a company asks of such a rule
recommendations  what a customer is likely to want next, and what a company allows
loyalty     members, points, lots, debts, and the program that they follow
"""
