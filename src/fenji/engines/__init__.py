"""On what are expressions run? The only room that knows DuckDB and Spark; both give the same answer to the cent.

engine          what every engine can do
functions       how each engine writes what Ibis has no word for
failures        what goes wrong on every engine, in our words
components      which ids hang together, computed on any engine
part_files      where the results of a batch step go
duck            DuckDB over Parquet, the default
duck_reading    how DuckDB reads the company's files into raw tables
duck_paths      paths as DuckDB must be told them
duck_types      our types as DuckDB writes them
spark           Spark, for what does not fit one machine
spark_session   how a Spark session is opened, set and closed
spark_cluster   whether there is a cluster, and workers for it
spark_failures  what goes wrong on Spark, in our words
spark_types     our types in Spark
spark_paths     paths as Spark must be told them
spark_writing   Parquet files from a data frame
spark_reading   how Spark reads the company's files into raw tables
spark_lines     the records of a text file, line by line in parallel
spark_texts     typed values as people write them
held            columns that are asked for again and again
asked_numbers   the same question with other numbers, or of another run
compiled        the SQL of questions that were asked lately
stored_rows     rows of stored tables, read without an engine
opening         the engine that is asked for
checks          a table is held to its contract when it is saved
"""
