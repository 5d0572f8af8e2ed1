"""Keys that sign tokens."""

LIFECYCLE = {"keys.SigningKey"}
