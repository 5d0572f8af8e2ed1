"""The desk: where authorities work on cases."""

from django.contrib import admin

from partners.admin.application import ApplicationAdmin
from partners.admin.person import PersonAdmin
from partners.models import Application, Person

admin.site.register(Application, ApplicationAdmin)
admin.site.register(Person, PersonAdmin)
