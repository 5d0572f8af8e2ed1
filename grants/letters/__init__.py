"""What documents about grants say: data for the templates in templates/documents."""
