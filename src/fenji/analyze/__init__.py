"""What do our customers look like: their metrics, their tiers, and what can be counted from them?

rules          a condition as an expression over the panel
distributions  how many customers have a smaller value
scores         the points of the policy's weighted score
tiers          the tier of every customer
judging        why one customer meets a rule, and what is missing
rule_words     rules, reasons and what is missing in words
tier_counts    customers, revenue and averages per tier
bands          groups for cross tables: values of a column, bands of a metric
cross_tables   tiers by groups, with totals that add up
"""
