import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import portal.core.clock
import portal.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_scopes_of_signals_and_usage"),
        ("audits", "0002_escalation"),
        ("ledger", "0002_checkpoint"),
        ("partners", "0016_proofs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("sent", "Draft for the partner’s response"), ("final", "Final report")],
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("digest", models.CharField(max_length=64, verbose_name="digest of the report")),
                (
                    "language",
                    models.CharField(
                        choices=[("en-gb", "English"), ("fr", "French"), ("de", "German")],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=20, unique=True, verbose_name="code")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("sealed_by", models.CharField(max_length=64, verbose_name="certificate")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("stored_name", models.CharField(editable=False, max_length=100)),
                ("made_at", models.DateTimeField(default=portal.core.clock.now, verbose_name="made")),
            ],
            options={
                "verbose_name": "report of an audit",
                "verbose_name_plural": "reports of audits",
            },
        ),
        migrations.CreateModel(
            name="EvidenceReply",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField(verbose_name="answer")),
                ("late", models.BooleanField(verbose_name="late")),
                ("replied_at", models.DateTimeField(verbose_name="answered")),
            ],
            options={
                "verbose_name": "answer to a request for evidence",
                "verbose_name_plural": "answers to requests for evidence",
            },
        ),
        migrations.CreateModel(
            name="EvidenceRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("state", models.CharField(editable=False, max_length=40)),
                ("reference", models.CharField(max_length=20, unique=True, verbose_name="reference")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("text", models.TextField(verbose_name="what is asked for")),
                ("rulebook", models.CharField(max_length=20, verbose_name="rulebook")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("due", models.DateField(verbose_name="due")),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                ("remark", models.TextField(blank=True, verbose_name="remark")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
            ],
            options={
                "verbose_name": "request for evidence",
                "verbose_name_plural": "requests for evidence",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReplyDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ],
            options={
                "verbose_name": "document of an answer",
                "verbose_name_plural": "documents of answers",
            },
        ),
        migrations.CreateModel(
            name="SampledWindow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                (
                    "stratum",
                    models.CharField(
                        choices=[("all", "Of all windows"), ("outside", "Of those that no grant covered")],
                        max_length=8,
                        verbose_name="drawn",
                    ),
                ),
                ("rank", models.CharField(max_length=64, verbose_name="rank")),
                ("gateway_id", models.UUIDField(editable=False)),
                ("event_id", models.CharField(max_length=120, verbose_name="event")),
                ("started_at", models.DateTimeField(verbose_name="began")),
                ("ended_at", models.DateTimeField(verbose_name="ended")),
                ("facts", models.JSONField()),
            ],
            options={
                "verbose_name": "sampled window of use",
                "verbose_name_plural": "sampled windows of use",
            },
        ),
        migrations.CreateModel(
            name="UsageSample",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("algorithm", models.CharField(max_length=40, verbose_name="algorithm")),
                ("since", models.DateTimeField(verbose_name="from")),
                ("until", models.DateTimeField(verbose_name="to")),
                ("population", models.PositiveBigIntegerField(verbose_name="windows")),
                ("outside", models.PositiveBigIntegerField(verbose_name="windows that no grant covered")),
                ("drawn_at", models.DateTimeField(verbose_name="drawn")),
            ],
            options={
                "verbose_name": "sample of use",
                "verbose_name_plural": "samples of use",
            },
        ),
        migrations.CreateModel(
            name="WorkingNote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("written_at", models.DateTimeField(verbose_name="written")),
            ],
            options={
                "verbose_name": "working note",
                "verbose_name_plural": "working notes",
            },
        ),
        migrations.AddField(
            model_name="auditreport",
            name="audit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="audits.audit"
            ),
        ),
        migrations.AddField(
            model_name="evidencereply",
            name="replied_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="evidencerequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="evidencerequest",
            name="audit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="evidence_requests", to="audits.audit"
            ),
        ),
        migrations.AddField(
            model_name="evidencerequest",
            name="institution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.institution"
            ),
        ),
        migrations.AddField(
            model_name="evidencerequest",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="evidencerequest",
            name="tested",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="evidence_requests",
                to="audits.check",
            ),
        ),
        migrations.AddField(
            model_name="evidencereply",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="audits.evidencerequest"
            ),
        ),
        migrations.AddField(
            model_name="replydocument",
            name="evidence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.evidence"
            ),
        ),
        migrations.AddField(
            model_name="replydocument",
            name="reply",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="audits.evidencereply"
            ),
        ),
        migrations.AddField(
            model_name="evidencerequest",
            name="window",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="evidence_requests",
                to="audits.sampledwindow",
            ),
        ),
        migrations.AddField(
            model_name="usagesample",
            name="audit",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="usage_sample", to="audits.audit"
            ),
        ),
        migrations.AddField(
            model_name="usagesample",
            name="checkpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.checkpoint"
            ),
        ),
        migrations.AddField(
            model_name="usagesample",
            name="drawn_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sampledwindow",
            name="sample",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="windows", to="audits.usagesample"
            ),
        ),
        migrations.AddField(
            model_name="workingnote",
            name="audit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="working_notes", to="audits.audit"
            ),
        ),
        migrations.AddField(
            model_name="workingnote",
            name="tested",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="working_notes", to="audits.check"
            ),
        ),
        migrations.AddField(
            model_name="workingnote",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="auditreport",
            index=models.Index(fields=["sha256"], name="auditreport_sha256"),
        ),
        migrations.AddConstraint(
            model_name="auditreport",
            constraint=models.UniqueConstraint(fields=("audit", "version"), name="auditreport_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditreport",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="5de336fe7fadeda0ab857f7088d982bb87fac3ab",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8c420",
                    table="audits_auditreport",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditreport",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="ff9550779a79ee72025f216d4a3acf61be8595fa",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_d0d8e",
                    table="audits_auditreport",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencereply",
            constraint=models.UniqueConstraint(fields=("request", "number"), name="evidencereply_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencereply",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="114ac4df650125c0c4631bf16c3fe5b6ef1084e1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5edf9",
                    table="audits_evidencereply",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencereply",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="14da5cc3c1d624d3a70f576cc7a043e5ab7074ee",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_5347a",
                    table="audits_evidencereply",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="replydocument",
            constraint=models.UniqueConstraint(fields=("reply", "evidence"), name="replydocument_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="replydocument",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="c7fec13cd6ebef417ecee19db8c48d231ce11439",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_02137",
                    table="audits_replydocument",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="replydocument",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="4e061bbef1f0943fc032a3ad5240cfe67012e159",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_96b83",
                    table="audits_replydocument",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="evidencerequest",
            index=models.Index(
                condition=models.Q(("state__in", ("asked", "returned"))), fields=["due"], name="evidencerequest_owed"
            ),
        ),
        migrations.AddIndex(
            model_name="evidencerequest",
            index=models.Index(fields=["institution", "state", "due"], name="evidencerequest_institution"),
        ),
        migrations.AddConstraint(
            model_name="evidencerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["settled", "withdrawn", "unanswered"]), _negated=True),
                    models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                    _connector="OR",
                ),
                name="evidencerequest_settled_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["returned", "withdrawn"]), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="evidencerequest_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_begins",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF NEW.state NOT IN ('asked') THEN\n                RAISE EXCEPTION 'lifecycle: % cannot begin as %', TG_TABLE_NAME, NEW.state;\n            END IF;\n            RETURN NEW;\n            ",
                    hash="a713474f799819543cbc7f1c939c9aeca26fc8fd",
                    operation="INSERT",
                    pgid="pgtrigger_lifecycle_begins_530cb",
                    table="audits_evidencerequest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ('asked>answered', 'returned>answered', 'answered>returned', 'answered>settled', 'asked>withdrawn', 'returned>withdrawn', 'answered>withdrawn', 'asked>unanswered', 'returned>unanswered') THEN\n                RAISE EXCEPTION 'lifecycle: % cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state;\n            END IF;\n            RETURN NEW;\n            ",
                    hash="3bc82d1ad2f3ca2cb5ab6e2a326e39f9c4352715",
                    operation="UPDATE",
                    pgid="pgtrigger_lifecycle_moves_93f8c",
                    table="audits_evidencerequest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'lifecycle: rows of % are never deleted', TG_TABLE_NAME;",
                    hash="f05b04799c297370a581eb444815d6076608a546",
                    operation="DELETE",
                    pgid="pgtrigger_lifecycle_stays_f98e5",
                    table="audits_evidencerequest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_begun_recorded",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n        IF NOT EXISTS (\n            SELECT 1 FROM ledger_entry\n            WHERE object_id = NEW.id AND state = NEW.state AND xact = pg_current_xact_id()::text::bigint\n        ) THEN\n            RAISE EXCEPTION 'lifecycle: % % is not in the record', TG_TABLE_NAME, NEW.state;\n        END IF;\n        RETURN NULL;\n    ",
                    hash="69fd20b819c16cf1da1fe7fe42f4e7755b8343ca",
                    operation="INSERT",
                    pgid="pgtrigger_lifecycle_begun_recorded_62aaa",
                    table="audits_evidencerequest",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_moved_recorded",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state IS DISTINCT FROM NEW.state)",
                    constraint="CONSTRAINT",
                    func="\n        IF NOT EXISTS (\n            SELECT 1 FROM ledger_entry\n            WHERE object_id = NEW.id AND state = NEW.state AND xact = pg_current_xact_id()::text::bigint\n        ) THEN\n            RAISE EXCEPTION 'lifecycle: % % is not in the record', TG_TABLE_NAME, NEW.state;\n        END IF;\n        RETURN NULL;\n    ",
                    hash="df2f2bb8c82a8f5f60db227b1624a291846c127c",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_lifecycle_moved_recorded_7323c",
                    table="audits_evidencerequest",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evidencerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="77094881c6cf3fa09717f28cf82fea5146bccf9d",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_16cba",
                    table="audits_evidencerequest",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="usagesample",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="usagesample_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="usagesample",
            constraint=models.CheckConstraint(
                condition=models.Q(("outside__lte", models.F("population"))), name="usagesample_counts"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usagesample",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="d77a699ffeb44d02341173458cfcfdb0934b386f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e232e",
                    table="audits_usagesample",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usagesample",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="e46fba4aa34e1501c0525fbac0c6eb16e8297bf0",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_2e441",
                    table="audits_usagesample",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="sampledwindow",
            constraint=models.UniqueConstraint(fields=("sample", "place"), name="sampledwindow_place"),
        ),
        migrations.AddConstraint(
            model_name="sampledwindow",
            constraint=models.UniqueConstraint(
                fields=("sample", "gateway_id", "event_id", "started_at"), name="sampledwindow_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sampledwindow",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="a4f43871f935eab3a11b3d43b201c9362cb3cce5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_00675",
                    table="audits_sampledwindow",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sampledwindow",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="1f854c80fc1b4c7b6933d5975492597301d3f21c",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_eb2ab",
                    table="audits_sampledwindow",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="workingnote",
            index=models.Index(fields=["audit", "-written_at"], name="workingnote_of_audit"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workingnote",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="d25b336e05933bea054e2660a804c1e229296c25",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d1fd1",
                    table="audits_workingnote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workingnote",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="6c30ac52f73c4a23a8a7cd1c2c300110f201e196",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_41ba1",
                    table="audits_workingnote",
                    when="BEFORE",
                ),
            ),
        ),
    ]
