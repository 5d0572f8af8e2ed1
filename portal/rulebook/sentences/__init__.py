"""The rules in sentences: what each part of a document says, for the public page and wherever a rule is cited."""
