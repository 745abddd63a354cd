"""fenji 分级: every customer in a tier by rules that people can read.

collect   source systems -> raw     as it came, with where-from and when
prepare   raw -> clean              one customer, one order, one currency, one calendar
analyze   clean -> insight          metrics, tiers, counts
act       insight -> action         (to come)
improve   action + clean -> outcome (to come)
"""

__version__ = "0.1.0"
