"""What do charts show, and how do they look on paper? Plain data from answers, drawn here as SVG and in a browser from the same data.

axes        units, roles of colors, series, and the data table
data        the records of charts: bars, areas, lines, small multiples
flows       the records of Sankey diagrams and heat tables
spreads     the records of histograms, Pareto charts, boxes and intervals
palette     the colors of tiers, good and bad on light and dark ground
scales      where a value stands along an axis
drawing     elements of SVG, with texts that are measured
svg_axes    the room of a chart, its axes and its legend as SVG
svg         any chart as SVG
svg_series  bars, areas and lines as SVG
svg_spreads  histograms, Pareto charts, boxes and intervals as SVG
svg_flows   Sankey diagrams and heat tables as SVG
of_answers  the charts that each answer has
"""
