"""Users live in both databases, beside two enterprises."""

import pytest

from gimark.accounts.rules import Actor, Role
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rights.actions import add_town
from gimark.store.unit_of_work import Store

REGULATOR = Actor(0, "regulator", Role.REGULATOR)
TOWN = "999001001"
ENTERPRISES = (("93000952MA0YXT007Q", "云溪县松雾菌业专业合作社"), ("91000952MA0YXH020A", "云溪县鹤坪山货有限公司"))


@pytest.fixture
def store(any_store: Store) -> Store:
    """Every test of this folder runs on SQLite and on PostgreSQL."""
    return any_store


@pytest.fixture
def enterprise_id(store: Store) -> int:
    """The first of two registered enterprises."""
    with store.acting() as act:
        add_town(act, REGULATOR, TOWN, "松坞镇", None)
        ids = [
            register_enterprise(
                act, REGULATOR, EnterpriseForm(uscc, name, EnterpriseKind.COMPANY, TOWN, "云溪县松坞镇岭下路8号")
            ).id
            for uscc, name in ENTERPRISES
        ]
        act.commit()
    return ids[0]
