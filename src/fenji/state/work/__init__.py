"""How is work kept that nobody waits for? Jobs with leases, the lines of their logs, and which slots of the schedule have fired.

rows       the rows as they are stored
repositories  all of them on one session
jobs       which jobs were asked for, and how far they are
claims     who works on a job: claims, fences, retries, what came of it
leases     which job the work of this context belongs to, and whether it may still publish
slots      each slot of the schedule fires once
"""
