"""The first table of the application."""
from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("memories", sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
