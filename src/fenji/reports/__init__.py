"""What do people take along? Files that leave the workspace; nothing here computes a number.

beside  what stood there at the review that is compared with
charts  charts: their data, colors, and SVG
drawing  one chart as SVG, as PNG, or as a workbook with a native chart
lists   a list of customers as a workbook, as text for spreadsheets, or as Parquet
points_workbook  balance sheet, roll-forward and liability of points as a workbook
monthly  one report on the tiers of a review, in several shapes
writing  where a file may be written, and that it appears whole
"""
