"""What came in from every source, exactly as it came? Files and queries become raw tables, each record with where it is from.

ports              what collecting needs from an engine
collecting         what came in since the last run: new, changed, unchanged, gone
files              which files a source means
fingerprints       whether a file has been read before, in the same way
matching           where in a file the columns stand that a source maps
samples            what the head of a file is, and what can be asked of it
sniffing           what a data file looks like, found without being told
contents           what is really in a file: its bytes, encoding and lines
delimiters         which character separates the cells of a text
header_rows        which row is the header, and what is preamble or footer
delimited          CSV and TSV
repairs            which lines of a messy text file are records
workbooks          Excel
parquet_files      Parquet
json_lines         JSON lines
databases          tables and queries of SQL databases
unreadable         records that could not be read at all
headers            what a header means: normalised, with synonyms in Chinese and English
header_names       the synonyms themselves, per feed and field
mapping            what sources.yaml would say for sampled files: the proposal, from grouping to paths
mapping_proposal   the records of a proposal
mapping_table      the samples of one kind of file, side by side
mapping_feeds      what the rows of a table are
mapping_platforms  which shop platform wrote an export, and which of its columns to take
mapping_columns    which column fills which field, how sure that is, and why
mapping_evidence   what cells look like, and whether they fit a field
mapping_money      whether an amount is the row's or the order's, and the refund out of it
mapping_details    currency, scale of scores, kinds, returns, rows to leave out
mapping_gaps       what a source lacks, and what follows
mapping_yaml       the proposal as a commented sources.yaml
"""
