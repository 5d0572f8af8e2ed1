from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "grants"
    label = "grants"
    verbose_name = "Grants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from grants import effects
        from grants.actions.credential import follow
        from grants.actions.signal import tell_gateways
        from grants.actions.status import publish_due
        from grants.actions.stream import forget_gateways, seal_streams_anew
        from grants.needs import register_needs
        from grants.queries.hold import holds_on_person
        from grants.queries.pack import document_of
        from grants.transmitter import ON_WAKE
        from partners.queries.person import HOLDS
        from partners.queries.verify import SOURCES
        from portal.core.observers import observe
        from portal.keys.sealed import ANEW

        register_needs()
        effects.watch()
        effects.subscribe(follow)
        effects.subscribe(tell_gateways)
        observe(["gateway"], forget_gateways)
        ON_WAKE.append(publish_due)
        ANEW.append(seal_streams_anew)
        SOURCES.append(document_of)
        HOLDS.append(holds_on_person)
