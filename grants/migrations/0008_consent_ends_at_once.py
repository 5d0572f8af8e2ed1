"""A withdrawal for which the rulebook does not wait ends its line by its own day, and by no hold that could lapse."""

from django.db import migrations

ENDS_WITH_THE_NOTICE = """
    UPDATE grants_consentwithdrawal SET effective_on = LEAST(effective_on, (given_at AT TIME ZONE 'UTC')::date)
    WHERE state = 'noticed' AND hold_id IS NOT NULL
"""
"""The sweep marks these as in effect; what decides at the gate is the day."""


class Migration(migrations.Migration):
    dependencies = [("grants", "0007_places_catalogue_attestations")]

    operations = [
        migrations.RunSQL(ENDS_WITH_THE_NOTICE, migrations.RunSQL.noop),
        migrations.RemoveField("consentwithdrawal", "hold"),
    ]
