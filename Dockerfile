# The same code on real services: see docker-compose.yml.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements/runtime.txt

FROM python:3.11-slim AS frontend
WORKDIR /app
COPY requirements/frontend.txt requirements/frontend.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements/frontend.txt
COPY config/__init__.py config/frontend.py config/
COPY workspace/frontend workspace/frontend
RUN python -m config.frontend build

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 VAR_DIR=/var/lib/tandem
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /var/lib/tandem --create-home tandem
COPY --from=build /venv /venv
COPY . .
COPY --from=frontend /app/workspace/frontend/dist workspace/frontend/dist
USER tandem
EXPOSE 8000 8001
ENV GRANIAN_HTTP1_HEADER_READ_TIMEOUT=10000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "config.wsgi:application"]
