"""Personal data out of payloads: what the envelope lets through to the raw layer.

E-mail addresses become a hash with the tenant's salt, so that one person stays one person. Persons' names, phones,
street addresses, network addresses, geographic points, card data and texts that people write about themselves are
dropped; city, region, postcode and country stay. ingest/personal.py says by which keys.
"""

import re
from hashlib import sha256
from urllib.parse import unquote

from ingest.connector import Entity
from ingest.personal import every_rule, rules_of
from ingest.walks import Walks

_AT = re.compile(r"@|%(?:25)*40|&#0*64;|&commat;", re.IGNORECASE)
_PERCENT_AT = re.compile(rb"%(?:25|40)").search
_ENTITY_AT = re.compile(rb"&(?:#|[cC])").search
_BEFORE_AT = re.compile(r"[\w.+%'~-]{1,64}$")
# logo@2x.png is no address
_AFTER_AT = re.compile(r"(?![0-9]x\.)[\w-]+(?:\.[\w-]+)+")
# what is remembered of addresses is bounded
_MOST_HASHES = 20_000
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
        self._hashes: dict[str, str] = {}
        self._walks: dict[Entity, Walks] = {}
        self._anyones: Walks | None = None

    def email_hash(self, email: str) -> str:
        """64 hex digits for an e-mail address, whatever its case and the blanks around it; a blank one stays blank."""
        found = self._hashes.get(email)
        if found is None:
            if len(self._hashes) >= _MOST_HASHES:
                self._hashes.clear()
            normalised = email.strip().lower()
            found = sha256(self._salt + normalised.encode()).hexdigest() if normalised else email
            self._hashes[email] = found
        return found

    def redact(self, record: dict[str, object], entity: Entity) -> None:
        """Redact a record of an entity, in place."""
        if not self._keep:
            walks = self._walks.get(entity)
            if walks is None:
                walks = self._walks[entity] = Walks(self, rules_of(entity.personal))
            walks.redact(record, entity)

    def redact_refused(self, record: dict[str, object], entity: Entity) -> None:
        """Redact, in place, a record that was refused, which may be anyone's: the rules of every connector count."""
        if not self._keep:
            self._anyones = self._anyones or Walks(self, every_rule())
            self._anyones.redact(record, entity)

    def may_hold_email(self, payload: bytes) -> bool:
        """Whether an encoded, redacted record holds anything that could belong to an e-mail address."""
        if self._keep:
            return False
        # most records hold none of the three characters that all the signs begin with
        return b"@" in payload or bool(
            (b"%" in payload and _PERCENT_AT(payload)) or (b"&" in payload and _ENTITY_AT(payload))
        )

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
