"""A hearing is called by the clock of a place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0017_lessons")]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="hearing_zone",
            field=models.CharField(default="UTC", max_length=50, verbose_name="time zone of the hearing"),
        ),
    ]
