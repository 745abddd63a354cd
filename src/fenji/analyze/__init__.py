"""What do our customers look like: their metrics, their tiers, and what can be counted from them?

registry           the metrics of a workspace, built in and its own
registry_orders    built-in metrics: how much, how many, how broad, how often
registry_feedback  built-in metrics: satisfaction, complaints, referrals
registry_contracts  built-in metrics: contracts and their fees
registry_events    built-in metrics: one set for every kind of event
panel              one row per customer, one column per metric
metric_plan        what must be measured once so that all metrics can be read off
panel_rows         which rows of a fact count at a date
panel_distinct     different values as bits of masks
panel_measures     all measures of a fact in one group-by
panel_values       a metric read off its measures
panel_balances     what totals answer of customers who are known by nothing else
rules              a condition as an expression over the panel
distributions      how many customers have a smaller value
scores             the points of the policy's weighted score
tiers              the tier of every customer
activity           who is lost, and whose anniversary it is
overrides          which tier a person has decided
deciding           what happens to every customer at one review
reviews            the official tier of every customer, review after review
judging            why one customer meets a rule, and what is missing
rule_bands         on which side of every threshold a value lies
review_cells       the facts of a whole history, summed up once
review_columns     columns as arrays with one place per customer
review_windows     what every customer has in each window of a review
review_values      a metric read off whole arrays of measures
review_rules       what the rules say of everybody, review after review
explaining         the reasons of one customer's tier, and what follows from it
alike              customers whom the rules cannot tell apart, counted together
rule_words         rules, reasons and what is missing in words
explaining_words   one customer's tier in words
comparing          two policies side by side on one panel
replaying          two policies over the same reviews, and which line makes the difference
policy_words       a whole policy in words
policy_lint        everything that is wrong with a policy
findings           what can be found wrong with a policy
rule_lint          each part of a policy by itself
ladder_lint        gaps, overlaps and tiers that nobody can reach
spans              which values a rule allows, and whether one rule implies another
tier_counts        customers, revenue and averages per tier
movements          from which tier to which between two reviews
flows              opening + what came - what went = closing
retention          whom tiers and months of arrival keep, and how long stays last
tier_forecast      expected tiers of the next reviews, with intervals
tier_transitions   who went where between two reviews, and when that tells the future
forecast_models    rates, arrivals, and where they lead
forecast_series    how a series goes on
forecast_flows     flows that lead to given counts
forecast_outlooks  what each model says from one review on
forecast_backtest  how far each model would have been off
suggestions        thresholds that the data themselves draw
bands              groups for cross tables: values of a column, bands of a metric
cross_tables       tiers by groups, with totals that add up
descriptive        mean, spread and quantiles of every metric per tier
independence       whether groups have to do with tiers, or chance explains it
cross_products     which tiers buy what and where, beside the average
concentration      on how few customers the revenue rests
habits             when the customers of each tier order
trends             months of revenue, orders and customers, and how they go on
value              what customers are worth and will be worth
priority           who deserves attention first, and who may rise or fall
segments           groups found in the data, and what tells them apart
churn              who is about to leave or to order, and why
baskets            what is bought together
recommend          what each customer is likely to want next
"""
