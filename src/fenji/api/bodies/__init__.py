"""What may a request bring along? Each body as a model, read strictly; everything wrong is told at once, with its place.

reading    from bytes to a model
jobs       work that somebody starts
people     coming in, and letting others in
sending    addresses that are told
customers  who is meant by somebody who looks for customers
policies   texts, reasons and days of somebody who works on policies
points     whose points, how many, and under which key
vouchers   codes, orders, and friends
sources    answers to questions of an import, and its acceptance
"""
