"""Lifecycles of institutions, applications, questions, third parties, documents and qualifications."""
