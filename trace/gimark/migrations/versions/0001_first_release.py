"""first release."""

import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers
from gimark.ledger.model import start_log
from gimark.store.base import UtcInstant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Acts of the past: a row is never changed and never deleted.
ACTS = (
    "signing_key",
    "key_act",
    "key_set_publication",
    "mark_authorization",
    "mark_authorization_change",
    "batch_act",
    "volume_movement",
    "issue_run",
    "run_authorization",
    "range_act",
    "range_span",
    "code_mark",
)


def upgrade() -> None:
    """Forward only: going back means restoring the backup that was made before the upgrade."""
    op.create_table(
        "code_scans",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.Column("first_hour", sa.BigInteger(), nullable=False),
        sa.Column("provinces", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("checks > 0", name=op.f("ck_code_scans_was_checked")),
        sa.PrimaryKeyConstraint("run_id", "idx", name=op.f("pk_code_scans")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "county",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("regulator_zh", sa.String(length=120), nullable=False),
        sa.Column("regulator_en", sa.String(length=240), nullable=False),
        sa.Column("regulator_address", sa.String(length=240), nullable=False),
        sa.Column("regulator_phone", sa.String(length=40), nullable=False),
        sa.Column("regulator_email", sa.String(length=120), nullable=False),
        sa.Column("title_zh", sa.String(length=60), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("icp_number", sa.String(length=60), nullable=False),
        sa.Column("psb_number", sa.String(length=60), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_county_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county")),
    )
    op.create_table(
        "gi_product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gi_product")),
        sa.UniqueConstraint("name_zh", name=op.f("uq_gi_product_name_zh")),
        sa.UniqueConstraint("ref", name=op.f("uq_gi_product_ref")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                name="job_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("run_after", UtcInstant(), nullable=False),
        sa.Column("every_s", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", UtcInstant(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("progress_done", sa.BigInteger(), nullable=False),
        sa.Column("progress_total", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.Column("finished_at", UtcInstant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_job_running_under_a_lease")
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)",
            name=op.f("ck_job_ended_at_an_instant"),
        ),
        sa.CheckConstraint("every_s IS NULL OR every_s > 0", name=op.f("ck_job_period_positive")),
        sa.CheckConstraint(
            "progress_done >= 0 AND progress_done <= progress_total", name=op.f("ck_job_progress_within_total")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_job_ref")),
    )
    op.create_index("ix_job_state_run_after", "job", ["state", "run_after"], unique=False)
    op.create_table(
        "log_entry",
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_log_entry")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_one_row")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_head_size_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_log_node_hash_size")),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_log_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "published_checkpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_published_checkpoint_root_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_checkpoint")),
    )
    op.create_index(op.f("ix_published_checkpoint_size"), "published_checkpoint", ["size"], unique=False)
    op.create_table(
        "run_scans",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_scans")),
    )
    op.create_table(
        "scan_check",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("device", sa.LargeBinary(length=8), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.CheckConstraint("length(device) = 8", name=op.f("ck_scan_check_device_size")),
        sa.PrimaryKeyConstraint("run_id", "idx", "hour", "device", name=op.f("pk_scan_check")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_scan_check_hour", "scan_check", ["hour"], unique=False)
    op.create_table(
        "scan_month",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.Column("devices", sa.BigInteger(), nullable=False),
        sa.Column("provinces", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "idx", "month", name=op.f("pk_scan_month")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_tag_key",
        sa.Column("week", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("length(secret) = 32", name=op.f("ck_scan_tag_key_secret_size")),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_scan_tag_key")),
    )
    op.create_table(
        "town",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_town")),
    )
    op.create_table(
        "verdict_hour",
        sa.Column("hour", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "reason", "province", name=op.f("pk_verdict_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enterprise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=240), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "company",
                "cooperative",
                "sole_trader",
                "other",
                name="enterprise_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=240), nullable=False),
        sa.Column("contact", sa.String(length=60), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("sc_licence", sa.String(length=16), nullable=True),
        sa.Column("subject_salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_enterprise_ledger_index")),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_enterprise_town_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_enterprise_ledger_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_enterprise_ref")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    op.create_table(
        "gi_right",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "gi_product",
                "certification_mark",
                "collective_mark",
                "agi",
                name="right_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("standard", sa.String(length=60), nullable=True),
        sa.Column("announcement", sa.String(length=60), nullable=True),
        sa.Column("trademark", sa.String(length=60), nullable=True),
        sa.Column("defined_grades", sa.JSON(), nullable=False),
        sa.Column("printed_texts", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=240), nullable=False),
        sa.Column(
            "source_tag",
            sa.Enum(
                "statute",
                "confirmed",
                "publication",
                "practice",
                "memory",
                "derived",
                "conflicting",
                "invented",
                name="source_tag",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_gi_right_dates_in_order")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_gi_right_ledger_index")),
        sa.ForeignKeyConstraint(["product_id"], ["gi_product.id"], name=op.f("fk_gi_right_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gi_right")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_gi_right_ledger_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_gi_right_ref")),
    )
    op.create_index(op.f("ix_gi_right_product_id"), "gi_right", ["product_id"], unique=False)
    op.create_table(
        "key_set_publication",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_key_set_publication_ledger_index")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_key_set_publication")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_key_set_publication_ledger_index")),
    )
    op.create_table(
        "product_class",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("is_prepackaged_food", sa.Boolean(), nullable=False),
        sa.Column("needs_licence", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["gi_product.id"], name=op.f("fk_product_class_product_id")),
        sa.PrimaryKeyConstraint("product_id", "key", name=op.f("pk_product_class")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=4), nullable=False),
        sa.Column("alg", sa.String(length=16), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_signing_key_dates_in_order")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_signing_key_ledger_index")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_signing_key_ledger_index")),
    )
    op.create_table(
        "gi_right_town",
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["right_id"], ["gi_right.id"], name=op.f("fk_gi_right_town_right_id")),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_gi_right_town_town_code")),
        sa.PrimaryKeyConstraint("right_id", "town_code", name=op.f("pk_gi_right_town")),
    )
    op.create_table(
        "key_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kid", sa.String(length=4), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("retire", "revoke", name="key_act_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("log_size", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["kid"], ["signing_key.kid"], name=op.f("fk_key_act_kid")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_key_act_ledger_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_act")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_key_act_ledger_index")),
    )
    op.create_table(
        "mark_authorization",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("labels_per_year", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_mark_authorization_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_mark_authorization_enterprise_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_mark_authorization_ledger_index")),
        sa.ForeignKeyConstraint(["right_id"], ["gi_right.id"], name=op.f("fk_mark_authorization_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_authorization")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_mark_authorization_ledger_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_mark_authorization_ref")),
    )
    op.create_index(
        "ix_mark_authorization_enterprise_id_right_id",
        "mark_authorization",
        ["enterprise_id", "right_id"],
        unique=False,
    )
    op.create_table(
        "trade_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=240), nullable=True),
        sa.Column("product_class", sa.String(length=40), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=True),
        sa.Column("net_g", sa.BigInteger(), nullable=False),
        sa.Column("storage", sa.String(length=120), nullable=True),
        sa.Column("shelf_life", sa.String(length=60), nullable=True),
        sa.Column("ingredients", sa.String(length=240), nullable=True),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("net_g > 0", name=op.f("ck_trade_item_net_content_positive")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_trade_item_enterprise_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_trade_item_ledger_index")),
        sa.ForeignKeyConstraint(["product_id"], ["gi_product.id"], name=op.f("fk_trade_item_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_item")),
        sa.UniqueConstraint("gtin", name=op.f("uq_trade_item_gtin")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_trade_item_ledger_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_trade_item_ref")),
    )
    op.create_index(op.f("ix_trade_item_enterprise_id"), "trade_item", ["enterprise_id"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "regulator",
                "producer",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.CheckConstraint(
            "(role = 'producer') = (enterprise_id IS NOT NULL)",
            name=op.f("ck_user_account_producers_have_an_enterprise"),
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_user_account_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("name", name=op.f("uq_user_account_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_user_account_ref")),
    )
    op.create_index(op.f("ix_user_account_enterprise_id"), "user_account", ["enterprise_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("producer_lot", sa.String(length=60), nullable=True),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("harvested_from", sa.Date(), nullable=False),
        sa.Column("harvested_until", sa.Date(), nullable=False),
        sa.Column("planned_g", sa.BigInteger(), nullable=False),
        sa.Column("packed_g", sa.BigInteger(), nullable=True),
        sa.Column("packed_on", sa.Date(), nullable=True),
        sa.Column("is_recalled", sa.Boolean(), nullable=False),
        sa.Column("registered_at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(packed_g IS NULL) = (packed_on IS NULL)", name=op.f("ck_batch_confirmed_whole")),
        sa.CheckConstraint("harvested_until >= harvested_from", name=op.f("ck_batch_harvest_in_order")),
        sa.CheckConstraint("packed_g IS NULL OR packed_g > 0", name=op.f("ck_batch_packed_mass_positive")),
        sa.CheckConstraint(
            "packed_on IS NULL OR packed_on >= harvested_until", name=op.f("ck_batch_packed_after_harvest")
        ),
        sa.CheckConstraint("planned_g > 0", name=op.f("ck_batch_planned_mass_positive")),
        sa.ForeignKeyConstraint(["item_id"], ["trade_item.id"], name=op.f("fk_batch_item_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_batch_ledger_index")),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_batch_town_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("item_id", "lot", name=op.f("uq_batch_item_id_lot")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_batch_ledger_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_batch_ref")),
    )
    op.create_index(op.f("ix_batch_item_id"), "batch", ["item_id"], unique=False)
    op.create_table(
        "mark_authorization_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authorization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "amend",
                "suspend",
                "restore",
                "revoke",
                name="change_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["mark_authorization.id"], name=op.f("fk_mark_authorization_change_authorization_id")
        ),
        sa.ForeignKeyConstraint(
            ["ledger_index"], ["log_entry.idx"], name=op.f("fk_mark_authorization_change_ledger_index")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_authorization_change")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_mark_authorization_change_ledger_index")),
    )
    op.create_index(
        op.f("ix_mark_authorization_change_authorization_id"),
        "mark_authorization_change",
        ["authorization_id"],
        unique=False,
    )
    op.create_table(
        "trade_item_right",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["trade_item.id"], name=op.f("fk_trade_item_right_item_id")),
        sa.ForeignKeyConstraint(["right_id"], ["gi_right.id"], name=op.f("fk_trade_item_right_right_id")),
        sa.PrimaryKeyConstraint("item_id", "right_id", name=op.f("pk_trade_item_right")),
    )
    op.create_table(
        "batch_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "confirm",
                "amend",
                "recall",
                name="batch_act_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=True),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_act_batch_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_batch_act_ledger_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_act")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_batch_act_ledger_index")),
    )
    op.create_index(op.f("ix_batch_act_batch_id"), "batch_act", ["batch_id"], unique=False)
    op.create_table(
        "batch_authorization",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authorization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["mark_authorization.id"], name=op.f("fk_batch_authorization_authorization_id")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_authorization_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "authorization_id", name=op.f("pk_batch_authorization")),
    )
    op.create_table(
        "batch_volume",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_g", sa.BigInteger(), nullable=False),
        sa.Column("activated_g", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "activated_g >= 0 AND activated_g <= issued_g", name=op.f("ck_batch_volume_activated_within_issued")
        ),
        sa.CheckConstraint("issued_g >= 0", name=op.f("ck_batch_volume_issued_not_negative")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_volume_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch_volume")),
    )
    op.create_table(
        "volume_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "issue",
                "activate",
                "void",
                "return",
                name="movement_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("issued_g", sa.BigInteger(), nullable=False),
        sa.Column("activated_g", sa.BigInteger(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_volume_movement_batch_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_volume_movement_ledger_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_movement")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_volume_movement_ledger_index")),
    )
    op.create_index(op.f("ix_volume_movement_batch_id"), "volume_movement", ["batch_id"], unique=False)
    op.create_table(
        "volume_reservation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("mass_g > 0", name=op.f("ck_volume_reservation_mass_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_volume_reservation_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_reservation")),
    )
    op.create_index(op.f("ix_volume_reservation_batch_id"), "volume_reservation", ["batch_id"], unique=False)
    op.create_table(
        "issue_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reservation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ordered_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("number >= 0 AND number <= 16777215", name=op.f("ck_issue_order_number_fits")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_issue_order_batch_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_issue_order_enterprise_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["volume_reservation.id"], name=op.f("fk_issue_order_reservation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_order")),
        sa.UniqueConstraint(
            "enterprise_id", "idempotency_key", name=op.f("uq_issue_order_enterprise_id_idempotency_key")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_issue_order_number")),
        sa.UniqueConstraint("ref", name=op.f("uq_issue_order_ref")),
    )
    op.create_index(op.f("ix_issue_order_batch_id"), "issue_order", ["batch_id"], unique=False)
    op.create_table(
        "issue_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("net_g", sa.BigInteger(), nullable=False),
        sa.Column("kid", sa.String(length=4), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("codes_root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("level8", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_issue_run_batch_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_issue_run_ledger_index")),
        sa.ForeignKeyConstraint(["order_id"], ["issue_order.id"], name=op.f("fk_issue_run_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_run")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_issue_run_ledger_index")),
        sa.UniqueConstraint("number", name=op.f("uq_issue_run_number")),
        sa.UniqueConstraint("order_id", name=op.f("uq_issue_run_order_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_issue_run_ref")),
    )
    op.create_index(op.f("ix_issue_run_batch_id"), "issue_run", ["batch_id"], unique=False)
    op.create_table(
        "code_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "copied", "display", "cleared", name="mark_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=240), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_code_mark_ledger_index")),
        sa.ForeignKeyConstraint(["run_id"], ["issue_run.id"], name=op.f("fk_code_mark_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_mark")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_code_mark_ledger_index")),
    )
    op.create_index("ix_code_mark_run_id_idx", "code_mark", ["run_id", "idx"], unique=False)
    op.create_table(
        "range_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "activate",
                "void",
                "return",
                "reprint",
                name="range_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=240), nullable=True),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_range_act_ledger_index")),
        sa.ForeignKeyConstraint(["run_id"], ["issue_run.id"], name=op.f("fk_range_act_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_range_act")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_range_act_ledger_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_range_act_ref")),
    )
    op.create_index(op.f("ix_range_act_run_id"), "range_act", ["run_id"], unique=False)
    op.create_table(
        "run_authorization",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authorization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["mark_authorization.id"], name=op.f("fk_run_authorization_authorization_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["issue_run.id"], name=op.f("fk_run_authorization_run_id")),
        sa.PrimaryKeyConstraint("run_id", "authorization_id", name=op.f("pk_run_authorization")),
    )
    op.create_table(
        "print_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("dpi", sa.BigInteger(), nullable=False),
        sa.Column("on_pack", sa.JSON(), nullable=False),
        sa.Column("facts_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "rendering",
                "ready",
                "released",
                "failed",
                name="print_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reprints_act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ordered_at", UtcInstant(), nullable=False),
        sa.Column("released_at", UtcInstant(), nullable=True),
        sa.CheckConstraint("first >= 0 AND last >= first", name=op.f("ck_print_order_in_order")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_print_order_enterprise_id")),
        sa.ForeignKeyConstraint(["reprints_act_id"], ["range_act.id"], name=op.f("fk_print_order_reprints_act_id")),
        sa.ForeignKeyConstraint(["run_id"], ["issue_run.id"], name=op.f("fk_print_order_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_order")),
        sa.UniqueConstraint(
            "enterprise_id", "idempotency_key", name=op.f("uq_print_order_enterprise_id_idempotency_key")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_print_order_ref")),
    )
    op.create_index(op.f("ix_print_order_run_id"), "print_order", ["run_id"], unique=False)
    op.create_table(
        "range_span",
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("first >= 0 AND last >= first", name=op.f("ck_range_span_in_order")),
        sa.ForeignKeyConstraint(["act_id"], ["range_act.id"], name=op.f("fk_range_span_act_id")),
        sa.PrimaryKeyConstraint("act_id", "first", name=op.f("pk_range_span")),
    )
    op.create_table(
        "print_file",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["print_order.id"], name=op.f("fk_print_file_order_id")),
        sa.PrimaryKeyConstraint("order_id", "name", name=op.f("pk_print_file")),
    )
    start_log(op.get_bind())
    triggers.install(op.get_bind(), triggers.LEDGER_TABLES + ACTS)
