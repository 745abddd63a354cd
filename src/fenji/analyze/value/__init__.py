"""What are customers worth, and what will they be worth? Models of ordering and spending, fitted on counts, applied to everybody.

order_histories    order days, first and last, and revenue of each customer; grouped for the fits
likelihoods        where a likelihood is highest, and how sharp its peak is
purchase_models    BG/NBD and MBG/NBD: how often customers order, and when they silently leave
purchase_forecast  who still is a customer, and how many orders will come
spend              Gamma-Gamma: how much an order day brings
fitting            which models are used, and why
order_days         order days of a bounded number of customers, to try past days on
expecting          what all customers together are expected to bring, with standard errors
simple_rules       what a model must beat: everybody goes on as before
rolling            models and simple rules tried on past days, and what that adds to intervals
deciding           whether the models are used, or which simple rule
scoring            the models applied to everybody
agreeing           one probability of being active for value as for churn
classes            current value, and who is high, middle or low
grid               customers by tier, value and potential
tracking           whether past models would have been right
model_rows         parameters, likelihoods and verdicts as a table
contract_lengths   how many months contracts have lasted, and which are over
sbg                how long contracts last: shifted-beta-geometric
contract_values    what contracts will bring
survival           which share of contracts is still running: Kaplan-Meier
"""
