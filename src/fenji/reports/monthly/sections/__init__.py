"""What does each section of the monthly report say? One file per section: from the answers, one sentence and what it rests on.

summary    five sentences, and a box to sign
tiers      customers and revenue by tier, and the reviews so far
flows      who came, went, rose and fell
structure  regions, categories, channels, and concentration
value      value, potential, marks, and the first customers
risk       who may leave, what is at stake, and what drives it
forecast   the next reviews, and the last forecast against what happened
points     what members hold in points, and what it will cost
policy     rules in words, changes, overrides, and the next reviews
data       the account of the rows, definitions, and fingerprints
"""
