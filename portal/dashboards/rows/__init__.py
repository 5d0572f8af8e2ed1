"""The rows behind a figure: the spells that it counts, as at its day, narrowed as it is."""
