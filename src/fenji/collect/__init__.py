"""What came in from every source, exactly as it came? Files and queries become raw tables, each record with where it is from.

headers     what a header means: normalised, with synonyms in Chinese and English
sniffing    what a data file looks like: format, encoding, delimiter, header row, first rows
mapping     which column fills which field, how sure that is, and what is missing
"""
