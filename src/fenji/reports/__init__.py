"""What do people take along? Files that leave the workspace; nothing here computes a number.

charts  charts: their data, colors, and SVG
lists   a list of customers as a workbook, as text for spreadsheets, or as Parquet
writing  where a file may be written, and that it appears whole
"""
