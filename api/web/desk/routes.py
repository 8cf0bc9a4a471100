"""The routes of all desks. One line a router; each is behind the sign-in and its forms are checked."""

from functools import cache

from fastapi import APIRouter, Depends

from api.web.account import me, reset, sign_in, sign_out, steps, users
from api.web.desk import approvals, exports, finding, style
from api.web.desk.seat import check_form
from api.web.producer import routes as producer
from api.web.producer import uploads
from api.web.regulator import (
    authorizations,
    batches,
    changing,
    checks,
    enterprises,
    home,
    items,
    lots,
    notices,
    products,
    right_forms,
    rights,
    runs,
    voids,
)
from api.web.studio import routes as studio

# Whoever comes here need not be signed in.
OPEN = (sign_in.router, reset.router, style.router)
REGULATOR = (
    home,
    authorizations,
    changing,
    enterprises,
    products,
    right_forms,
    rights,
    items,
    batches,
    runs,
    checks,
    lots,
    voids,
    notices,
)
BEHIND_SIGN_IN = (
    *(
        steps.router,
        sign_out.router,
        me.router,
        users.router,
        approvals.router,
        uploads.router,
        finding.router,
        exports.router,
    ),
    *producer.ROUTERS,
    *studio.ROUTERS,
    *(page.router for page in REGULATOR),
)


@cache
def desk_pages() -> APIRouter:
    """Everything at /sign-in, /me, /users, and the desks; put together once, since its routes serve any application."""
    router = APIRouter(include_in_schema=False)
    for part in OPEN:
        router.include_router(part)
    for part in BEHIND_SIGN_IN:
        router.include_router(part, dependencies=[Depends(check_form)])
    return router
