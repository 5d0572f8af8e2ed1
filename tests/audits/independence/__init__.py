"""Random people audit, put right, test again and close: the world, the deeds, and what holds whatever they do."""
