from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    label = "audits"
    verbose_name = "Audits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audits.interim import watch_interim_holds
        from audits.needs import register_needs
        from audits.queries.audit_report import document_of
        from partners.queries.verify import SOURCES

        register_needs()
        watch_interim_holds()
        SOURCES.append(document_of)
