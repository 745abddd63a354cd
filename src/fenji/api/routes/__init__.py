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
points      points that are held, spent and put back, and those of one customer
adjustments  points that people give or take by hand, and balances that come in
ledger      what all points come to, and their posting
members     who has an account, and who is one person
vouchers    codes that are issued, checked, used and given back
offers      documents of the loyalty program: programs, offers, benefits
referrals   who brought whom
metrics     what the metrics mean
named_lists  lists that people keep under a name
reports     the monthly report as files
health      whether the server lives
"""

from __future__ import annotations

from fenji.api.routes import (
    adjustments,
    customers,
    figures,
    jobs,
    ledger,
    logging_in,
    members,
    metrics,
    named_lists,
    offers,
    overrides,
    people,
    points,
    policies,
    referrals,
    reports,
    runs,
    sending,
    sources,
    tables,
    vouchers,
)

ROUTERS = (
    *(figures.router, customers.router, tables.router, metrics.router),
    *(policies.router, overrides.router, sources.router, runs.router, jobs.router),
    *(people.router, sending.router, logging_in.router),
    *(named_lists.router, reports.router),
    *(points.router, adjustments.router, ledger.router, members.router),
    *(vouchers.router, offers.router, referrals.router),
)
"""All routes below the prefix of the API."""
