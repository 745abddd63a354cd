"""What came in from every source, exactly as it came? Files and queries become raw tables, each record with where it is from.

ports          what collecting needs from outside
collecting     what came in since the last run: new, changed, unchanged, gone
files          which files a source means
fingerprints   whether a file has been read before, in the same way
matching       where in a file the columns stand that a source maps
header_languages  names of columns in other languages
header_words   what the words of a header say that stands in no list
headers        what a header means: normalised, with synonyms in Chinese and English
header_names   the synonyms themselves, per feed and field
remarks        sentences for the reader of a proposal
findings       every message about a table, with its code and its cure
reading        from bytes to records: text, workbooks, Parquet, JSON lines, databases
understanding  what the rows and columns of files are, how files belong together, and which order of the evidence decides
asking         the questions that a person must answer, and the answers that are remembered
proposing      what sources.yaml would say for sampled files: from grouping to paths
writing        the proposal as a commented sources.yaml
"""
