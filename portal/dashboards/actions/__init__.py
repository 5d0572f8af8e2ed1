"""What is written by this app: monthly reports, and a person's own saved views."""
