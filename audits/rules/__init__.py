"""Rules of audits, incidents and enforcement: verdicts on objects passed in; no queries, no writes.

Guards of the state tables are here too: they take any object of the noun, so that these modules need no model.
"""
