"""On what are expressions run? The only room that knows DuckDB and Spark; both give the same answer to the cent.

engine      what every engine can do
components  which ids hang together, computed on any engine
duck        DuckDB over Parquet, the default
checks      a table is held to its contract when it is saved
spark       a Spark session, for what does not fit one machine
opening     the engine that the settings ask for
"""
