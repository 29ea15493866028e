"""Connects as a migration does, and asks."""
from alembic import context
from sqlalchemy import engine_from_config, text

with engine_from_config(context.config.get_section("alembic"), prefix="sqlalchemy.").connect() as connection:
    context.config.attributes["answer"] = connection.execute(text(context.config.attributes["query"])).scalar()
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
