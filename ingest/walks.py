"""The walk through a record that takes personal data out of it, by the rules of ingest.personal.

Records repeat their keys in the same order: what becomes of an object with just these keys is worked out once, as a
plan, and most objects then cost a look at their keys and at the types of their values.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Protocol

from ingest.connector import Entity
from ingest.personal import Act, Rules

Record = dict[str, object]
Keys = tuple[str, ...]
_Handler = Callable[["_Walk", Record, str, object, bool, bool], None]

_PHONE = re.compile(r"(?<!\w)(?:\+\s*)?(?:\(\s*)?[0-9](?:[\s().\-/]{0,3}[0-9]){8,}(?!\w)")
_PERSONAL_PARAMETER = re.compile(
    r"([?&;#](?:(?:first|last|full|user|customer|your)?[_-]?name|[fl]name|phone(?:[_-]?number)?|tel|mobile|"
    r"address[_-]?[123]?|street|dob|birthday|[\w-]*token|e?-?mail)=)[^&;#]*",
    re.IGNORECASE,
)
_CONTAINERS: frozenset[type] = frozenset({dict, list})
# what is remembered of keys is bounded: some plugins put ids into them
_MOST_PLANS = 5_000


class Hashes(Protocol):
    """What makes e-mail addresses unreadable."""

    def email_hash(self, email: str) -> str: ...

    def text(self, text: str) -> str: ...


class Walks:
    """Walks by one set of rules."""

    def __init__(self, hashes: Hashes, rules: Rules) -> None:
        self.hashes = hashes
        self.rules = rules
        self.plans: dict[Keys, _Plan] = {}
        self.addresses: dict[Keys, _AddressPlan] = {}

    def redact(self, record: Record, entity: Entity) -> None:
        """Redact a record of an entity, in place."""
        kind = self.rules.act(entity.one[0]) if entity.one else Act.KEEP
        walk = _Walk(self)
        walk.walk(record, kind is Act.PERSON, kind is Act.REFUND, declared=True)
        walk.finish()

    def plan(self, keys: Keys) -> "_Plan":
        """A plan for objects with these keys in this order."""
        if len(self.plans) >= _MOST_PLANS:
            self.plans.clear()
        plan = self.plans[keys] = _Plan(keys, self.rules)
        return plan

    def address(self, keys: Keys) -> "_AddressPlan":
        """A plan for addresses with these keys in this order."""
        plan = self.addresses.get(keys)
        if plan is None:
            if len(self.addresses) >= _MOST_PLANS:
                self.addresses.clear()
            plan = self.addresses[keys] = _AddressPlan(keys, self.rules)
        return plan


class _Plan:
    """What becomes of an object with certain keys.

    handled: the keys whose values are not simply kept; nested: those others that have held objects or lists; plain:
    gives the values of the rest, None where there is none.
    """

    __slots__ = ("_kept", "describes_person", "handled", "nested", "plain")

    def __init__(self, keys: Keys, rules: Rules) -> None:
        acts = {key: act for key in keys if (act := rules.act(key)) is not Act.KEEP}
        self.handled = tuple((key, _HANDLERS[act]) for key, act in acts.items())
        # an object is known as a person by its keys
        self.describes_person = not {Act.PERSON_NAME, Act.STREET}.isdisjoint(acts.values())
        self._kept = tuple(key for key in keys if key not in acts)
        self.nested: Keys = ()
        self.plain = _values_of(self._kept)

    def learn(self, record: Record) -> None:
        """Take over the keys under which this object holds others."""
        self.nested = tuple(key for key in self._kept if key in self.nested or type(record[key]) in _CONTAINERS)
        self.plain = _values_of([key for key in self._kept if key not in self.nested])


class _AddressPlan:
    """What becomes of an address with certain keys.

    places: keys whose values stay, hashed: those of them that hold e-mail addresses; names, texts: what goes, and is
    taken out of notes.
    """

    __slots__ = ("hashed", "names", "places", "texts")

    def __init__(self, keys: Keys, rules: Rules) -> None:
        acts = {key: rules.act(key) for key in keys}
        self.places = tuple(key for key in keys if rules.is_place(key))
        self.hashed = frozenset(key for key in self.places if acts[key] is not Act.KEEP)
        gone = [key for key in keys if key not in self.places and acts[key] is not Act.KEEP]
        self.names = tuple(key for key in gone if acts[key] in (Act.PERSON_NAME, Act.SOMEONES_NAME, Act.NAME))
        self.texts = tuple(key for key in gone if key not in self.names)


def _values_of(keys: Iterable[str]) -> Callable[[Record], tuple[object, ...]] | None:
    names = tuple(keys)
    if not names:
        return None
    # of a single name itemgetter would give the value itself
    return itemgetter(*names) if len(names) > 1 else itemgetter(names[0], names[0])


class _Walk:
    """One record's redaction: what it has met so far of persons, and of notes to take them out of."""

    __slots__ = ("_hashes", "_names", "_notes", "_plans", "_texts", "_walks")

    def __init__(self, walks: Walks) -> None:
        self._walks = walks
        self._plans = walks.plans
        self._hashes = walks.hashes
        self._names: list[object] = []
        self._texts: list[object] = []
        self._notes: list[tuple[Record, str]] = []

    def walk(self, record: Record, person: bool, refund: bool, declared: bool = False) -> None:
        """Redact an object; person, refund: what it is a part of; declared: whether it is the record itself."""
        keys = tuple(record)
        plan = self._plans.get(keys) or self._walks.plan(keys)
        # an order to which a plugin adds first_name stays an order
        if plan.describes_person and not declared:
            person = True
        for key, handle in plan.handled:
            value = record[key]
            # null says nothing of anybody
            if value is not None:
                handle(self, record, key, value, person, refund)
        if plan.plain is not None and not _CONTAINERS.isdisjoint(map(type, plan.plain(record))):
            plan.learn(record)
        for key in plan.nested:
            value = record[key]
            if value:
                self.inside(value, person, refund)

    def inside(self, value: object, person: bool, refund: bool) -> None:
        """Redact the objects in a value."""
        if type(value) is dict:
            self.walk(value, person, refund)
        elif type(value) is list:
            for item in value:
                if type(item) is dict:
                    self.walk(item, person, refund)
                elif type(item) is list:
                    self.inside(item, person, refund)

    def finish(self) -> None:
        """Take the persons that were met out of the notes."""
        for holder, key in self._notes:
            note = holder[key]
            if type(note) is str:
                holder[key] = self._without_persons(note)

    def drop(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        del record[key]

    def contact(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        self._texts.append(value)
        del record[key]

    def name(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        self._names.append(value)
        del record[key]

    def name_of_person(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if person:
            self.name(record, key, value, person, refund)
        else:
            self.inside(value, person, refund)

    def email(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if type(value) is str:
            self._texts.append(value)
            record[key] = self._hashes.email_hash(value)
        else:
            self.inside(value, person, refund)

    def address(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if type(value) is dict or type(value) is list:
            record[key] = self._place(value)
        else:
            del record[key]

    def note(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if type(value) is not str:
            self.inside(value, person, refund)
        elif value:
            self._notes.append((record, key))

    def refund_note(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if refund:
            self.note(record, key, value, person, refund)
        else:
            del record[key]

    def url(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if type(value) is not str:
            self.inside(value, person, refund)
        elif "=" in value:
            record[key] = _PERSONAL_PARAMETER.sub(r"\1", value)

    def meta(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        """Keep those entries whose key stays, with nothing but their id, key and value."""
        kept: list[object] = []
        for entry in value if type(value) is list else ():
            if type(entry) is dict and self._walks.rules.keeps_meta(entry.get("key")):
                text = entry.get("value")
                if type(text) is str:
                    entry = {**entry, "value": _PERSONAL_PARAMETER.sub(r"\1", text)}
                kept.append({name: entry[name] for name in ("id", "key", "value") if name in entry})
        record[key] = kept

    def person(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if type(value) is str:
            self.name(record, key, value, person, refund)
        else:
            self.inside(value, True, refund)

    def refund(self, record: Record, key: str, value: object, person: bool, refund: bool) -> None:
        if type(value) is str:
            self.note(record, key, value, person, refund)
        else:
            self.inside(value, person, True)

    def _place(self, value: Record | list[object]) -> object:
        """Only what says where, of an address or of a list of them."""
        if type(value) is list:
            return [self._place(item) for item in value if type(item) is dict]
        assert type(value) is dict
        plan = self._walks.address(tuple(value))
        self._names += [value[key] for key in plan.names]
        self._texts += [value[key] for key in plan.texts]
        kept: Record = {}
        for key in plan.places:
            item = value[key]
            if type(item) is str and key in plan.hashed:
                self._texts.append(item)
                kept[key] = self._hashes.email_hash(item)
            elif type(item) not in _CONTAINERS:
                kept[key] = item
        return kept

    def _without_persons(self, note: str) -> str:
        text = _without(note, (word.strip() for word in self._texts if type(word) is str))
        # before names are taken out: what is left of an address without its name is not known as one
        text = self._hashes.text(text)
        text = _without(text, self._words_of_names())
        text = _PHONE.sub(" ", text)
        return note if text == note else " ".join(text.split())

    def _words_of_names(self) -> Iterator[str]:
        for name in self._names:
            if type(name) is str:
                yield name.strip()
                yield from re.split(r"[\s,.]+", name)


_HANDLERS: dict[Act, _Handler] = {
    Act.DROP: _Walk.drop,
    Act.CONTACT: _Walk.contact,
    Act.STREET: _Walk.contact,
    Act.PERSON_NAME: _Walk.name,
    Act.SOMEONES_NAME: _Walk.name,
    Act.NAME: _Walk.name_of_person,
    Act.EMAIL: _Walk.email,
    Act.ADDRESS: _Walk.address,
    Act.NOTE: _Walk.note,
    Act.REFUND_NOTE: _Walk.refund_note,
    Act.URL: _Walk.url,
    Act.META: _Walk.meta,
    Act.PERSON: _Walk.person,
    Act.REFUND: _Walk.refund,
}


def _without(note: str, words: Iterable[str]) -> str:
    """The note without those of the words that stand in it as words of their own."""
    folded = note.casefold()
    # most words of most records are in no note: a pattern is built of those only that are
    met = {word for word in words if word and word.casefold() in folded}
    for word in sorted(met, key=lambda word: (-len(word), word)):
        # a name of one or two letters is a word of some language too, unless it is written as a name
        flags = re.IGNORECASE if len(word) > 2 else re.NOFLAG
        note = re.sub(rf"(?<!\w){re.escape(word)}(?:['\u2019]s)?(?!\w)", " ", note, flags=flags)
    return note
