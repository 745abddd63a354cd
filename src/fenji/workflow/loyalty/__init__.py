"""Points, offers, vouchers, referrals and benefits: what do people and programs do with them? One file per use-case.

points           one member's points, and what people do with them by hand
points_rules     loyalty.yaml, checked and frozen
points_post      the orders of a run as points
points_adjust    points that people give or take, and who approves it
points_import    balances of an older system
points_figures   balance sheet, liability, roll-forward and laws
points_terms     the program in force, in words
points_customer  the accounts of one customer of a run
members          who has an account, and which members are one person
offers           how offers are checked, published and shown
offers_words     the offers in force, in words
vouchers         codes are issued, used, and given back
referrals        friends bring friends
benefits         what tiers give, and what that costs
benefits_words   the benefits in force, in words
versions         versions of programs, offers and benefits, and how the next one begins
"""
