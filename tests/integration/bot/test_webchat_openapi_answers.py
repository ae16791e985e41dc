"""What the server answers is what the description of the API says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from openapi_schema_validator import OAS31Validator
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.webchat.routes import add_chat
from bot.inbox import Inbox
from bot.types import Button, Location
from bot.web.openapi import add_openapi, describe
from core.keys import Keys
from core.redis import Scripts
from tests.integration.bot.webchat_world import webchat, words
from tests.integration.handoff.handoff_desk import Desk, Hand
from tests.integration.handoff.handoff_world import World
from tests.integration.knowledge_base.kb_pages import Pages, wait_for_phrases

DOCUMENT = describe(version="1")
OF_THE_PAGE = {
    f"/desk/api/tickets/{{id}}/{name}"
    for name in (
        "side", "replies", "drafts", "mentions/seen", "same", "link", "unlink", "labels", "snooze", "wake",
    )
}  # fmt: skip
NOT_DESCRIBED = {"/desk/api/live", "/desk/api/mentions", *OF_THE_PAGE}
STABLE = (
    "/chat/api/", "/api/v1/", "/kb/api/", "/desk/api/tickets", "/desk/api/conversations",
    "/desk/api/articles", "/desk/api/login", "/desk/api/logout", "/desk/api/me",
)  # fmt: skip
"""What programs may rely on; other routes belong to one page each and change with it."""
"""WebSockets, which OpenAPI has no words for, and what only the conversation's own page asks."""


