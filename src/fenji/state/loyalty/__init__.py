"""Who has which points, and why? The only room that writes the ledger: it locks, asks what is to be written, and writes that.

rows          the rows as they are stored
repositories  all of them on one session
members       who has an account, by which ids
ledger        one operation after the other: locked, decided, written
retrying      what becomes of work that met another writer
loading       what an operation finds
writing       what an operation writes
laws          whether all rows keep the laws
asking        balances, histories and figures of a program
requests      merges and adjustments that wait for somebody to decide
groups        which members are one customer
published     versions of programs, offers and benefits, frozen
voucher_rows  offers and vouchers as they are stored
vouchers      codes, and what was asked for under which business key
voucher_uses  uses of codes, and limits
referral_rows  referrals as they are stored
referrals     who brought whom
facts       what the ledger tells analyses
"""
