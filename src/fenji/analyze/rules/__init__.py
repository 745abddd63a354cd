"""Which customers does a rule of a policy hold for? Conditions, scores, shares and bands as expressions.

distributions  how many customers have a smaller value
judging        why one customer meets a rule, and what is missing
bands          on which side of every threshold a value lies
holds          a condition as an expression over the panel
scores         the points of the policy's weighted score
spans          which values a rule allows, and whether one rule implies another
round_numbers  the roundest number between two values
"""
