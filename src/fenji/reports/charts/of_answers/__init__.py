"""Which charts does an answer have? One function per chart, from the typed answer and the reader's language; none computes a number.

parts      what the charts share: words, colors of tiers, conditions of lists
tiers      customers and revenue by tier, and their history
history    customers, revenue and shares review by review
moves      who went where, why, and who stayed
forecasts  tiers of the coming reviews, and series by month
structure  what lies behind the counts
value      classes of value, and how well the models would have worked
churn      who may leave, what drives it, and how well that is known
priority   marks by Pareto
points     how points moved from month to month
trials     what another policy would change
"""
