"""From bytes to records: every file format becomes rows of text with their row numbers, and what cannot be read is handed back.

samples        what the head of a file is, and what can be asked of it
sniffing       what a data file looks like, found without being told
contents       what is really in a file: its bytes, encoding and lines
delimiters     which character separates the cells of a text
header_rows    which row is the header, and what is preamble or footer
delimited      CSV and TSV
repairs        which lines of a messy text file are records
workbooks      Excel
parquet_files  Parquet
json_lines     JSON lines
databases      tables and queries of SQL databases
unreadable     records that could not be read at all
"""
