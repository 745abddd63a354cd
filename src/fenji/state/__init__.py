"""What has happened, and what may be seen? The only room that knows SQLAlchemy; runs, policies and overrides today, users and ledgers later.

database    one SQLite file or PostgreSQL server, brought up to date when it is opened
models      the rows as they are stored
store       where a run's Parquet folders stand
runs        one writer at a time, readers see only what is published
heartbeat   how a run shows that it is alive
policy_versions  the policy versions that were published, frozen
overrides   which tiers people have decided by hand, nothing ever deleted
migrations  each change of the database, once
"""
