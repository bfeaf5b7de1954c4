"""The pages and the API, for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.heap import settle_heap

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # loads the views, which would otherwise come after
settle_heap()
