"""What would another policy change, on one date and over all reviews?

alike      customers whom the rules cannot tell apart, counted together
comparing  two policies side by side on one panel
steps      between which thresholds a slider may stand
cells      customers counted between all steps
cuts       which numbers of a policy can be moved
trying     two policies side by side, counted from cells
replaying  two policies over the same reviews, and which line makes the difference
"""
