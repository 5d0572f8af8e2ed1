"""Indexes for the lists behind figures: what stands on a day, and what happened in a month, newest first."""

import django.db.models.functions.comparison
from django.db import migrations, models

HAPPENED = models.Q(month__isnull=False)


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0007_newest_spells")]

    operations = [
        migrations.RemoveIndex(model_name="spell", name="spell_newest"),
        migrations.AddIndex(
            model_name="spell",
            index=models.Index(fields=["measure", "-since"], condition=HAPPENED, name="spell_newest"),
        ),
        migrations.AddIndex(
            model_name="spell",
            index=models.Index(
                fields=["measure", "in_group", "month", "-since"], condition=HAPPENED, name="spell_of_month"
            ),
        ),
        migrations.AddIndex(
            model_name="spell",
            index=models.Index(
                models.F("measure"),
                django.db.models.functions.comparison.Coalesce(
                    "until", models.Func(template="'infinity'::timestamptz", output_field=models.DateTimeField())
                ),
                condition=~HAPPENED,
                name="spell_stands",
            ),
        ),
    ]
