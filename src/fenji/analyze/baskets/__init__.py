"""What is bought together: which items stand in the same orders more often than chance, overall and in each tier?

orders       what each order held, as lists of numbers
itemsets     every frequent set of items, counted exactly
counting     given sets counted in every group
association  the rules that follow, their strength, and which are redundant
tier_rules   the rules of every scope, and how much they differ between tiers
"""
