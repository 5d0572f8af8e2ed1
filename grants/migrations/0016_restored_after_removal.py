import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0015_stops_at_limit"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="grant",
            name="lifecycle_moves",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grant",
            trigger=pgtrigger.compiler.Trigger(
                name="lifecycle_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ('awaiting_agreement>in_force', 'awaiting_agreement>expired', 'in_force>expired', 'awaiting_agreement>superseded', 'in_force>superseded', 'awaiting_agreement>surrendered', 'in_force>surrendered', 'awaiting_agreement>revoked', 'in_force>revoked', 'revoked>in_force') THEN\n                RAISE EXCEPTION 'lifecycle: % cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state;\n            END IF;\n            RETURN NEW;\n            ",
                    hash="3c76a67c8326d880d3998e1e64065a5b0e097303",
                    operation="UPDATE",
                    pgid="pgtrigger_lifecycle_moves_cae7a",
                    table="grants_grant",
                    when="BEFORE",
                ),
            ),
        ),
    ]
