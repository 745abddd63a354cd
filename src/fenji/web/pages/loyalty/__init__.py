"""Pages of actions and loyalty, one file each.

points          what members hold, and what waits
points_figures  roll-forward and liability of points
members         who has an account of points
offers          what is offered, and to whom
vouchers        codes that were issued
referrals       who was brought by whom
benefits        what each tier gives
rules           documents of points, offers and benefits
"""
