"""Who is about to leave, why, and who is about to buy? Learned from what customers did after past dates.

dates          at which past dates is looked
sampling       which customers are learned from
outcomes       what customers did after a date
features       what is known of a customer at a date, as columns of numbers
examples       features and outcomes of past dates together
learning       the models, fitted and chosen
boosting       gradient boosting
linear         logistic regression
calibrating    from scores to probabilities that hold what they say
predicting     the scores of a fitted model, and what each feature adds to them
beside         whether value or churn is to be believed about the same customers
figures        how good are probabilities
reasons        what the model says of a customer, in words
scoring        the risk of every customer
ranking        where the risk stands, and what is at stake
propensity     the chance of an order of every customer
drivers        what drives risk over all
staying        how long do customers of each tier stay
reporting      models, samples and their quality as tables
"""
