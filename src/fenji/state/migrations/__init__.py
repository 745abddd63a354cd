"""What has changed in the state database, once and in order? Run by Alembic when the database is opened.

env       how Alembic is run
versions  one file per change
"""
