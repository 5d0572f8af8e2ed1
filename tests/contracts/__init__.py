"""What holds for the whole house, and is held by walking it: every URL, model, template and state table."""
