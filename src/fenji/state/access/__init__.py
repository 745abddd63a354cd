"""Who may come in? People and their roles, the hashes of what they come in with, and how often somebody has tried in vain.

rows         the rows as they are stored
people       who works here, in which roles
credentials  hashes of passwords, and sealed second factors
sessions     who is logged in
tokens       what programs come in with
links        what lets somebody in once
failures     how often somebody has tried
repositories  all of them on one session
"""
