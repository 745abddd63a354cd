"""What came in from every source, exactly as it came? Files and queries become raw tables, each record with where it is from.

headers             what a header means: normalised, with synonyms in Chinese and English
header_names        the synonyms themselves, per feed and field
sniffing            what a data file looks like: format, encoding, delimiter, header row, first rows
mapping             what sources.yaml would say for sampled files: the proposal, from grouping to paths
mapping_proposal    the records of a proposal
mapping_table       the samples of one kind of file, side by side
mapping_feeds       what the rows of a table are
mapping_platforms   which shop platform wrote an export, and which of its columns to take
mapping_columns     which column fills which field, how sure that is, and why
mapping_evidence    what cells look like, and whether they fit a field
mapping_money       whether an amount is the row's or the order's, and the refund out of it
mapping_details     currency, scale of scores, kinds, returns, rows to leave out
mapping_gaps        what a source lacks, and what follows
mapping_yaml        the proposal as a commented sources.yaml
"""
