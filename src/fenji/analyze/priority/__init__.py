"""Who deserves attention first? One order over all customers, and three lists of those about whom something can be done.

measures      panel, value, risk of leaving and tier side by side
points        the score of every customer, and what each part brings to it
marks         on which customers most of it rests
ladder        every customer's tier with all that the rules see
rule_gaps     how far every customer is from a rule, or how safely inside it
expectations  what the rules would see in twelve months
upgrades      who is close to the next tier, and likely to reach it
downgrades    who may lose the tier
frequent      who may become a frequent customer
summary       the parts and the marks in figures
"""
