"""What is answered about points, members, offers, referrals and benefits?

points           programs, balances, statements, liability, roll-forward and laws of points
members          who has an account, and which members might be one person
offers           what is offered, which codes there are, and what one takes off an order
referrals        who was brought by whom, and what that earned
benefits         what tiers give, and what that costs a year
words            offers and benefits in words
versions         versions of loyalty.yaml, offers.yaml and benefits.yaml
points_customer  one customer's points, and the terms of a program
"""
