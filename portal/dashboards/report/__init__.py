"""The monthly report to the oversight board."""
