"""Figures kept as sums: sources say what is counted, `keep` keeps the sums, `read` reads them."""
