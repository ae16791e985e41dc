"""The search: one contract over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, insert, inspect, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.leader import Leader
from core.migrations.versions import m0011_lists
from core.redis import Scripts
from core.tables import conversations, customers, tickets, turns
from handoff.search.find import Found, Narrowed, Search
from handoff.search.index import AT_ONCE, Indexer

ANYWHERE = Narrowed()


async def said(archive: AsyncEngine, *texts: str, conversation: str = "c1", ref: str = "webchat:1") -> None:
    """Messages of one conversation, a second apart, as the archiver writes them."""
    async with archive.begin() as connection:
        for number, text in enumerate(texts, 1):
            at_ms = number * 1000 + (0 if conversation == "c1" else 500)
            row = {"event_id": at_ms * 1_000_000, "conversation": conversation, "ref": ref, "at_ms": at_ms,
                   "author": "customer", "kind": "text", "text": text, "payload": "{}"}  # fmt: skip
            await connection.execute(insert(turns).values(**row))


async def started(archive: AsyncEngine, conversation: str, *, channel: str, customer: str) -> None:
    row = {"id": conversation, "ref": customer, "channel": channel, "customer": customer, "language": "ru",
           "started_ms": 1}  # fmt: skip
    async with archive.begin() as connection:
        await connection.execute(insert(conversations).values(**row))


async def known(archive: AsyncEngine, key: str, *, name: str, phone: str | None = None) -> None:
    row = {"key": key, "name": name, "language": "ru", "phone": phone, "first_seen_ms": 1, "last_seen_ms": 5}
    async with archive.begin() as connection:
        await connection.execute(insert(customers).values(**row))


async def find(archive: AsyncEngine, query: str, *, where: Narrowed = ANYWHERE, **more: Any) -> Found:
    indexer = Indexer(archive)
    while await indexer.step():
        pass
    return await Search(archive).find(query, where=where, numbers=more.pop("numbers", True), **more)


def texts(found: Found) -> list[str]:
    return ["".join(text for text, _ in hit.pieces) for hit in found.messages]


async def test_words_are_found_in_any_form_the_latest_first(archive: AsyncEngine) -> None:
    await said(
        archive, "Курьер не приехал", "Спасибо", "Жду курьера второй час", "The couriers delayed my orders"
    )
    assert texts(await find(archive, "курьеры ")) == ["Жду курьера второй час", "Курьер не приехал"]
    assert texts(await find(archive, "order delays ")) == ["The couriers delayed my orders"]
    assert texts(await find(archive, "курьером приехали ")) == ["Курьер не приехал"]
    assert texts(await find(archive, "самолёт ")) == []


async def test_an_unfinished_last_word_is_enough(archive: AsyncEngine) -> None:
    await said(archive, "Доставка опоздала")
    assert texts(await find(archive, "дост")) == ["Доставка опоздала"]
    assert texts(await find(archive, "доставки опоз")) == ["Доставка опоздала"]


@pytest.mark.parametrize(
    "query", ['"', "* OR", "a:b", "NEAR(", "' ; --", "&|!()", "²", "words : x", "\\", "ё"]
)
async def test_no_query_is_taken_for_a_language(archive: AsyncEngine, query: str) -> None:
    await said(archive, "Доставка")
    assert texts(await find(archive, query)) == []


async def test_channel_date_and_operator_narrow_the_search(archive: AsyncEngine) -> None:
    await started(archive, "c1", channel="webchat", customer="webchat:1")
    await started(archive, "c2", channel="telegram", customer="telegram:2")
    await said(archive, "возврат один", "возврат два")
    await said(archive, "возврат три", conversation="c2", ref="telegram:2")
    row = {"id": "t1", "conversation": "c2", "ref": "telegram:2", "status": "taken", "reason": "complaint",
           "group": "general", "priority": 0, "customer": "М", "language": "ru", "operator": "u1",
           "packet": "{}", "created_ms": 1, "due_ms": 2}  # fmt: skip
    async with archive.begin() as connection:
        await connection.execute(insert(tickets).values(**row))
    assert texts(await find(archive, "возврат ", where=Narrowed(channel="telegram"))) == ["возврат три"]
    by_anna = await find(archive, "возврат ", where=Narrowed(operator="u1"))
    assert [(hit.conversation, hit.ticket, hit.ended) for hit in by_anna.messages] == [("c2", "t1", False)]
    between = Narrowed(from_ms=1500, until_ms=2000)
    assert texts(await find(archive, "возврат ", where=between)) == ["возврат три"]


async def test_older_hits_come_page_by_page(archive: AsyncEngine) -> None:
    await said(archive, *(f"возврат {n}" for n in range(70)))
    seen, after = list[str](), ""
    while True:
        page = await find(archive, "возврат ", after=after)
        seen += texts(page)
        after = page.after
        if not after:
            break
    assert seen == [f"возврат {n}" for n in reversed(range(70))]


async def test_customers_are_found_by_name_and_by_phone_only_by_those_who_may(archive: AsyncEngine) -> None:
    await known(archive, "telegram:7", name="Мария Котова", phone="+79161234567")
    await said(archive, "Мой телефон +7 916 123-45-67")
    assert [hit.key for hit in (await find(archive, "котовой мария ")).customers] == ["telegram:7"]
    found = await find(archive, "8 916 1234567")
    assert ([hit.key for hit in found.customers], len(found.messages)) == (["telegram:7"], 1)
    assert await find(archive, "8 916 1234567", numbers=False) == Found()
    assert (await find(archive, "1234567", numbers=False)) == Found()


async def test_a_customer_who_changes_their_name_is_found_by_the_new_one(archive: AsyncEngine) -> None:
    await known(archive, "telegram:7", name="Мария")
    assert len((await find(archive, "Мария ")).customers) == 1
    async with archive.begin() as connection:
        await connection.execute(update(customers).values(name="Ольга", last_seen_ms=9))
    assert len((await find(archive, "Ольга ")).customers) == 1
    assert (await find(archive, "Мария ")).customers == ()


async def test_the_index_follows_the_archive_and_can_be_made_anew(archive: AsyncEngine) -> None:
    indexer = Indexer(archive)
    await said(archive, *(f"письмо {n}" for n in range(AT_ONCE + 5)))
    assert not (await indexer.state()).complete
    assert await indexer.step() == AT_ONCE
    assert await indexer.step() == 5
    state = await indexer.state()
    assert (state.documents, state.complete) == (AT_ONCE + 5, True)
    assert await indexer.rebuild() == AT_ONCE + 5
    assert len((await find(archive, "письмо 7 ")).messages) == 1


async def test_an_indexer_that_was_slow_does_not_undo_what_another_did(archive: AsyncEngine) -> None:
    await said(archive, *(f"письмо {n}" for n in range(AT_ONCE + 5)))
    slow, other = Indexer(archive), Indexer(archive)
    await other.step()
    behind = asyncio.create_task(slow.step())
    await other.rebuild()
    await behind
    assert len((await find(archive, "письмо 0 ")).messages) == 1
    assert (await other.state()).documents == AT_ONCE + 5


async def test_the_index_is_kept_in_the_background_by_one_of_two(
    archive: AsyncEngine, scripts: Scripts
) -> None:
    await said(archive, "Курьер не приехал")
    stop = asyncio.Event()
    leaders = [Leader(scripts, name="search", holder=holder, lease_s=30) for holder in "ab"]
    running = [asyncio.create_task(Indexer(archive).run(stop, leader=leader)) for leader in leaders]
    async with asyncio.timeout(20):
        while not (await Search(archive).find("курьер ", where=ANYWHERE, numbers=False)).messages:
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*running)


async def test_the_tables_can_be_taken_away_and_made_again(archive: AsyncEngine) -> None:
    def step(connection: Connection, name: str) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            getattr(m0011_lists, name)()

    async with archive.begin() as connection:
        await connection.run_sync(step, "downgrade")
        names = await connection.run_sync(lambda found: inspect(found).get_table_names())
        assert not {name for name in names if name.startswith(("search_", "person", "saved_", "snoozes"))}
        await connection.run_sync(step, "upgrade")
    await said(archive, "Курьер не приехал")
    assert texts(await find(archive, "курьер ")) == ["Курьер не приехал"]
