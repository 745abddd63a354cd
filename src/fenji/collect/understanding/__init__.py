"""What are the rows and columns of a company's files? Headers open the search, cells and arithmetic decide.

proposal       the records of a proposal
table          the samples of one kind of file, side by side
evidence       what cells look like
verdicts       whether cells fit the field that their header promises
decimals       which sign stands before the decimals
dates          whether the day or the month stands first
columns        which column fills which field, how sure that is, and why
amounts        which amount was paid, whether it is the row's or the order's, and the refund out of it
order_numbers  what tells one order from another
balances       what a list of customers says about their spending
feeds          what the rows of a table are
platforms      which shop platform wrote an export, and which of its columns to take
opinions       which answers of a questionnaire are scores
joining        how tables belong together
details        currency, scale of scores, kinds, returns, rows to leave out
gaps           what a source lacks, and what follows
measuring      what would count of a table
"""
