"""Which tier has every customer, review after review, and why?

activity     who is lost, and whose anniversary it is
deciding     what happens to every customer at one review
explaining   the reasons of one customer's tier, and what follows from it
overrides    which tier a person has decided
cells        the facts of a whole history, summed up once
columns      columns as arrays with one place per customer
by_cells     what the rules say of everybody, review after review
values       a metric read off whole arrays of measures
windows      what every customer has in each window of a review
order_summary  the newest order, and revenue that nobody is known for
reviews      the official tier of every customer, review after review
tier_counts  customers, revenue and averages per tier
tiers        the tier of every customer
"""
