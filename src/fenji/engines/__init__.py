"""On what are expressions run? The only room that knows DuckDB and Spark; both give the same answer to the cent.

engine         what every engine can do
failures       what goes wrong on every engine, in our words
components     which ids hang together, computed on any engine
duck           DuckDB over Parquet, the default
spark          Spark, for what does not fit one machine
spark_session  how a Spark session is opened and set
spark_types    our types in Spark
opening        the engine that is asked for
checks         a table is held to its contract when it is saved
"""
