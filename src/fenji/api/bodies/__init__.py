"""What may a request bring along? Each body as a model, read strictly; everything wrong is told at once, with its place.

reading    from bytes to a model
customers  who is meant by somebody who looks for customers
policies   texts, reasons and days of somebody who works on policies
"""
