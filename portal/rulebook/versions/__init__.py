"""The versions of the rulebook that come with the portal, as YAML files named by their version."""

from pathlib import Path

FOUNDING = Path(__file__).resolve().parent / "1.0.yaml"
"""Put in force when the portal is set up."""
