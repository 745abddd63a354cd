"""What are the rows and columns of a company's files? Headers open the search, cells and arithmetic decide.

proposing  what sources.yaml would say for sampled files: from grouping to paths
proposal   the records of a proposal
table      the samples of one kind of file, side by side
feeds      what the rows of a table are
platforms  which shop platform wrote an export, and which of its columns to take
columns    which column fills which field, how sure that is, and why
evidence   what cells look like, and whether they fit a field
money      whether an amount is the row's or the order's, and the refund out of it
details    currency, scale of scores, kinds, returns, rows to leave out
gaps       what a source lacks, and what follows
"""
