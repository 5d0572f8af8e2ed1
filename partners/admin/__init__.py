"""The desk: where authorities work on cases."""

from django.contrib import admin

from partners.admin.application import ApplicationAdmin
from partners.admin.case_file import ImportedCaseAdmin
from partners.admin.name_list import NameListAdmin
from partners.admin.person import PersonAdmin
from partners.admin.removal import PersonRemovalAdmin
from partners.admin.screening import HitAdmin
from partners.models import Application, Hit, ImportedCase, NameList, Person, PersonRemoval

admin.site.register(Application, ApplicationAdmin)
admin.site.register(Person, PersonAdmin)
admin.site.register(NameList, NameListAdmin)
admin.site.register(Hit, HitAdmin)
admin.site.register(ImportedCase, ImportedCaseAdmin)
admin.site.register(PersonRemoval, PersonRemovalAdmin)
