"""The desk: grant requests as cases, environments and what they are attested against, grants and holds."""

from django.contrib import admin

from grants.admin.cases import GrantRequestAdmin
from grants.admin.environment import EnvironmentAdmin
from grants.admin.hold import HoldAdmin
from grants.admin.measure import GrantMeasureAdmin
from grants.admin.re_review import ReReviewAdmin
from grants.admin.rows import GrantAdmin
from grants.admin.statement_catalogue import StatementCatalogueAdmin
from grants.admin.status_list import StatusListAdmin
from grants.models import Environment, Grant, GrantMeasure, GrantRequest, Hold, ReReview, StatementCatalogue, StatusList

admin.site.register(GrantRequest, GrantRequestAdmin)
admin.site.register(Environment, EnvironmentAdmin)
admin.site.register(Grant, GrantAdmin)
admin.site.register(Hold, HoldAdmin)
admin.site.register(GrantMeasure, GrantMeasureAdmin)
admin.site.register(ReReview, ReReviewAdmin)
admin.site.register(StatementCatalogue, StatementCatalogueAdmin)
admin.site.register(StatusList, StatusListAdmin)
