"""What a code without its serial leads to: the page of a trade item or of a lot, grey, no verdict on any package."""

import asyncio
from dataclasses import asdict

from sqlalchemy import select

from api.json_text import json_bytes
from api.refusals import not_here
from api.verify import Wanted
from api.web.public.pages import ItemFacts
from api.wiring import Process
from gimark.clock import local_day
from gimark.errors import NotFoundError
from gimark.registry.authorizations.queries import fitting
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.register import batch_of_lot, right_facts, rights_of_item, ware_of
from gimark.scans.rules import Package


class Catalogue:
    """Reads items and lots for their public pages."""

    def __init__(self, process: Process) -> None:
        self._store = process.here.store
        self._pages = process.pages

    async def body(self, gtin: str, lot: str | None, wanted: Wanted) -> bytes:
        """The page or JSON object of an item, or of one of its lots. Raises NotFoundError when it is not registered."""
        if lot is None:
            return await asyncio.to_thread(self._item, gtin, wanted)
        return await asyncio.to_thread(self._lot, gtin, lot, wanted)

    def _item(self, gtin: str, wanted: Wanted) -> bytes:
        facts = self.item_facts(gtin)
        if wanted.is_json:
            return json_bytes({"kind": "item", **asdict(facts)})
        return self._pages.item(facts, wanted.language, wanted.query)

    def _lot(self, gtin: str, lot: str, wanted: Wanted) -> bytes:
        package = self.package(gtin, lot)
        if wanted.is_json:
            return json_bytes({"kind": "batch", **asdict(package)})
        return self._pages.batch(package, wanted.language, wanted.query)

    def package(self, gtin: str, lot: str) -> Package:
        """A registered lot. Raises NotFoundError."""
        with self._store.reading() as session:
            batch = batch_of_lot(session, gtin, lot, self._store.clock.now())
        if batch is None:
            raise NotFoundError(not_here())
        return batch.package

    def item_facts(self, gtin: str) -> ItemFacts:
        """A registered trade item with the rights that are authorised today. Raises NotFoundError."""
        today = local_day(self._store.clock.now())
        with self._store.reading() as session:
            item = session.scalar(select(TradeItem).where(TradeItem.gtin == gtin))
            if item is None:
                raise NotFoundError(not_here())
            enterprise = session.get_one(Enterprise, item.enterprise_id)
            rights = [
                right_facts(right, product, authorization, today)
                for right, product, held in rights_of_item(session, item)
                if (authorization := fitting(held, item.product_class, today)) is not None
            ]
            return ItemFacts(
                **asdict(ware_of(session, item, enterprise)),
                rights=tuple(rights),
                item_index=item.ledger_index,
                enterprise_index=enterprise.ledger_index,
            )
