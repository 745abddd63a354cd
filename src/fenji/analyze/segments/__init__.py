"""Who resembles whom? Segments by declared cuts, clusters that the data show, and the rules that describe them.

lifecycle       prospect, new, active, won back, at risk or lost, by each customer's own rhythm
cuts            where scores and classes are cut, and on which side each customer stands
interests       main category and breadth of interest
assembling      every segmentation side by side, one row per customer
counting        customers and revenue by segment and tier
scaling         metrics of different units and shapes made comparable
centers         k-means in one thread
clustering      clusters of a sample, their number chosen by what can be found again
cluster_labels  the same group keeps its number from run to run
cluster_names   what a cluster is called, and what sets it apart
cluster_facts   averages and medians of every cluster
tree_growing    a shallow decision tree read off as rules
tree_rules      how well each rule describes everyone
"""
