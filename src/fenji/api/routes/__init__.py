"""The routes of the API, by subject; each declares the right that it needs.

describing  what a route says of itself
figures     counts, sums and shares, and what models say
customers   lists of customers, one customer, and looking for one
jobs        work that nobody waits for
tables      whole stored tables
sources     what is read, and files that come in
runs        which runs there have been
logging_in  coming in and going out
people      people, tokens and the audit log
health      whether the server lives
"""

from __future__ import annotations

from fenji.api.routes import customers, figures, jobs, logging_in, people, runs, sources, tables

ROUTERS = (
    *(figures.router, customers.router, tables.router, sources.router),
    *(runs.router, people.router, jobs.router, logging_in.router),
)
"""All routes below the prefix of the API."""
