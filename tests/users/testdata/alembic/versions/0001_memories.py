"""A table, beside one that is there already."""
from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("stories", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.Text))
    op.add_column("memories", sa.Column("story", sa.Integer, sa.ForeignKey("stories.id")))
