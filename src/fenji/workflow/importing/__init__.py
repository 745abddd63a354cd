"""How do files come in over the network? They are sent, asked about, looked at, and accepted into the sources or dropped.

databases  which tables of which databases can come in, and takes them
drafting   begins an import, takes its files, lists and drops it
proposing  what an import would write, its questions and their answers
showing    how its rows will be read
accepting  its files and answers enter the workspace
sources    which sources there are, and how one is taken back
"""
