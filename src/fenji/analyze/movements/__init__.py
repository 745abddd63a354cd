"""Who moved from which tier to which, and who stays?

flows      opening + what came - what went = closing
movements  from which tier to which between two reviews
changes    who has changed since the run before, for those who hear of it
elsewhere  where everybody stands in two runs
retention  whom tiers and months of arrival keep, and how long stays last
"""
