"""Can a policy be used, does it say what its author meant, and which thresholds do the data draw?

differences  what a version changes, rule by rule
findings     what can be found wrong with a policy
ladder_lint  gaps, overlaps and tiers that nobody can reach
lint         everything that is wrong with a policy
rule_lint    each part of a policy by itself
suggestions  thresholds that the data themselves draw
"""
