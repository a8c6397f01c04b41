"""Whether a PostgreSQL server answers at this URL: exit status 0 or 1."""

import sys

import psycopg

try:
    psycopg.connect(sys.argv[1], connect_timeout=2).close()
except psycopg.OperationalError:
    sys.exit(1)
