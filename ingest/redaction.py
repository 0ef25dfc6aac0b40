"""Personal data out of payloads: what the envelope lets through to the raw layer.

E-mail addresses become a hash with the tenant's salt, so that one person stays one person. Persons' names, phones,
street addresses, network addresses, geographic points, card data and texts that people write about themselves are
dropped; city, region, postcode and country stay. ingest/personal.py says by which keys.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from urllib.parse import unquote

from ingest.connector import Entity
from ingest.personal import Act, Rules, every_rule, rules_of

_AT = re.compile(r"@|%(?:25)*40|&#0*64;|&commat;", re.IGNORECASE)
_BEFORE_AT = re.compile(r"[\w.+%'~-]{1,64}$")
# logo@2x.png is no address
_AFTER_AT = re.compile(r"(?![0-9]x\.)[\w-]+(?:\.[\w-]+)+")
_AT_BYTES = (b"@", b"%40", b"%2540", b"&#64;", b"&#064;", b"&commat;")
_PHONE = re.compile(r"(?<!\w)(?:\+\s*)?(?:\(\s*)?[0-9](?:[\s().\-/]{0,3}[0-9]){8,}(?!\w)")
_PERSONAL_PARAMETER = re.compile(
    r"([?&;#](?:(?:first|last|full|user|customer|your)?[_-]?name|[fl]name|phone(?:[_-]?number)?|tel|mobile|"
    r"address[_-]?[123]?|street|dob|birthday|[\w-]*token|e?-?mail)=)[^&;#]*",
    re.IGNORECASE,
)
_SHORTEST_SALT = 16


class Redactor:
    """Takes personal data out of records; with keep_pii it leaves them as they are.

    salt: the tenant's own, at least 16 bytes, so that the hashes of two tenants cannot be matched.
    """

    def __init__(self, salt: bytes, keep_pii: bool = False) -> None:
        if len(salt) < _SHORTEST_SALT:
            raise ValueError(f"the salt is shorter than {_SHORTEST_SALT} bytes")
        self._salt = salt
        self._keep = keep_pii

    def email_hash(self, email: str) -> str:
        """64 hex digits for an e-mail address, whatever its case and the blanks around it; a blank one stays blank."""
        normalised = email.strip().lower()
        return sha256(self._salt + normalised.encode()).hexdigest() if normalised else email

    def redact(self, record: dict[str, object], entity: Entity) -> None:
        """Redact a record of an entity, in place."""
        if not self._keep:
            _Walk(self, rules_of(entity.personal)).run(record, entity)

    def redact_refused(self, record: dict[str, object], entity: Entity) -> None:
        """Redact, in place, a record that was refused, which may be anyone's: the rules of every connector count."""
        if not self._keep:
            _Walk(self, every_rule()).run(record, entity)

    def may_hold_email(self, payload: bytes) -> bool:
        """Whether an encoded, redacted record holds anything that could belong to an e-mail address."""
        if self._keep:
            return False
        # most records hold none of the three characters that all the signs begin with
        return b"@" in payload or ((b"%" in payload or b"&" in payload) and any(sign in payload for sign in _AT_BYTES))

    def sweep(self, record: dict[str, object]) -> None:
        """Replace, in place, whatever looks like an e-mail address, in any text and any key, by its hash."""
        for key in list(record):
            value = record.pop(key)
            record[self.text(key)] = self._swept(value)

    def text(self, text: str) -> str:
        """The text with whatever looks like an e-mail address replaced by its hash."""
        if self._keep:
            return text
        done, end = [], 0
        for sign in _AT.finditer(text):
            before = _BEFORE_AT.search(text[max(end, sign.start() - 64) : sign.start()])
            after = _AFTER_AT.match(text, sign.end())
            if before and after:
                name = unquote(before[0]).lstrip("'")
                done += [text[end : sign.start() - len(before[0])], self.email_hash(f"{name}@{after[0]}")]
                end = after.end()
        return "".join([*done, text[end:]])

    def _swept(self, value: object) -> object:
        if type(value) is str:
            return self.text(value)
        if type(value) is dict:
            self.sweep(value)
        elif type(value) is list:
            value[:] = [self._swept(item) for item in value]
        return value


