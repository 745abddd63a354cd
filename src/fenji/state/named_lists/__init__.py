"""Lists that people keep under a name: their conditions, and nobody who meets them.

rows        how they are stored
repository  which lists there are
"""
