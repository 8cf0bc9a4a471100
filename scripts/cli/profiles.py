"""`gimark profile …`, and how what a profile leaves open is told."""

from pathlib import Path

from gimark.registry.profiles.actions import load_profile
from gimark.registry.profiles.open_facts import Openness, open_facts
from gimark.registry.profiles.profile import Profile
from gimark.registry.profiles.reading import read_profile
from scripts.cli.office import acting_as, console, installation

STATES = {
    Openness.EMPTY: "待填 / empty",
    Openness.IN_DOUBT: "待核 / in doubt",
    Openness.UNCONFIRMED: "待确认 / unconfirmed",
}


def check(folder: Path) -> None:
    """Read the profile and say what it holds and what it leaves open."""
    found = read_profile(folder)
    rights = sum(len(product.rights) for product in found.products)
    console.print(
        f"{found.county.name_zh} / {found.county.name_en}  "
        f"权利 / rights {rights}  企业 / enterprises {len(found.enterprises)}  "
        f"商品 / items {len(found.items)}  授权 / authorizations {len(found.authorizations)}",
        highlight=False,
    )
    say_open(found, with_sources=True)


def load(folder: Path, actor_name: str) -> None:
    """Register what is new in the profile, and say what was and what is still open."""
    found = read_profile(folder)
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        loaded = load_profile(act, actor, found)
        act.commit()
    console.print(
        f"新登记 / registered  权利 / rights {loaded.rights}  企业 / enterprises {loaded.enterprises}  "
        f"商品 / items {loaded.items}  授权 / authorizations {loaded.authorizations}",
        highlight=False,
    )
    say_open(found)


def say_open(profile: Profile, *, with_sources: bool = False) -> None:
    """Say what the county has yet to fill in or to confirm, and what was found of it so far."""
    facts = open_facts(profile)
    if not facts:
        console.print("资料已填齐。 / Nothing is open.")
        return
    console.print(f"\n还有 {len(facts)} 项待填或待核 / {len(facts)} facts are open:")
    for fact in facts:
        star = "*" if fact.is_needed else " "
        line = f"{star} {STATES[fact.openness]}  {fact.name_zh} / {fact.name_en}  {fact.where}"
        console.print(line, highlight=False, markup=False)
        if with_sources and fact.found:
            console.print(f"      {fact.found}", highlight=False, markup=False, style="dim")
    if any(fact.is_needed for fact in facts):
        console.print(
            "标 * 的填好并确认之前，这项权利不登记，不能据以授权和赋码。\n"
            "Until those marked * are given and confirmed, the right is not registered: nothing can be authorised or "
            "issued under it."
        )
    if any(fact.openness is Openness.UNCONFIRMED for fact in facts):
        console.print(
            "待确认的可以登记，但在县里确认之前不印在标签上。\n"
            "What is unconfirmed may be registered, but is printed on no label before the county confirms it."
        )
