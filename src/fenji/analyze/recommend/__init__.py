"""What will a customer want next: products near to what they bought, tried on the past beside what is merely popular?

purchases   which products every customer bought, how lately and how often
catalogue   what may be recommended, to which tier, and how popular it is
neighbours  which products are near to each other
factors     the taste of a customer as a few numbers
histories   what some customers bought, as arrays
picking     which allowed products fit them best
scoring     the recommendations of every customer, and why
backtest    which method would have found most of what was bought next
"""
