"""Reads about lists of names, what is to be compared with them, and what was found."""
