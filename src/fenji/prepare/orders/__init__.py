"""From rows to orders: which rows are one order, whose words on it count, and what each of its lines cost.

states    what one row says for its whole order
rows      which order rows cannot be right by themselves
versions  which order rows a later file has newer words for
numbers   which rows are one order, and which number several orders share
heads     what the heads of orders say for their lines
refunds   whether a refund is that of its row or of the whole order
lines     what was sold and returned, line by line
"""
