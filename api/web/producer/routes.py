"""The routers of the producer's desk; those whose address another's pattern would take come first."""

from api.web.producer import (
    batch_acts,
    batches,
    custody,
    downloads,
    enterprise,
    home,
    items,
    keys,
    ordering,
    orders,
    progress,
    registering,
    relabelling,
    scanning,
)

PAGES = (
    *(home, registering, batch_acts, batches, ordering, relabelling, progress, orders, downloads, custody, scanning),
    *(enterprise, items, keys),
)
ROUTERS = tuple(page.router for page in PAGES)
