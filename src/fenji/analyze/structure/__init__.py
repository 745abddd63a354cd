"""What are the tiers made of? Groups, concentration, habits and goods, with what chance alone would do.

bands           groups for cross tables: values of a column, bands of a metric
concentration   on how few customers the revenue rests
cross_products  which tiers buy what and where, beside the average
cross_tables    tiers by groups, with totals that add up
descriptive     mean, spread and quantiles of every metric per tier
habits          when the customers of each tier order
independence    whether groups have to do with tiers, or chance explains it
"""
