"""Random people, random deeds: the world, the deeds, and what has to hold whatever they do."""
