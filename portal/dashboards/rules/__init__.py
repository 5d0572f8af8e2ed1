"""Verdicts on objects that are passed in."""
