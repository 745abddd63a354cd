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
sending     webhooks and alerts
policies    versions of policies, drafts, what-if and suggestions
overrides   tiers that people give by hand, and proposals of them
metrics     what the metrics mean
named_lists  lists that people keep under a name
reports     the monthly report as files
health      whether the server lives
"""

from __future__ import annotations

from fenji.api.routes import (
    customers,
    figures,
    jobs,
    logging_in,
    metrics,
    named_lists,
    overrides,
    people,
    policies,
    reports,
    runs,
    sending,
    sources,
    tables,
)

ROUTERS = (
    *(figures.router, customers.router, tables.router, metrics.router),
    *(policies.router, overrides.router, sources.router, runs.router, jobs.router),
    *(people.router, sending.router, logging_in.router),
    *(named_lists.router, reports.router),
)
"""All routes below the prefix of the API."""
