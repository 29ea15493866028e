"""Connects with the client that the argument names, as an application in a pod does, and prints the client's version and whether TLS is on."""
import asyncio
import os
import sys

QUERY = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


def psycopg2():
    import psycopg2
    cursor = psycopg2.connect(os.environ["DB_LIBPQ_URL"]).cursor()
    cursor.execute(QUERY)
    return psycopg2.__version__, cursor.fetchone()[0]


def psycopg():
    import psycopg
    return psycopg.__version__, psycopg.connect(os.environ["DB_LIBPQ_URL"]).execute(QUERY).fetchone()[0]


def asyncpg():
    import asyncpg

    async def ask():
        connection = await asyncpg.connect(os.environ["DB_LIBPQ_URL"])
        return await connection.fetchval(QUERY)

    return asyncpg.__version__, asyncio.run(ask())


def sqlalchemy(url):
    import sqlalchemy
    with sqlalchemy.create_engine(url).connect() as connection:
        return sqlalchemy.__version__, connection.execute(sqlalchemy.text(QUERY)).scalar()


def sqlalchemy_async(url):
    import sqlalchemy
    from sqlalchemy.ext.asyncio import create_async_engine

    async def ask():
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            value = (await connection.execute(sqlalchemy.text(QUERY))).scalar()
        await engine.dispose()
        return value

    return sqlalchemy.__version__, asyncio.run(ask())


def alembic():
    import io

    import alembic
    from alembic import command, config
    output = io.StringIO()
    settings = config.Config(stdout=output)
    settings.set_main_option("script_location", os.path.join(os.path.dirname(__file__), "alembic"))
    settings.set_main_option("sqlalchemy.url", os.environ["DB_URL"])
    settings.attributes["query"] = QUERY
    command.current(settings)
    return alembic.__version__, settings.attributes["answer"]


CLIENTS = {
    "psycopg2": psycopg2,
    "psycopg": psycopg,
    "asyncpg": asyncpg,
    "sqlalchemy+psycopg2": lambda: sqlalchemy(os.environ["DB_LIBPQ_URL"]),
    "sqlalchemy+psycopg": lambda: sqlalchemy(os.environ["DB_URL"]),
    "sqlalchemy+asyncpg": lambda: sqlalchemy_async(os.environ["DB_LIBPQ_URL"].replace("postgresql://", "postgresql+asyncpg://")),
    "sqlalchemy+asyncpg_url": lambda: sqlalchemy_async(os.environ["ASYNC_URL"]),
    "alembic": alembic,
}
for line in CLIENTS[sys.argv[1]]():
    print(line)
