"""What happened: the deeds of the record that concern a person, as much of them as the objects' own pages tell."""
