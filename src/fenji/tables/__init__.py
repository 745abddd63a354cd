"""In what tables do the stages meet? One contract per stored table, one file per shelf; the insight shelf has one for each analysis.

contracts         all contracts by name
contract          what a contract is and how it is written
raw               as collected
functions         what a step may ask of an engine for which Ibis has no word
records           how the records of one file become rows of a raw table
clean             one customer, one order, one currency, one calendar
insight           metrics, tiers, counts
insight_forecasts  tiers foretold, and how that would have gone before
insight_trends    months of revenue, orders and customers, and those to come
insight_value     value of customers, the models behind it, and how they did
insight_priority  the priority ranking, and who may rise, fall or become frequent
insight_segments  segments, clusters and the rules that describe them
insight_churn     who may leave or order, why, and how good the models were
insight_whatif    steps of thresholds, and customers between them
insight_baskets   what is bought together, what is recommended
"""
