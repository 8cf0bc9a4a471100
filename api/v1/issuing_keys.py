"""The issuing keys, public halves only, as the register has them."""

from base64 import b64encode
from datetime import date

from fastapi import APIRouter, Response

from api.v1.answering import KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Shown, examples
from gimark.issuance.keys.queries import registered_keys
from gimark.keys.keyset import IssuingKey, KeyState

router = APIRouter(prefix="/issuing-keys", tags=["issuing keys"], route_class=JsonRoute)

EXAMPLE = {
    "kid": "0001",
    "alg": "ed25519",
    "public": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "issues_from": "2026-01-01",
    "issues_until": "2026-12-31",
    "state": "active",
    "revoked_at": None,
}


class IssuingKeyShown(Shown):
    """An issuing key; days on which it signs new runs, both included. Its codes verify for ever.

    `revoked_at` is the log's size at which it was revoked: only runs entered below it stay confirmed.
    """

    model_config = examples(EXAMPLE)

    kid: str
    alg: str
    public: str
    issues_from: date
    issues_until: date
    state: KeyState
    revoked_at: Count | None

    @classmethod
    def of(cls, key: IssuingKey) -> "IssuingKeyShown":
        """What is shown of a key."""
        return cls(
            kid=key.kid,
            alg=key.alg,
            public=b64encode(key.public).decode(),
            issues_from=key.from_on,
            issues_until=key.until_on,
            state=key.state,
            revoked_at=key.revoked_at,
        )


class IssuingKeysShown(Shown):
    """Every issuing key that there ever was, by kid."""

    model_config = examples({"items": [EXAMPLE]})

    items: list[IssuingKeyShown]


@router.get("", response_model=IssuingKeysShown, summary="List issuing keys", openapi_extra=needs(None))
def list_issuing_keys(process: Here, _actor: Caller, known: KnownTag = None) -> Response:
    """All of them: a kid is never used again. Verifiers take the signed key set at `/.well-known/gi-keys` instead."""
    with process.here.store.reading() as session:
        return told(IssuingKeysShown(items=[IssuingKeyShown.of(key) for key in registered_keys(session)]), known)
