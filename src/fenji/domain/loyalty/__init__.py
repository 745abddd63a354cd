"""What is a member, a point, a lot, a debt? The words of loyalty as frozen records; standard library only.

kinds      accounts, kinds of transactions, and what may have become of lots, holds and merges
program    loyalty.yaml as records: how points are earned, kept, spent and lost
records    members, lots, debts, holds, orders and what moves points between them
changes    what an operation finds, and what it would write
law_names  the laws that the ledger keeps, by name
cohorts    what became of the points of one month, and of one month's balance
published  versions of documents that were frozen
offers     offers.yaml as records: what is offered, to whom, up to which limits
vouchers   codes, their uses, and orders as far as offers ask about them
referrals  who brought whom, and every reason against it
benefits   what tiers give, and what that costs
"""
