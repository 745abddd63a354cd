"""What have people proposed, and what has been decided about it? Nothing of it counts at a review before it is approved.

rows       how it is stored
drafts     texts that may become versions of policies
proposals  tiers that somebody would give a customer
"""
