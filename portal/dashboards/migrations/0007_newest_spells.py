from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0006_fives"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="spell",
            index=models.Index(fields=["measure", "-since"], name="spell_newest"),
        ),
    ]
