"""What the dashboards count."""

MUTABLE = {
    "dashboards.Cursor": "Says up to which entry of the record the rollups are kept; rises.",
    "dashboards.Spell": "Is made anew from the record whenever that tells something new.",
    "dashboards.Tally": "Sums of spells, made anew from them.",
}
