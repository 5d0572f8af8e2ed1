from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    label = "audits"
    verbose_name = "Audits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audits.interim import watch_interim_holds
        from audits.needs import register_needs
        from audits.queries import audit_report, incident_report
        from audits.queries.appealable import refusal_remedy
        from audits.queries.sealed import appeals_in
        from audits.standing import watch_qualifications
        from partners.appealed import TELLERS
        from partners.queries.verify import SOURCES
        from partners.remedies import FINDERS

        register_needs()
        watch_interim_holds()
        watch_qualifications()
        SOURCES.extend([audit_report.document_of, incident_report.document_of])
        FINDERS.append(refusal_remedy)
        TELLERS.append(appeals_in)