class _Walk:
    """One record's redaction: what it has met so far of persons, and of notes to take them out of."""

    __slots__ = ("_names", "_notes", "_redactor", "_rules", "_texts")

    def __init__(self, redactor: Redactor, rules: Rules) -> None:
        self._redactor = redactor
        self._rules = rules
        self._names: list[object] = []
        self._texts: list[object] = []
        self._notes: list[tuple[dict[str, object], str]] = []

    def run(self, record: dict[str, object], entity: Entity) -> None:
        kind = self._rules.act(entity.one[0]) if entity.one else Act.KEEP
        self._object(record, kind is Act.PERSON, kind is Act.REFUND, declared=True)
        for holder, key in self._notes:
            note = holder[key]
            if type(note) is str:
                holder[key] = self._without_persons(note)

    def _object(self, record: dict[str, object], person: bool, refund: bool, declared: bool = False) -> None:
        acts = self._rules.acts(record)
        # an object is known as a person by its keys, but an order to which a plugin adds first_name stays an order
        if not declared:
            for act in acts.values():
                if act is Act.PERSON_NAME or act is Act.STREET:
                    person = True
        for key, act in acts.items():
            value = record[key]
            # null says nothing of anybody
            if value is not None:
                self._apply(act, record, key, value, person, refund)
        for key, value in record.items():
            kind = type(value)
            if (kind is dict or kind is list) and value and key not in acts:
                self._any(value, person, refund)

    def _any(self, value: object, person: bool, refund: bool) -> None:
        if type(value) is dict:
            self._object(value, person, refund)
        elif type(value) is list:
            for item in value:
                self._any(item, person, refund)

    def _apply(self, act: Act, record: dict[str, object], key: str, value: object, person: bool, refund: bool) -> None:
        if act is Act.EMAIL and type(value) is str:
            self._texts.append(value)
            record[key] = self._redactor.email_hash(value)
        elif act is Act.ADDRESS and (type(value) is dict or type(value) is list):
            record[key] = self._address(value)
        elif (
            act is Act.PERSON_NAME
            or act is Act.SOMEONES_NAME
            or (act is Act.NAME and person)
            or (act is Act.PERSON and type(value) is str)
        ):
            self._names.append(record.pop(key))
        elif act is Act.CONTACT or act is Act.STREET:
            self._texts.append(record.pop(key))
        elif act is Act.DROP or act is Act.ADDRESS or (act is Act.REFUND_NOTE and not refund):
            del record[key]
        elif act is Act.META:
            record[key] = self._meta(value)
        elif act is Act.URL and type(value) is str:
            record[key] = _PERSONAL_PARAMETER.sub(r"\1", value)
        elif type(value) is str and act in (Act.NOTE, Act.REFUND_NOTE, Act.REFUND):
            if value:
                self._notes.append((record, key))
        else:
            self._any(value, person or act is Act.PERSON, refund or act is Act.REFUND)

    def _address(self, value: dict[str, object] | list[object]) -> object:
        """Only what says where, of an address or of a list of them."""
        if isinstance(value, list):
            return [self._address(item) for item in value if isinstance(item, dict)]
        is_place, acts = self._rules.is_place, self._rules.acts(value)
        kept: dict[str, object] = {}
        for key, item in value.items():
            if not is_place(key):
                if key in acts:
                    self._remember(acts[key], item)
            elif isinstance(item, str) and key in acts:
                self._texts.append(item)
                kept[key] = self._redactor.email_hash(item)
            elif not isinstance(item, dict | list):
                kept[key] = item
        return kept

    def _remember(self, act: Act, value: object) -> None:
        named = act is Act.PERSON_NAME or act is Act.SOMEONES_NAME or act is Act.NAME
        (self._names if named else self._texts).append(value)

    def _meta(self, value: object) -> list[object]:
        """The entries whose key stays, with nothing but their id, key and value."""
        kept: list[object] = []
        for entry in value if type(value) is list else ():
            if type(entry) is dict and self._rules.keeps_meta(entry.get("key")):
                text = entry.get("value")
                if type(text) is str:
                    entry = {**entry, "value": _PERSONAL_PARAMETER.sub(r"\1", text)}
                kept.append({key: entry[key] for key in ("id", "key", "value") if key in entry})
        return kept

    def _without_persons(self, note: str) -> str:
        text = _without(note, (word.strip() for word in self._texts if type(word) is str))
        # before names are taken out: what is left of an address without its name is not known as one
        text = self._redactor.text(text)
        text = _without(text, self._words_of_names())
        text = _PHONE.sub(" ", text)
        return note if text == note else " ".join(text.split())

    def _words_of_names(self) -> Iterator[str]:
        for name in self._names:
            if type(name) is str:
                yield name.strip()
                yield from re.split(r"[\s,.]+", name)


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
