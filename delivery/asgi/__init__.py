"""Media on an origin of its own: a bare ASGI application, with Django's settings and tables but no handler of its.

GET, HEAD  /m/{token}/{readable name}
GET, HEAD  /healthz
"""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not apps.ready:
    django.setup()

from delivery.asgi.origin import Application

__all__ = ["Application", "application"]

application = Application()
