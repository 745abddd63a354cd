"""What does a manager open every month? One report of frozen records, from the typed answers of the use-cases; every shape renders the same records.

record    the records: report, sections, tables of typed cells, charts, passages
asking    the answers of the use-cases, each asked once
cells     numbers of answers as cells, or why they are not told
sections  one file per section
making    a report for one reader, with what the company has chosen
shapes    as which files a report can be written
html      one HTML file that prints on A4
excel     a workbook with native charts
word      a document with native charts
pdf       a tagged PDF
sheets    blocks as cells of a sheet
natives   native charts over cells
chart_xml  native charts as a document wants them
word_parts  what a document needs beside text
logos     how large a logo is shown
texts     what stands in every file
filing    where reports stand, and under which names
"""
