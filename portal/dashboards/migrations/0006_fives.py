"""Sums of five days beside those of days and months, made from the days that are kept."""

from django.db import migrations, models

FIVES = """
INSERT INTO dashboards_tally (narrow, jurisdiction, tier, measure, grain, day, month, in_group, in_column, units, change)
SELECT narrow, jurisdiction, CASE GROUPING(tier) WHEN 1 THEN '*' ELSE tier END, measure, 'f', five.day, month, in_group,
    in_column, units, sum(change)
FROM dashboards_tally tally CROSS JOIN LATERAL (SELECT date_trunc('month', tally.day)::date
    + least((extract(day FROM tally.day)::int - 1) / 5, 5) * 5 AS day) five
WHERE grain = 'd'
GROUP BY narrow, jurisdiction, measure, five.day, month, in_group, in_column, units, GROUPING SETS ((tier), ())
HAVING sum(change) <> 0
"""


class Migration(migrations.Migration):
    dependencies = [('dashboards', '0005_monthly_reports')]

    operations = [
        migrations.AlterField(
            model_name='tally',
            name='grain',
            field=models.CharField(choices=[('y', 'Year'), ('m', 'Month'), ('f', 'Five days'), ('d', 'Day')], max_length=1),
        ),
        migrations.RunSQL(FIVES, "DELETE FROM dashboards_tally WHERE grain = 'f'"),
    ]
