"""What do use-cases answer? Typed frozen records that --json, the API, the pages and Python show alike.

json      one serializer for all of them
fields    what each key holds
catalog   which record answers which command
failures  why there is no answer
runs      a new workspace, a run, the account of its rows
arrival   what came in with a run
tiers     customers per tier
moves     who moved between two reviews
audit     who changed what
why       one customer's tier and its reasons
"""
