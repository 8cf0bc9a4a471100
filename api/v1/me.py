"""Who the access key says I am."""

from fastapi import APIRouter, Response

from api.v1.answering import KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import KeyHolder
from api.v1.models import Day, Ref, Shown, examples
from gimark.accounts.access.queries import Holder
from gimark.accounts.rules import Permission, Role

router = APIRouter(tags=["me"], route_class=JsonRoute)


class MeShown(Shown):
    """The owner of the access key in use, and what the key is for."""

    model_config = examples(
        {
            "name": "songwu",
            "role": "producer_manager",
            "key": "4h7n2c9x8r1t5w0q",
            "key_name": "ERP",
            "scopes": ["issue_codes", "manage_batches", "read"],
            "expires_on": "2027-06-30",
        }
    )

    name: str
    role: Role
    key: Ref
    key_name: str
    scopes: list[Permission]
    expires_on: Day

    @classmethod
    def of(cls, holder: Holder) -> "MeShown":
        """What is shown of whoever was let in; `scopes` are those that the role still permits."""
        actor, key = holder.actor, holder.key
        return cls(
            name=actor.name,
            role=actor.role,
            key=key.ref,
            key_name=key.name,
            scopes=sorted(actor.permissions),
            expires_on=key.expires_on,
        )


@router.get("/me", response_model=MeShown, summary="Who am I", openapi_extra=needs(None))
def show_me(holder: KeyHolder, known: KnownTag = None) -> Response:
    """The key's owner and role, and what this key may do."""
    return told(MeShown.of(holder), known)
