"""How do revenue, orders and customers go from month to month, and where will they go?

months       revenue, orders and customers of every month, by tier or category
decomposing  what of a series is trend, and what is the time of the year
models       where a series goes, by simple and by fitted models
trying       which model was nearest on the past, and how wide its intervals must be
series       months, shape and future of every series, as tables
"""
