"""The moving parts of one web process, put together: what they are made of, and how they start and stop."""

import threading
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError

from api.answers import Answers
from api.counts import Board, Counts
from api.desk import Desk
from api.installation import Installation
from api.jobs.readying import Readying
from api.limits import Limits
from api.logs import log
from api.tally import Tally
from api.visitors import Visitors
from api.watching import Watch
from api.web.desk.drawing import DeskPages
from api.web.public.consumer import ConsumerPages
from api.web.public.pages import PublicPages
from api.web.site import SiteFacts
from gimark.errors import GimarkError
from gimark.exchange.exports.queries import ExportFacts, exports_named
from gimark.issuance.orders import OrderRow, orders_named
from gimark.registry.county.model import COUNTY_ID, County
from gimark.scans.lookup import CodeSecrets, LookUps
from gimark.scans.memory import CodeMemory, CodeReader
from gimark.scans.provinces import GeoResolver, NoGeoResolver
from gimark.scans.recorder import Recorder
from gimark.scans.snapshot import Snapshot
from gimark.scans.tag_keys import TagKeys

KEEP_EVERY_S = 1.0


class Process:
    """One web process of an installation. `start` before the first request, `close` after the last."""

    def __init__(self, here: Installation, geo: GeoResolver | None = None) -> None:
        settings, store = here.settings, here.store
        self.here = here
        self.tally = Tally()
        self.site = site_facts(here)
        self.pages = PublicPages(self.site)
        self.desk_pages = DeskPages(self.site)
        self.answers = Answers(ConsumerPages(self.site))
        self.snapshot = Snapshot(store, settings.snapshot_poll_ms / 1000)
        self._reader = CodeReader(store.engine)
        self._recorder = Recorder(store, settings.scan_queue)
        self._tag_keys = TagKeys(store)
        self.limits = Limits(store, settings, self._tag_keys.network_tag)
        secrets = CodeSecrets(here.keyset, here.keyring.ciphers)
        self._lookups = LookUps(secrets, self.snapshot, CodeMemory(), self._reader, self._recorder)
        self.desk = Desk(
            self._lookups,
            Visitors(self._tag_keys, geo or NoGeoResolver(), settings.trusted_proxies),
            self.limits.signatures,
            self.limits.typed,
            waits_for_disk=settings.scan_durability == "committed",
            tally=self.tally,
        )
        self.fonts = Readying(here)
        self.orders = Watch(self._orders_named)
        self.exports = Watch(self._exports_named)
        self._board = Board(settings.data_dir)
        self._hosts = self._our_hosts()
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def hosts(self) -> frozenset[str]:
        """The names this installation answers to: those of the key set, and loopback."""
        return self._hosts

    def start(self) -> None:
        """Read what must be at hand and begin the background work. Raises what the database raises."""
        self._tag_keys.prepare(self.here.store.clock.now())
        self.snapshot.start()
        self._recorder.start()
        self._show_counts(self._board.open)
        self._keeper.start()

    def leave(self) -> None:
        """Let go of those who would stay for ever. Called in the event loop, when the server begins to stop."""
        self.orders.leave()
        self.exports.leave()

    def close(self) -> None:
        """Write down every look that was answered, and let go of the database."""
        self._stop.set()
        self._keeper.join()
        self.fonts.close()
        self._recorder.close()
        self._show_counts(lambda: self._put_up_counts(is_ending=True))
        self.snapshot.close()
        self._reader.close()
        self.here.store.engine.dispose()

    def _orders_named(self, refs: Sequence[str]) -> Mapping[str, OrderRow]:
        with self.here.store.reading() as session:
            return orders_named(session, refs)

    def _exports_named(self, refs: Sequence[str]) -> Mapping[str, ExportFacts]:
        with self.here.store.reading() as session:
            return exports_named(session, refs)

    def _keep(self) -> None:
        """Do what is due about once a second; what fails is said once, and tried again every second."""
        failing: set[str] = set()
        while not self._stop.wait(KEEP_EVERY_S):
            for name, chore in (("keys and limits", self._keep_up), ("counts", self._put_up_counts)):
                try:
                    chore()
                except (GimarkError, SQLAlchemyError, OSError):
                    if name not in failing:
                        log.exception("cannot be kept up to date; trying every second", what=name)
                    failing.add(name)
                else:
                    failing.discard(name)

    def _keep_up(self) -> None:
        now = self.here.store.clock.now()
        if not self._tag_keys.are_ready(now):
            self._tag_keys.prepare(now)
        self._take_up_keys()
        self.limits.exchange()

    def _put_up_counts(self, *, is_ending: bool = False) -> None:
        present = {
            "scan_queue_length": self._recorder.waiting,
            "snapshot_age_seconds": self.snapshot.age_s,
            "web_processes": 1,
        }
        totals = {"checks_dropped": self._recorder.dropped, "rate_limited": self.limits.refused}
        self._board.put_up(Counts.of(self.tally, totals, {} if is_ending else present))

    @staticmethod
    def _show_counts(act: Callable[[], None]) -> None:
        """Nobody goes without an answer because counts cannot be shown."""
        try:
            act()
        except OSError:
            log.exception("counts cannot be shown")

    def _take_up_keys(self) -> None:
        """Use a newly published key set if it continues the one held; an older or contradicting one is refused."""
        if not self.here.take_up_keys():
            return
        self._lookups.use(CodeSecrets(self.here.keyset, self.here.keyring.ciphers))
        self._hosts = self._our_hosts()
        log.info("a new key set is in use", seq=self.here.keyset.seq)

    def _our_hosts(self) -> frozenset[str]:
        return frozenset(self.here.keyset.hosts) | frozenset(self.here.settings.local_hosts)


def site_facts(here: Installation) -> SiteFacts:
    """The county's own words for its pages; empty ones show as 待填."""
    with here.store.reading() as session:
        county = session.get_one(County, COUNTY_ID)
        return SiteFacts(
            name_zh=county.title_zh,
            name_en=county.title_en,
            county_zh=county.name_zh,
            county_en=county.name_en,
            regulator_zh=county.regulator_zh,
            regulator_en=county.regulator_en,
            host=here.keyset.hosts[0],
            phone=county.regulator_phone,
            address=county.regulator_address,
            email=county.regulator_email,
            icp_number=county.icp_number,
            psb_number=county.psb_number,
            root_vkey=str(here.root_key),
            languages=here.settings.languages,
        )
