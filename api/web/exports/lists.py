"""Every list that can be taken along, by the name that it has in addresses."""

from collections.abc import Mapping
from typing import Any

from api.web.exports.asked import KeptList
from api.web.exports.goods import BATCHES, ORDERS, PRINT_ORDERS, RUNS, UPLOADS
from api.web.exports.office import CHECKS, JOBS, KEYS, USERS, VERDICTS
from api.web.exports.registry import AUTHORIZATIONS, ENTERPRISES, ITEMS, NOTICES, PROPOSALS, RIGHTS

LISTS: Mapping[str, KeptList[Any]] = {
    "batches": BATCHES,
    "orders": ORDERS,
    "runs": RUNS,
    "print-orders": PRINT_ORDERS,
    "uploads": UPLOADS,
    "items": ITEMS,
    "enterprises": ENTERPRISES,
    "authorizations": AUTHORIZATIONS,
    "rights": RIGHTS,
    "proposals": PROPOSALS,
    "notices": NOTICES,
    "checks": CHECKS,
    "verdicts": VERDICTS,
    "users": USERS,
    "keys": KEYS,
    "jobs": JOBS,
}
