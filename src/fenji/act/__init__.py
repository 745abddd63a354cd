"""What do we do for customers? Decisions only, as functions on frozen records; the state carries them out.

book        accounts that an operation works on, and what it has moved
lots        which lots points are drawn from, and when they are over
settling    pending points become available, points expire, debts are paid
earning     how many points an order earns, and what is taken back when it is refunded
orders      purchases and refunds
extras      points beside those of an order, and for events
order_days  orders of the clean base as the ledger is told them
redeeming   points are held, spent, and given back
giving      bonuses, adjustments and opening balances
merging     two members become one, and two again
liability   what outstanding points will cost, and the revenue that waits for them
flow        how balances move from month to month
vouchers    whether a voucher may be used on an order, and what it takes off
taking_back  bonuses come back
referrals   whether a referral earns anything
benefits    what the benefits of each tier cost a year
"""
