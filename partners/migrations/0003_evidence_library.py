"""Evidence: the malware scan, versions, redacted copies and the last day of a document."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0002_declarations_and_sender'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='lifecycle_moves',
        ),
        migrations.RemoveConstraint(
            model_name='evidence',
            name='evidence_stored_with_hash',
        ),
        migrations.AddField(
            model_name='evidence',
            name='redacts',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='redacted_copies', to='partners.evidence'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='reminded',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='evidence',
            name='replaces',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='partners.evidence'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='scanned_at',
            field=models.DateTimeField(null=True, verbose_name='scanned for malware'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='scanner',
            field=models.CharField(blank=True, max_length=120, verbose_name='scanned by'),
        ),
        migrations.AddField(
            model_name="evidence",
            name="series",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL("UPDATE partners_evidence SET series = id", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="evidence",
            name="series",
            field=models.UUIDField(editable=False),
        ),
        migrations.AddField(
            model_name='evidence',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='version',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='version'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(condition=models.Q(('state', 'quarantined')), fields=['id'], name='evidence_to_scan'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(fields=['series', 'version'], name='evidence_versions'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(condition=models.Q(('state', 'stored'), ('valid_until__isnull', False)), fields=['valid_until'], name='evidence_ending'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='lifecycle_moves', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ('received>quarantined', 'received>stored', 'quarantined>stored', 'received>refused', 'quarantined>refused', 'received>abandoned') THEN\n                RAISE EXCEPTION 'lifecycle: % cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state;\n            END IF;\n            RETURN NEW;\n            ", hash='ee8a76be1d8678081f2d72ceaa288fcc38e72e7a', operation='UPDATE', pgid='pgtrigger_lifecycle_moves_b3b27', table='partners_evidence', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('quarantined', 'stored')), _negated=True), models.Q(models.Q(('sha256', ''), _negated=True), models.Q(('stored_name', ''), _negated=True)), _connector='OR'), name='evidence_kept_with_hash'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scanned_at__isnull', True), ('scanner', '')), models.Q(('scanned_at__isnull', False), models.Q(('scanner', ''), _negated=True)), _connector='OR'), name='evidence_scanned_by_something'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('replaces__isnull', True), ('redacts__isnull', True), _connector='OR'), name='evidence_version_or_copy'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(condition=models.Q(('replaces__isnull', False), ('state__in', ('received', 'quarantined', 'stored'))), fields=('replaces',), name='evidence_one_successor'),
        ),
    ]
