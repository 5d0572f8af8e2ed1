"""The desk: grant requests as cases, environments, grants and holds."""

from django.contrib import admin

from grants.admin.cases import GrantRequestAdmin
from grants.admin.rows import EnvironmentAdmin, GrantAdmin, HoldAdmin
from grants.models import Environment, Grant, GrantRequest, Hold

admin.site.register(GrantRequest, GrantRequestAdmin)
admin.site.register(Environment, EnvironmentAdmin)
admin.site.register(Grant, GrantAdmin)
admin.site.register(Hold, HoldAdmin)
