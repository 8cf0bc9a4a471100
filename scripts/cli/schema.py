"""Whether the database is of the version that this program works with."""

from api.installation import open_installation
from api.settings import Settings
from gimark import migrations
from gimark.errors import Fault, StoreFailedError


def check_schema(settings: Settings) -> None:
    """Refuse a database of another version. Raises StoreFailedError with the remedy."""
    engine = open_installation(settings).store.engine
    revision = migrations.current(engine)
    engine.dispose()
    if revision != migrations.head():
        raise StoreFailedError(
            (
                Fault(
                    "database",
                    f"数据库版本为 {revision or '空'}，程序需要 {migrations.head()}",
                    f"the database is at {revision or 'nothing'}, the program needs {migrations.head()}",
                    "请先运行 gimark init，或备份后升级数据库",
                    "Run gimark init first, or back up and upgrade the database",
                ),
            )
        )
