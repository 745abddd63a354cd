"""How many customers will stand in each tier? Transitions, arrivals and models, each tried on the past.

backtest     how far each model would have been off
flows        flows that lead to given counts
models       rates, arrivals, and where they lead
outlooks     what each model says from one review on
series       how a series goes on
tables       expected tiers of the next reviews, with intervals
transitions  who went where between two reviews, and when that tells the future
"""
