import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import portal.core.clock
import portal.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_cover_for_absence"),
        ("grants", "0004_signed_in_whose_place"),
        ("partners", "0016_proofs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvaluationPlan",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("use_case", models.CharField(max_length=50, verbose_name="use case")),
                ("parts", models.JSONField(default=dict, verbose_name="plan")),
                ("written_at", models.DateTimeField(default=portal.core.clock.now, verbose_name="written")),
            ],
            options={
                "verbose_name": "evaluation plan",
                "verbose_name_plural": "evaluation plans",
            },
        ),
        migrations.CreateModel(
            name="GrantLinePerson",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
            ],
            options={
                "verbose_name": "person on a line of a grant",
                "verbose_name_plural": "people on lines of grants",
            },
        ),
        migrations.CreateModel(
            name="LinePerson",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
            ],
            options={
                "verbose_name": "person on a line asked for",
                "verbose_name_plural": "people on lines asked for",
            },
        ),
        migrations.CreateModel(
            name="LineSurrender",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("surrendered_at", models.DateTimeField(default=portal.core.clock.now, verbose_name="given back")),
            ],
            options={
                "verbose_name": "line given back",
                "verbose_name_plural": "lines given back",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="grant",
            name="lifecycle_moves",
        ),
        migrations.AlterField(
            model_name="grant",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="grants.grant",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grant",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ('awaiting_agreement>in_force', 'awaiting_agreement>expired', 'in_force>expired', 'awaiting_agreement>superseded', 'in_force>superseded', 'awaiting_agreement>surrendered', 'in_force>surrendered', 'awaiting_agreement>revoked', 'in_force>revoked') THEN\n                RAISE EXCEPTION 'lifecycle: % cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state;\n            END IF;\n            RETURN NEW;\n            ",
                    hash="e9b58e5665f913a0519aca168541797a42e89712",
                    operation="UPDATE",
                    pgid="pgtrigger_lifecycle_moves_cae7a",
                    table="grants_grant",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("in_force_since__isnull", False)),
                fields=("supersedes",),
                name="grant_superseded_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "awaiting_agreement")),
                fields=("supersedes",),
                name="grant_one_successor_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "draft",
                            "submitted",
                            "under_review",
                            "awaiting_partner",
                            "awaiting_provider",
                            "awaiting_signatures",
                        ),
                    )
                ),
                fields=("amends",),
                name="grantrequest_one_change_open",
            ),
        ),
        migrations.AddField(
            model_name="evaluationplan",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="grants.grantrequest"
            ),
        ),
        migrations.AddField(
            model_name="evaluationplan",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grantlineperson",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="people", to="grants.grantline"
            ),
        ),
        migrations.AddField(
            model_name="grantlineperson",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.person"
            ),
        ),
        migrations.AddField(
            model_name="lineperson",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="people", to="grants.requestline"
            ),
        ),
        migrations.AddField(
            model_name="lineperson",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.person"
            ),
        ),
        migrations.AddField(
            model_name="linesurrender",
            name="line",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="surrender", to="grants.grantline"
            ),
        ),
        migrations.AddField(
            model_name="linesurrender",
            name="surrendered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationplan",
            constraint=models.UniqueConstraint(fields=("request", "use_case"), name="evaluationplan_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evaluationplan",
            trigger=pgtrigger.compiler.Trigger(
                name="only_in_drafts",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (SELECT 1 FROM grants_grantrequest request WHERE request.id = COALESCE(NEW.request_id, OLD.request_id) AND request.state <> 'draft') THEN\n    RAISE EXCEPTION 'plans and people change in drafts only';\nEND IF;\nRETURN COALESCE(NEW, OLD);\n",
                    hash="68e9de00fdefd7206b109f50b81819ec15fccfc1",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_in_drafts_9f998",
                    table="grants_evaluationplan",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evaluationplan",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="7d02bc84381264a37250de6ab810102b0f3ded1e",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_5669d",
                    table="grants_evaluationplan",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="grantlineperson",
            constraint=models.UniqueConstraint(fields=("line", "person"), name="grantlineperson_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grantlineperson",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="23a4da2067cca7386cdccd8501c05da481254af1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ca02d",
                    table="grants_grantlineperson",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grantlineperson",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="72c1f5c3900a2b7619243141fd84819cbee58c64",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_35290",
                    table="grants_grantlineperson",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="lineperson",
            constraint=models.UniqueConstraint(fields=("line", "person"), name="lineperson_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lineperson",
            trigger=pgtrigger.compiler.Trigger(
                name="only_in_drafts",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (SELECT 1 FROM grants_grantrequest request WHERE request.id = (SELECT line.request_id FROM grants_requestline line WHERE line.id = COALESCE(NEW.line_id, OLD.line_id)) AND request.state <> 'draft') THEN\n    RAISE EXCEPTION 'plans and people change in drafts only';\nEND IF;\nRETURN COALESCE(NEW, OLD);\n",
                    hash="58a13b39ac6bf45758f7549b75696b0430dc5b5e",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_in_drafts_d53e1",
                    table="grants_lineperson",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lineperson",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="06e9e18309c940bba4323fc7ae267900e24e8ec3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_86945",
                    table="grants_lineperson",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="linesurrender",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="linesurrender_with_reason"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linesurrender",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
                    hash="3da6dfa655af3e7a9bb11faec16903be7d7be571",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2eea1",
                    table="grants_linesurrender",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linesurrender",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
                    hash="8bb73b1d169ee1f84d90395c10f0514fb9b1c4ee",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_15582",
                    table="grants_linesurrender",
                    when="BEFORE",
                ),
            ),
        ),
    ]
