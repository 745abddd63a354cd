"""What does each section of the monthly report say? One file per section: from the answers, one sentence and what it rests on.

summary    five sentences, and a box to sign
tiers      customers and revenue by tier, and the reviews so far
"""
