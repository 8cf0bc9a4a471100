"""Authorizations: an enterprise's permission to use one right, and what became of it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import Changing, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Day, Instant, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from api.v1.proposals import NOT_YET, ProposalShown, asked_for
from gimark.accounts.rules import Actor, Permission
from gimark.approvals.asked import Revocation
from gimark.clock import local_day
from gimark.registry.authorizations import actions, queries
from gimark.registry.authorizations.actions import ChangeForm
from gimark.registry.authorizations.queries import AuthorizationRecord
from gimark.registry.authorizations.rules import Change, ChangeKind, Standing, Terms
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/authorizations", tags=["authorizations"], route_class=JsonRoute)

TERMS = {
    "classes": ["dried"],
    "number": "云市监〔2026〕7 号",
    "from": "2026-03-02",
    "until": "2029-03-01",
    "labels_per_year": 200000,
}
SUSPENDED = {
    "kind": "suspend",
    "reason": "抽检不合格，限期整改",
    "from": "2026-11-22",
    "terms": None,
    "ledger_index": 41,
}


class TermsSent(Sent):
    """What is permitted, and when: both days included, `until` null = open; `labels_per_year` null = no such limit."""

    model_config = examples(TERMS)

    classes: Annotated[list[Text], Field(max_length=50)]
    number: Text
    from_: Annotated[Day, Field(validation_alias="from")]
    until: Day | None = None
    labels_per_year: Count | None = None

    def terms(self) -> Terms:
        """The same for the domain."""
        return Terms(tuple(self.classes), self.number, self.from_, self.until, self.labels_per_year)


class GrantSent(TermsSent):
    """A grant: whom, for which right, on which terms."""

    model_config = examples({"enterprise": "0k3v9m2x7q8r4t6w", "right": "8d0f2h4k7n9q1s3v", **TERMS})

    enterprise: Ref
    right: Ref


class AmendmentSent(TermsSent):
    """New terms, all of them, in force from the day they are decided, and why; the reason will be public."""

    model_config = examples({**TERMS, "classes": ["dried", "fresh"], "reason": "增加鲜品"})

    reason: Text


class StopSent(Sent):
    """Why, which will be public, and from which day (included); `from` null = today."""

    model_config = examples({"reason": "抽检不合格，限期整改", "from": "2026-11-22"})

    reason: Text
    from_: Annotated[Day | None, Field(validation_alias="from")] = None


class TermsShown(Shown):
    """Terms; both days included."""

    classes: list[str]
    number: str
    from_: Annotated[date, Field(serialization_alias="from")]
    until: date | None
    labels_per_year: Count | None

    @classmethod
    def of(cls, terms: Terms) -> "TermsShown":
        """What is shown of terms."""
        return cls(
            classes=list(terms.classes),
            number=terms.number,
            from_=terms.valid_from,
            until=terms.valid_until,
            labels_per_year=terms.labels_per_year,
        )


class ChangeShown(Shown):
    """One later act. `terms` are an amendment's."""

    kind: ChangeKind
    reason: str
    from_: Annotated[date, Field(serialization_alias="from")]
    terms: TermsShown | None
    ledger_index: Count

    @classmethod
    def of(cls, change: Change) -> "ChangeShown":
        """What is shown of an act."""
        return cls(
            kind=change.kind,
            reason=change.reason,
            from_=change.effective_on,
            terms=change.terms and TermsShown.of(change.terms),
            ledger_index=change.ledger_index,
        )


class AuthorizationShown(Shown):
    """An authorization as it stands today: `terms` are those in force, `changes` all later acts in ledger order."""

    model_config = examples(
        {
            "ref": "5p7r9t1w3y6a8c0e",
            "enterprise": "0k3v9m2x7q8r4t6w",
            "right": "8d0f2h4k7n9q1s3v",
            "standing": "suspended",
            "terms": TERMS,
            "granted": TERMS,
            "granted_at": "2026-03-01T02:10:00Z",
            "changes": [SUSPENDED],
            "ledger_index": 12,
        }
    )

    ref: Ref
    enterprise: Ref
    right: Ref
    standing: Standing
    terms: TermsShown
    granted: TermsShown
    granted_at: Instant
    changes: list[ChangeShown]
    ledger_index: Count

    @classmethod
    def of(cls, record: AuthorizationRecord, today: date) -> "AuthorizationShown":
        """What is shown of an authorization on `today`."""
        facts = record.facts
        return cls(
            ref=facts.ref,
            enterprise=record.enterprise_ref,
            right=record.right_ref,
            standing=facts.history.standing_on(today)[0],
            terms=TermsShown.of(facts.history.terms_on(today)),
            granted=TermsShown.of(facts.history.granted),
            granted_at=record.granted_at,
            changes=[ChangeShown.of(change) for change in facts.history.changes],
            ledger_index=facts.ledger_index,
        )


