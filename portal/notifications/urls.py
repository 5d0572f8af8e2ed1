"""Addresses of notifications: the inbox, and the demonstration's mailbox."""

from django.urls import path

from portal.notifications.views import inbox, mailbox

urlpatterns = [
    path("notices/", inbox.Inbox.as_view(), name="inbox"),
    path("notices/read/", inbox.mark_all_read, name="notices_read"),
    path("notices/<uuid:pk>/open/", inbox.open_, name="notice_open"),
    path("mailbox/", mailbox.Mailbox.as_view(), name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mail"),
    path("mailbox/<int:pk>/html/", mailbox.mail_html, name="mail_html"),
]
