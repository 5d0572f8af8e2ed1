"""The desk: where authorities work on cases."""

from django.contrib import admin

from partners.admin.application import ApplicationAdmin
from partners.models import Application

admin.site.register(Application, ApplicationAdmin)
