"""Rules on applications and qualifications: verdicts on facts passed in; no queries, no writes."""
