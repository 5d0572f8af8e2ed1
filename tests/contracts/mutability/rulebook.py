"""Which rows of the rulebook may change."""

LIFECYCLE = {"rulebook.RulebookVersion"}
