"""What do use-cases answer? Typed frozen records that --json, the API, the pages and Python show alike.

json      one serializer for all of them
fields    what each key holds
catalog   which record answers which command
failures  why there is no answer
runs      a new workspace, a run, the account of its rows
arrival   what came in with a run
tiers     customers per tier
moves     who moved between two reviews
mapping   how files would be read, and what a run would keep of them
starting  what became of a folder of exports
policies  rules in words, findings, versions, drafts, and tiers given by hand
whatif    what another policy would change
selftest  whether published figures are found
demo      the whole thread on the shipped data set
why       one customer's tier and its reasons
"""
