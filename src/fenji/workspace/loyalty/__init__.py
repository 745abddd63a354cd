"""How do use-cases reach points? Programs as they were published, and one operation after the other on members.

programs    which version of a program is in force on a day
operations  what can be done with a member's points, each once
posting     how a run's orders become points
extras      how a run's events become points
desk        a program and the company's day
offers      which offers are in force on a day
vouchers    what can be done with codes, each once
customers   which member somebody means, within the limits of whoever asks
bonuses     points for vouchers and referrals, and back
referrals   what can be done with referrals
documents   how texts of programs, offers and benefits begin, and who signs them
facts       what the ledger tells a run
refunded    vouchers of orders that were refunded whole
benefits    which benefits are in force, and their cost under another policy
"""
