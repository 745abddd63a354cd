"""What do our customers look like: their metrics, their tiers, and what can be counted from them? One room per subject.

metrics    one number per customer, declared as data
rules      conditions and scores as expressions
reviews    the tier of every customer, review after review
policies   what is wrong with a policy, and thresholds that the data draw
whatif     two policies side by side
movements  who moved, who came, who stayed
forecast   expected tiers of the next reviews
structure  what the tiers are made of
trends     months of revenue, orders and customers, and how they go on
value      what customers are worth and will be worth
priority   who deserves attention first, and who may rise or fall
segments   groups found in the data, and what tells them apart
churn      who is about to leave or to order, and why
baskets    what is bought together
recommend  what each customer is likely to want next
"""
