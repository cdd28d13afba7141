"""Which page or professional account this is, and what Meta calls it and those who write to it.

Sources: Meta's references of the Page node and of the IG User node, and "User Profile API" of both products.
"""

import httpx

from backend.channels.base import AccountView, Named, Outcome, ProviderFault, line
from backend.channels.graph.calling import ask, ask_or_fault, node
from backend.channels.graph.settings import INSTAGRAM_ID, PAGE_ID, our_id
from backend.channels.reading import word


async def page_name(account: AccountView, http: httpx.AsyncClient) -> str:
    """What the page is called whose token this is. Raises ProviderFault, also where it is another page's."""
    page = await ask_or_fault(account, http, "GET", "me", params={"fields": "id,name"})
    found, entered = word(page, "id"), our_id(account, PAGE_ID)
    if found != entered:
        raise ProviderFault(
            f"The access token is of {word(page, 'name')} ({found}), and the page ID here is {entered or 'missing'}.",
            lasting=True,
        )
    return word(page, "name")


async def page_person(account: AccountView, address: str, http: httpx.AsyncClient) -> Named | Outcome:
    """Of somebody who has written to the page ("User Profile API")."""
    found = await ask(account, http, "GET", node(address), params={"fields": "first_name,last_name"})
    if not isinstance(found, dict):
        return found
    return Named(line(f"{word(found, 'first_name')} {word(found, 'last_name')}", 200))


async def instagram_person(account: AccountView, address: str, http: httpx.AsyncClient) -> Named | Outcome:
    """Likewise; the name may be unset, the username is not."""
    found = await ask(account, http, "GET", node(address), params={"fields": "name,username"})
    if not isinstance(found, dict):
        return found
    username = word(found, "username")
    return Named(word(found, "name") or username, username)


async def instagram_name(account: AccountView, http: httpx.AsyncClient) -> str:
    """The professional account's username. Raises ProviderFault."""
    entered = our_id(account, INSTAGRAM_ID)
    found = await ask_or_fault(account, http, "GET", node(entered), params={"fields": "id,username"}, own=True)
    return word(found, "username")
