"""From bytes to records: every file format becomes rows of text with their row numbers, and what cannot be read is handed back.

samples          what is known of a file, and what can be asked of it
sniffing         what a data file looks like, found without being told
contents         what is really in a file: its bytes, encoding and lines
encodings        which encoding a text is written in
delimiters       which character separates the cells of a text
cells            what a cell looks like: a number, a moment or text
periods          which month, quarter or year a header names
header_rows      which row is the header, and what is preamble or footer
frames           where in a file its table stands
totals           which rows are sums of other rows
heads            which columns are filled on the first row of an order only
shaping          the table that comes out of a file that is laid out for readers
layouts          what a file needs to become a table
sampling         what is in a text file, without reading all of it
delimited        CSV and TSV
repairs          which lines of a messy text file are records
shaped_reading   the rows of a shaped table on their way to the engine
workbooks        Excel
sheets           what stands in the sheets of a workbook
apart            opening a workbook in a process of its own, with bounded memory and time
workbook_process  what that process does
workbook_repair   a copy of a workbook without what breaks its reader
limits           how much one file may ask for
workbook_xml     what the XML of a workbook says beside its cells
markup           tables of web pages and SpreadsheetML that are named like workbooks
parquet_files    Parquet
parquet_bounds   whether a Parquet file swells as no table does
json_lines       JSON
json_values      which records a JSON file holds
databases        tables and queries of SQL databases
unreadable       records that could not be read at all
"""
