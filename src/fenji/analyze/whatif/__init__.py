"""What would another policy change, on one date and over all reviews?

alike      customers whom the rules cannot tell apart, counted together
comparing  two policies side by side on one panel
replaying  two policies over the same reviews, and which line makes the difference
"""
