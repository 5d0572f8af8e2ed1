"""Rules on grants: verdicts on objects passed in; no queries, no writes."""
