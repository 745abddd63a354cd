"""Files that were sent and are not accepted yet.

rows    how imports are stored
drafts  which imports there are, and who has changed them
"""
