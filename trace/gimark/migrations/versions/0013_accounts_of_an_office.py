"""who decides, who asks and who works in an office have roles of their own; second factors, tries, reset links."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROLE_CHECK, MEMBERSHIP_CHECK = "ck_user_account_role", "ck_user_account_producers_have_an_enterprise"
ROLES = (
    *("administrator", "regulator_lead", "regulator", "inspector"),
    *("producer_manager", "producer_clerk", "auditor"),
)
# Whoever could do something can do it still, and there is somebody who may approve.
RENAMED = {"producer": "producer_manager", "regulator": "regulator_lead"}


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    with op.batch_alter_table("user_account") as table:
        table.drop_constraint(op.f(ROLE_CHECK), type_="check")
        table.drop_constraint(op.f(MEMBERSHIP_CHECK), type_="check")
    for old, new in RENAMED.items():
        op.execute(sa.text("UPDATE user_account SET role = :new WHERE role = :old").bindparams(old=old, new=new))
    with op.batch_alter_table("user_account") as table:
        names = ", ".join(f"'{role}'" for role in ROLES)
        table.create_check_constraint(op.f(ROLE_CHECK), f"role IN ({names})")
        table.create_check_constraint(
            op.f(MEMBERSHIP_CHECK), "(role IN ('producer_manager', 'producer_clerk')) = (enterprise_id IS NOT NULL)"
        )
    _add_tables()


def _add_tables() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("tag", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("last_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_sign_in_tries_was_tried")),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_sign_in_tries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sign_in_tries_last_at"), "sign_in_tries", ["last_at"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", UtcInstant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("user_id", "sha256", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "reset_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", UtcInstant(), nullable=False),
        sa.Column("expires_at", UtcInstant(), nullable=False),
        sa.Column("ended_at", UtcInstant(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_reset_link_made_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_reset_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_reset_link_token_sha256")),
    )
    op.create_index(op.f("ix_reset_link_user_id"), "reset_link", ["user_id"], unique=False)
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(length=48), nullable=True),
        sa.Column("pending", sa.LargeBinary(length=48), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcInstant(), nullable=True),
        sa.CheckConstraint("(sealed IS NULL) = (since IS NULL)", name=op.f("ck_second_factor_confirmed_whole")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
