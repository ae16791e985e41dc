"""Where the nearest stores are, from a shared location or from a place the customer names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.skills import offers
from bot.skills.contract import SkillRequest, SkillResult
from bot.skills.loyalty_types import ServiceDown
from bot.skills.place_choice import Ambiguous, Choice, Found, NotFound, choose
from bot.skills.places import Place, looks_like_answer, looks_like_place
from bot.skills.store_directory import NearStore, Snapshot, StoreDirectory
from bot.skills.store_reply import StoreWording
from bot.texts import Texts
from bot.types import Button, Location, MessageKind, Reply

FAR_M = 50_000
"""Beyond this a store is not near any more, and the reply says so."""

_PLACE_ENTITIES = frozenset({"city", "address", "metro"})
_CANCEL = re.compile(r"отмен\w*|стоп|не надо|не нужно|cancel|stop|never ?mind", re.IGNORECASE)


class NearestStore:
    """The skill `nearest_store`."""

    name = "nearest_store"
    intents: tuple[str, ...] = ("find_store",)

    def __init__(self, *, directory: StoreDirectory, texts: Texts) -> None:
        self._directory = directory
        self._texts = texts
        self._wording = StoreWording(texts=texts)

    async def handle(self, request: SkillRequest) -> SkillResult:
        """Answer with three stores, or ask where the customer is."""
        choice = offers.pressed(request, self.name)
        if request.state and _CANCEL.fullmatch(request.message.text.strip(" .!")):
            return SkillResult(Reply(self._texts.say("skill.cancelled", request.language)))
        snapshot = await self._directory.snapshot()
        if isinstance(snapshot, ServiceDown):
            return self._offer_person(request, "store.down")
        if not snapshot.stores:
            return self._offer_person(request, "store.none")
        if request.message.location is not None:
            return await self._near_location(request, snapshot, request.message.location)
        return await self._named(request, snapshot, choice)

    async def _named(self, request: SkillRequest, snapshot: Snapshot, choice: str) -> SkillResult:
        city = choice.removeprefix("city:") if choice.startswith("city:") else ""
        match self._choice(request, snapshot, city):
            case Found(place, elsewhere):
                return await self._near_place(request, snapshot, place, elsewhere=elsewhere)
            case Ambiguous(places):
                return self._ask_city(request, snapshot, places)
        return self._not_named(request, snapshot)

    def _choice(self, request: SkillRequest, snapshot: Snapshot, city: str) -> Choice:
        if city:
            chosen = choose(snapshot.index, request.state.get("place", ""), city=city)
            return chosen if not isinstance(chosen, NotFound) else _whole_city(snapshot, city)
        if request.message.kind is not MessageKind.TEXT:
            return NotFound()
        for text in (request.message.text, *_entity_texts(request)):
            chosen = choose(snapshot.index, text)
            if not isinstance(chosen, NotFound):
                return chosen
        return NotFound()

    async def _near_location(self, request: SkillRequest, snapshot: Snapshot, at: Location) -> SkillResult:
        near = await self._directory.nearest(snapshot, at)
        is_far = near[0].metres > FAR_M
        near = near if is_far else [one for one in near if one.metres <= FAR_M]
        title = self._say(request, "far_from_you" if is_far else "near_you")
        return SkillResult(self._stores(request, title, near))

    async def _near_place(
        self, request: SkillRequest, snapshot: Snapshot, place: Place, *, elsewhere: bool
    ) -> SkillResult:
        near = await self._directory.nearest(snapshot, place.point, city=place.city)
        whole_city = place.kind == "city" and place.stores > len(near)
        hint = self._say(request, "in_city_hint") if whole_city else ""
        reply = self._stores(request, self._title(request, place, elsewhere), near, hint=hint)
        return SkillResult(reply, state={"step": "place"} if whole_city else {})

    def _title(self, request: SkillRequest, place: Place, elsewhere: bool) -> str:
        name = self._wording.place(place, request.language)
        if elsewhere:
            return self._say(request, "unknown_city_place", city=name)
        if place.kind == "city":
            count = self._texts.count("stores", request.language, place.stores)
            return self._say(request, "in_city", city=name, stores=count)
        return self._say(request, "near_place", place=name)

    def _stores(
        self, request: SkillRequest, title: str, near: Sequence[NearStore], *, hint: str = ""
    ) -> Reply:
        listed = self._wording.stores(near, request.language, request.now)
        # Only the first as a point on the map: three more messages would push the list out of sight.
        first = near[0].store
        points = ((first.names.of(request.language), first.location),)
        text = "\n\n".join(filter(None, (title, listed, hint)))
        return Reply(text, ask_location=bool(hint), locations=points)

    def _ask_city(self, request: SkillRequest, snapshot: Snapshot, places: Sequence[Place]) -> SkillResult:
        cities = {city.id: city.names.of(request.language) for city in snapshot.all.cities}
        buttons = []
        for place in places:
            name = self._wording.place(place, request.language)
            text = self._say(request, "city_choice", city=cities[place.city], place=name)
            buttons.append(Button(f"skill:{self.name}:city:{place.city}", text))
        reply = Reply(self._say(request, "ask_city"), tuple(buttons))
        return SkillResult(reply, state={"step": "city", "place": request.message.text})

    def _not_named(self, request: SkillRequest, snapshot: Snapshot) -> SkillResult:
        asked = bool(request.state)
        said = (request.message.text, *_entity_texts(request))
        if any(looks_like_place(text) or (asked and looks_like_answer(text)) for text in said):
            cities = ", ".join(city.names.of(request.language) for city in snapshot.all.cities)
            return self._ask(request, self._say(request, "not_found", cities=cities))
        if asked:
            return SkillResult(state=request.state, unhandled=True)
        return self._ask(request, self._say(request, "ask_place"))

    def _ask(self, request: SkillRequest, text: str) -> SkillResult:
        return SkillResult(Reply(text, ask_location=True), state={"step": "place"})

    def _offer_person(self, request: SkillRequest, key: str) -> SkillResult:
        text = self._texts.say(key, request.language)
        return SkillResult(offers.with_person(self._texts, request.language, text))

    def _say(self, request: SkillRequest, key: str, **values: str) -> str:
        return self._texts.say(f"store.{key}", request.language, **values)


def _entity_texts(request: SkillRequest) -> list[str]:
    """What understanding took for a place, cut out of the message: fewer words around, a surer match."""
    return [entity.value for entity in request.entities if entity.name in _PLACE_ENTITIES]


def _whole_city(snapshot: Snapshot, city: str) -> Choice:
    """The city itself, for a button whose question was forgotten meanwhile."""
    return next(
        (
            Found(Place("city", one.id, one.names, one.centre, len(snapshot.in_city(city))))
            for one in snapshot.all.cities
            if one.id == city
        ),
        NotFound(),
    )