async def fits(response: ClientResponse, method: str, path: str) -> Any:
    """The answer, which must be one the description tells for this operation."""
    told = DOCUMENT["paths"][path][method]["responses"][str(response.status)]
    if "$ref" in told:
        told = DOCUMENT["components"]["responses"][told["$ref"].rpartition("/")[2]]
    schema = {**told["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
    answer = await response.json()
    faults = [f"{fault.json_path}: {fault.message}" for fault in OAS31Validator(schema).iter_errors(answer)]
    assert not faults, (path, faults)
    return answer


@dataclass
class DescribedDesk:
    """An operator whose every request is checked."""

    hand: Hand

    async def get(self, path: str, number: str = "", query: str = "") -> Any:
        """Read."""
        address = path.replace("{id}", number) + query
        return await fits(await self.hand.client.get(address), "get", path)

    async def post(self, path: str, number: str = "", body: Any = None) -> Any:
        """Change."""
        address = path.replace("{id}", number).removeprefix("/desk/api")
        return await fits(await self.hand.post(address, body), "post", path)


async def test_the_desk_answers_as_described(redis: Redis, keys: Keys, engine: AsyncEngine) -> None:
    world = World.on(redis, keys=keys)
    desk = Desk.on(world, engine)
    await desk.add("anna")
    await desk.add("boris")
    server = TestServer(desk.app)
    async with TestClient(server) as client, TestClient(server) as other:
        one, two = Hand(client), Hand(other)
        await fits(await one.sign_in("anna", "wrong password"), "post", "/desk/api/login")
        await fits(await one.sign_in("anna"), "post", "/desk/api/login")
        await two.sign_in("boris")
        anna, boris = DescribedDesk(one), DescribedDesk(two)
        await anna.get("/desk/api/me")
        await world.bot_says("Ответ", ref="webchat:chat0")
        talk = (await anna.get("/desk/api/conversations"))["conversations"][0]["id"]
        await anna.get("/desk/api/conversations/{id}", talk)
        await anna.post("/desk/api/conversations/{id}/take", talk)
        await anna.post("/desk/api/conversations/{id}/take", "nothing")
        ticket = await world.hand_over()
        await anna.get("/desk/api/tickets", query="?view=waiting")
        await anna.get("/desk/api/tickets", query="?view=wrong")
        await anna.post("/desk/api/tickets/{id}/take", ticket)
        assert "error" in await boris.post("/desk/api/tickets/{id}/take", ticket)
        await anna.post("/desk/api/tickets/{id}/reply", ticket, {"text": "Здравствуйте"})
        assert "error" in await anna.post("/desk/api/tickets/{id}/reply", ticket, {"text": ""})
        assert "error" in await anna.post("/desk/api/tickets/{id}/resend", ticket, {"out_id": "none"})
        await anna.post("/desk/api/tickets/{id}/read", ticket)
        shown = await anna.get("/desk/api/tickets/{id}", ticket)
        assert shown["turns"]
        assert shown["packet"]["candidates"]
        path = "/desk/api/tickets/{id}/verdict"
        asked = next(turn for turn in shown["turns"] if turn["author"] == "customer")["id"]
        await anna.post(path, ticket, {"turn": asked, "article": "delivery-times"})
        assert "error" in await anna.post(path, ticket, {"turn": asked, "right": True})
        path = "/desk/api/conversations/{id}/verdict"
        assert "error" in await anna.post(path, "nothing", {"turn": asked, "right": True})
        await anna.get("/desk/api/articles", query="?text=доставка&language=ru")
        path = "/desk/api/articles/{article}"
        await fits(await client.get("/desk/api/articles/delivery-times"), "get", path)
        await fits(await client.get("/desk/api/articles/nothing"), "get", path)
        await anna.post("/desk/api/tickets/{id}/return", ticket)
        again = await world.hand_over()
        await anna.post("/desk/api/tickets/{id}/take", again)
        await anna.post("/desk/api/tickets/{id}/close", again, {"reason": "solved"})
        assert "error" in await anna.get("/desk/api/tickets/{id}", "99999")
        await anna.post("/desk/api/logout")


async def test_the_web_chat_answers_as_described(scripts: Scripts) -> None:
    path = "/chat/api/messages"
    async with webchat(scripts) as world:
        opened = await world.client.post("/chat/api/sessions", json={"language": "ru"})
        await fits(opened, "post", "/chat/api/sessions")
        await fits(await world.client.post("/chat/api/sessions", data=b"{"), "post", "/chat/api/sessions")
        customer = await world.customer()
        await fits(await customer.post({"text": "привет"}), "post", path)
        await fits(await customer.post({"text": ""}), "post", path)
        await fits(await world.client.get(path), "get", path)
        await fits(await customer.get(after="x"), "get", path)
        await world.reply(
            customer, "Вот", buttons=(Button("a", "А"),), locations=(("Тут", Location(1, 2)),)
        )  # fmt: skip
        answer = await fits(await customer.get(), "get", path)
        assert [message["author"] for message in answer["messages"]] == ["customer", "bot"]


async def test_the_editors_page_answers_as_described(
    redis: Redis, keys: Keys, engine: AsyncEngine, tmp_path: Path
) -> None:
    pages = Pages.on(redis, keys, engine, tmp_path)
    await pages.desk.add("eva", role="editor")
    await wait_for_phrases(engine)
    async with TestClient(TestServer(pages.app)) as client:
        await fits(await client.get("/kb/api/phrases"), "get", "/kb/api/phrases")
        hand = Hand(client)
        await hand.sign_in("eva")
        for path in ("/kb/api/me", "/kb/api/phrases", "/kb/api/articles", "/kb/api/publish"):
            await fits(await client.get(path), "get", path)
        headers = {"X-CSRF-Token": hand.csrf}
        bodies = {
            "accept": {"ids": ["p1"]},
            "move": {"ids": ["p2"], "article": "points"},
            "reject": {"ids": []},
        }
        for verb, body in bodies.items():
            path = f"/kb/api/phrases/{verb}"
            await fits(await client.post(path, json=body, headers=headers), "post", path)
        moved = await client.get("/kb/api/phrases?status=moved")
        assert (await fits(moved, "get", "/kb/api/phrases"))["groups"]
        for _ in range(2):
            await fits(await client.post("/kb/api/publish", headers=headers), "post", "/kb/api/publish")
        await pages.publishing.close()
        told = await fits(await client.get("/kb/api/publish"), "get", "/kb/api/publish")
        assert told["state"] == "done"
    await pages.announcements.close()


async def test_every_route_of_the_apis_is_described(
    redis: Redis, keys: Keys, scripts: Scripts, engine: AsyncEngine, tmp_path: Path
) -> None:
    desk = Pages.on(redis, keys, engine, tmp_path).desk
    add_chat(
        desk.app, account="webchat", scripts=scripts, hub=desk.hub, stop=asyncio.Event(),
        inbox=Inbox(scripts, claim_days=9, lease_s=15, silence_h=12, durable=False), session_days=1,
        max_text_chars=10, max_wait_s=1, messages_per_min=1, say=words, behind_proxy=False,
    )  # fmt: skip
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in desk.app.router.routes()
        if route.resource and "/api/" in route.resource.canonical and route.method != "HEAD"
    }
    described = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    apis = {(method, path) for method, path in described if "/api/" in path}
    stable = {(method, path) for method, path in served if path.startswith(STABLE)}
    assert {(method, path) for method, path in stable if path not in NOT_DESCRIBED} == apis


async def test_the_description_is_served() -> None:
    app = web.Application()
    add_openapi(app, version="7")
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/openapi.json")
        assert response.status == 200
        assert await response.json() == describe(version="7")
