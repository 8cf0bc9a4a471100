"""One of everything that an enterprise may have, for walks over all addresses."""

import io
import re
from dataclasses import replace

from gimark.accounts.access.actions import AccessKeyForm, create_access_key
from gimark.accounts.model import User
from gimark.accounts.rules import Permission
from gimark.accounts.sessions.model import WebSession
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Ending
from gimark.clock import local_day
from gimark.codes.serial import typed_form
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, order_codes
from gimark.issuance.marks.actions import MarkForm, upload_mark
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, add_file, order_print, set_print_state
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import MASS, RangeKind
from gimark.store.unit_of_work import Act
from tests.api.site import Site
from tests.county import BATCH
from tests.exchange.sheets import workbook
from tests.exchange.uploads.test_taking import BAD, line
from tests.labels.artwork.marks import SVG
from tests.web.desk.people import Person, seated
from tests.web.producer.office import clerk_of, hidden, orders

MANY = MASS.codes + 10
PRINTER = {"name": "包装间 TSC", "dpi": "203", "format": "tspl", "right": "0.5", "down": "-0.25"}


def belongings(site: Site, manager: Person) -> dict[str, str]:
    """What belongs to the first enterprise, whose manager this is: its address by the pattern of its route."""
    county = site.county
    run = county.run(county.batch(form=replace(BATCH, lot="MANY", planned_g=250 * MANY)), MANY, "many")
    serial = county.keyring.ciphers[1].encode(run.number, 3, 1)[0].tobytes().decode()
    order = orders(county)[0]
    clerk = seated(site, clerk_of(county))
    with county.store.acting() as act:
        labels, mark = _printed(act, site, manager, run), _marked(act, site, manager)
        ending = Ending(run.ref, RangeKind.VOID, ((0, MANY - 1),), "整卷报废")
        proposal = do_or_propose(act, manager.actor, ending).proposal_ref
        form = AccessKeyForm("ERP", (Permission.READ,), local_day(act.now))
        key = create_access_key(act, manager.actor, form).facts.ref
        user = act.session.get_one(User, clerk.actor.user_id).ref
        device = act.session.query(WebSession).filter_by(user_id=manager.actor.user_id).one().ref
        act.commit()
    large = county.batch(form=replace(BATCH, lot="LARGE", planned_g=10_000_000))
    order_codes(county.store, manager.actor, IssueForm(large, MOST_AT_ONCE + 1, "large"))
    job = orders(county)[0].issuing
    assert job is not None
    upload = _uploaded(manager)
    return {
        "/exports/made/{ref}": manager.post("/exports/batches", once="an-export").headers["location"],
        "/producer/approvals/{ref}": f"/producer/approvals/{proposal}",
        "/producer/batches/{batch}": f"/producer/batches/{order.batch_ref}",
        "/producer/codes/{serial}": f"/producer/codes/{typed_form(serial)}",
        "/producer/keys/{key}": f"/producer/keys/{key}",
        "/producer/labels/{labels}": f"/producer/labels/{labels}",
        "/producer/orders/{order}": f"/producer/orders/{order.ref}",
        "/producer/uploads/{upload}": upload,
        "/studio/marks/{ref}": f"/studio/marks/{mark}",
        "/studio/printers/{ref}": _bought(manager),
        "/studio/templates/{ref}": _copied(manager),
        "/users/{ref}": f"/users/{user}",
        "/me/devices/{ref}": f"/me/devices/{device}",
        "/v1/access-keys/{key}": f"/v1/access-keys/{key}",
        "/v1/authorizations/{authorization}": f"/v1/authorizations/{county.authorization_ref}",
        "/v1/batches/{batch}": f"/v1/batches/{order.batch_ref}",
        "/v1/enterprises/{enterprise}": f"/v1/enterprises/{county.enterprise_ref}",
        "/v1/items/{item}": f"/v1/items/{county.item_ref}",
        "/v1/jobs/{job}": f"/v1/jobs/{job.ref}",
        "/v1/print-orders/{order}": f"/v1/print-orders/{labels}",
        "/v1/proposals/{proposal}": f"/v1/proposals/{proposal}",
        "/v1/runs/{run}": f"/v1/runs/{run.ref}",
        "/v1/uploads/{upload}": f"/v1/uploads/{upload.rpartition('/')[2]}",
        "/v1/users/{user}": f"/v1/users/{user}",
    }


def _printed(act: Act, site: Site, manager: Person, run: RunFacts) -> str:
    file = site.here.files.put(io.BytesIO(b"\xef\xbb\xbfgtin,lot,serial,typed,url\r\n"))
    ref = order_print(act, manager.actor, PrintForm(run.ref, 0, 9, "a4-3x8", 300, "print")).ref
    add_file(act, ref, "codes.csv", (0, 9), file.sha256, file.size)
    set_print_state(act, ref, PrintState.RELEASED)
    return ref


def _uploaded(manager: Person) -> str:
    file = ("10 月.xlsx", workbook([line("A"), BAD]))
    return manager.post("/producer/uploads", files={"file": file}, choice="whole", once="first").headers["location"]


def _copied(manager: Person) -> str:
    form = {**hidden(manager, "/studio"), "from": "roll-70x40"}
    return manager.post("/studio/templates", **form).headers["location"]


def _bought(manager: Person) -> str:
    manager.post("/studio/printers", **hidden(manager, "/studio/printers"), **PRINTER)
    return _shown(manager, "/studio/printers", r"/studio/printers/\w{16}")


def _marked(act: Act, site: Site, manager: Person) -> str:
    file = site.here.files.put(io.BytesIO(SVG.encode()))
    return upload_mark(act, manager.actor, manager.actor.enterprise_id or 0, MarkForm(file, file, is_vector=True)).ref


def _shown(manager: Person, page: str, pattern: str) -> str:
    found = re.search(pattern, manager.get(page).text)
    assert found is not None, page
    return found[0]
