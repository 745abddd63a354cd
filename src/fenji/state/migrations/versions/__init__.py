"""Which changes were there? One file each; numbers count up.

r0001_runs      runs and the tables that they publish
r0002_policies  published policy versions, and overrides
r0003_audit     the audit log, and one writer per command and base run
r0004_manifests  what every published file was to the byte, and the order of runs without a clock
r0005_names     names of runs that people keep
r0006_bases     what the clean tables of a run were made of
r0007_access    people, roles, and what they come in with
r0008_work      jobs, their logs, and the fired slots of the schedule
r0010_serving   what server processes count and remember together
r0009_sending   events, webhooks and deliveries
r0011_drafting  drafts of policies, and proposed overrides
r0012_imports   files that were sent and are not accepted yet
r0013_named_lists  conditions of lists that people keep under a name
r0014_acknowledged_alerts  who has acknowledged an alert, and when
r0015_loyalty   the points ledger
r0016_offers    offers and vouchers
r0017_qualifying  when points came to count for a tier
"""
