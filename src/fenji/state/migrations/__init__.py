"""What has changed in the state database, once and in order? Run by Alembic when the database is opened.

versions  one file per change
"""