class AuthorizationsQuery(PageQuery):
    """Which authorizations are wanted."""

    enterprise: Ref | None = None
    right: Ref | None = None


@router.get(
    "", response_model=Page[AuthorizationShown], summary="List authorizations", openapi_extra=needs(Permission.READ)
)
def list_authorizations(
    request: Request, process: Here, actor: Caller, query: Annotated[AuthorizationsQuery, Query()]
) -> Response:
    """Those of one enterprise and one right, or all; for a producer's key, its own. Ended ones too."""
    today = local_day(process.here.store.clock.now())
    with process.here.store.reading() as session:
        found = queries.visible_authorizations(session, actor, query.wanted, query.enterprise, query.right)
        return page(request, found.map(lambda record: AuthorizationShown.of(record, today)))


@router.get(
    "/{authorization}",
    response_model=AuthorizationShown,
    summary="Show an authorization",
    openapi_extra=needs(Permission.READ),
)
def show_authorization(process: Here, actor: Caller, authorization: RefInPath, known: KnownTag = None) -> Response:
    """One authorization with its whole history."""
    today = local_day(process.here.store.clock.now())
    with process.here.store.reading() as session:
        record = queries.visible_authorization(session, actor, authorization)
        return told(AuthorizationShown.of(record, today), known)


@router.post(
    "",
    status_code=201,
    response_model=AuthorizationShown,
    responses=conflicts(),
    summary="Grant an authorization",
    openapi_extra=needs(Permission.MANAGE_AUTHORIZATIONS),
)
def grant_authorization(actor: Caller, making: Making, sent: GrantSent) -> Response:
    """Authorise an enterprise to use a right (ledger: authorization.grant)."""

    def make(act: Act) -> Made:
        ref = actions.grant_authorization(act, actor, sent.enterprise, sent.right, sent.terms()).ref
        return Made(_shown(act, actor, ref), f"/v1/authorizations/{ref}")

    return making.once(make)


@router.post(
    "/{authorization}/amendment",
    response_model=AuthorizationShown,
    responses=conflicts(),
    summary="Amend an authorization",
    openapi_extra=needs(Permission.MANAGE_AUTHORIZATIONS),
)
def amend_authorization(changing: Changing, actor: Caller, authorization: RefInPath, sent: AmendmentSent) -> Response:
    """New terms from today on (ledger: authorization.amend)."""
    return _changed(changing, actor, authorization, ChangeForm(ChangeKind.AMEND, sent.reason, None, sent.terms()))


@router.post(
    "/{authorization}/suspension",
    response_model=AuthorizationShown,
    responses=conflicts(),
    summary="Suspend an authorization",
    openapi_extra=needs(Permission.MANAGE_AUTHORIZATIONS),
)
def suspend_authorization(changing: Changing, actor: Caller, authorization: RefInPath, sent: StopSent) -> Response:
    """It cannot be used until it is restored (ledger: authorization.suspend)."""
    return _changed(changing, actor, authorization, ChangeForm(ChangeKind.SUSPEND, sent.reason, sent.from_))


@router.post(
    "/{authorization}/restoration",
    response_model=AuthorizationShown,
    responses=conflicts(),
    summary="Restore an authorization",
    openapi_extra=needs(Permission.MANAGE_AUTHORIZATIONS),
)
def restore_authorization(changing: Changing, actor: Caller, authorization: RefInPath, sent: StopSent) -> Response:
    """Lift a suspension (ledger: authorization.restore)."""
    return _changed(changing, actor, authorization, ChangeForm(ChangeKind.RESTORE, sent.reason, sent.from_))


@router.post(
    "/{authorization}/revocation",
    response_model=AuthorizationShown,
    responses={202: {"model": ProposalShown, "description": NOT_YET}, **conflicts()},
    summary="Revoke an authorization",
    openapi_extra=needs(Permission.MANAGE_AUTHORIZATIONS),
)
def revoke_authorization(changing: Changing, actor: Caller, authorization: RefInPath, sent: StopSent) -> Response:
    """End it for good (ledger: authorization.revoke); another must be granted. Takes two people: 202 and a proposal."""
    asked = Revocation(authorization, sent.reason, sent.from_)
    return changing.of(lambda act: _shown(act, actor, authorization), lambda act: asked_for(act, actor, asked))


def _changed(changing: Changing, actor: Actor, ref: str, form: ChangeForm) -> Response:
    return changing.of(
        lambda act: _shown(act, actor, ref), lambda act: actions.change_authorization(act, actor, ref, form)
    )


def _shown(act: Act, actor: Actor, ref: str) -> AuthorizationShown:
    return AuthorizationShown.of(queries.visible_authorization(act.session, actor, ref), local_day(act.now))
