"""What has happened, and what may be seen? The only room that knows SQLAlchemy; runs, policies, overrides, jobs, the points ledger and the audit log.

database    one SQLite file or PostgreSQL server, brought up to date when it is opened for writing
changes     whether anything has been written since it was read
unwritten   how a SQLite file is read where nothing can be written
transaction  one unit of work: all repositories on one session, and who acts
prepared    statements that every operation sends, put together once
models      the rows as they are stored
store       where a run's Parquet folders stand
parts       what a file of the store is to the byte, and how it differs from that later
manifests   what stands in the store, and which runs were changed since they were published
runs        one writer at a time of a command on a base run, readers see only what is published
upkeep      all runs at once, and what is taken out
run_life    a run from its start to publication or failure, a transaction per step
portable    how the state moves from one database to another
sending     events, webhooks, and what is to be sent to whom
serving     what several server processes count and remember together
heartbeat   how a run shows that it is alive
policy_versions  the policy versions that were published, frozen
drafting    drafts of policies and proposed overrides
importing   files that were sent and are not accepted yet
named_lists  conditions of lists that people keep under a name
loyalty     members, points, lots and debts: the ledger
overrides   which tiers people have decided by hand, nothing ever deleted
access      people, roles, and what they come in with
audit       who did what, each entry chained to the one before
work        jobs with leases, and the schedule
migrations  each change of the database, once
"""
