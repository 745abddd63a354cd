"""Which changes were there? One file each; numbers count up.

r0001_runs  runs and the tables that they publish
"""
