"""Migrates the database that DB_URL names, as an application does."""
import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.dialects import registry

try:
    import psycopg  # noqa: F401
    import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401
except ImportError:  # SQLAlchemy 1.4 knows psycopg 2 alone, which is libpq as well
    registry.register("postgresql.psycopg", "sqlalchemy.dialects.postgresql.psycopg2", "dialect")

with create_engine(os.environ["DB_URL"]).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
