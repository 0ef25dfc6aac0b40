"""Personal data out of payloads: what the envelope lets through to the raw layer.

E-mail addresses become a hash with the tenant's salt, so that one person stays one person. Persons' names, phones,
street addresses, network addresses, geographic points, card data and texts that people write about themselves are
dropped; city, region, postcode and country stay.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cache
from hashlib import sha256

from ingest.connector import CONNECTORS, Entity, Personal


class _Act(Enum):
    KEEP = auto()
    DROP = auto()
    PERSON = auto()  # dropped, and what lies beside it describes a person too
    EMAIL = auto()
    ADDRESS = auto()
    NAME = auto()  # dropped inside a person, kept elsewhere (products, orders)
    NOTE = auto()  # free text that is kept; the record's own persons are taken out
    REFUND_NOTE = auto()  # such a text inside a refund, dropped elsewhere
    URL = auto()
    META = auto()
    IN_PERSON = auto()  # an object that describes a person
    IN_REFUND = auto()


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


# Keys are compared without case and punctuation: first_name and firstName are one.
_PERSON_KEYS = frozenset(
    "firstname lastname middlename fullname givenname familyname surname lname fname address1 address2 address3 "
    "addressline1 addressline2 addressline3 street street1 street2 street3 streetline1 streetline2 streetaddress "
    "streetname housenumber latitude longitude".split()
)
_DROP_KEYS = frozenset(
    "phone fax tel telephone mobile cellphone customername billingname shippingname recipientname contactname "
    "cardholder cardholdername accountholder ownername staffname ip ipaddress ipaddressv6 browserip clientip remoteip "
    "useragent customeripaddress customeruseragent sessionhash lat lng lon geo geolocation coordinates password "
    "creditcard cardnumber cvv iban accountnumber company companyname vat vatnumber vatid taxid taxnumber cpf cnpj "
    "ssn nif dni passport dateofbirth birthdate birthday dob gender multipassidentifier notes comment comments "
    "customernote metafields".split()
)
_DROP_PARTS = re.compile(
    r"phone|firstname|lastname|fullname|surname|streetaddress|address[123]$|ipaddress|useragent|latitude|longitude|"
    r"password|secret|token|creditcard|cardnumber|vatnumber|birthda"
).search
_ADDRESS_KEYS = frozenset("billingaddress shippingaddress defaultaddress addresses".split())
_NAME_KEYS = frozenset("name displayname nickname username login".split())
_NOTE_KEYS = frozenset("reason message declinedmessage tags refund".split())
_URL_KEYS = frozenset("landingsite referringsite referrer sourceurl sessionentry".split())
_PERSON_OBJECTS = frozenset("customer customers buyer recipient sender contact user owner staff staffmember".split())
_REFUND_OBJECTS = frozenset("refund refunds orderrefund orderrefunds".split())
_PLACE_KEYS = frozenset(
    "id customerid email city town suburb county province provincecode region regioncode state stateorprovince "
    "stateorprovincecode statecode zip postcode postalcode country countrycode countryname countryiso2 countrycodev2 "
    "default type addresstype".split()
)
# what is remembered of keys is bounded: some plugins put ids into them
_MOST_KEYS = 20_000

_EMAIL = re.compile(
    r"[^\s@\"'<>()\[\]{},;:=&?#/\\|%]+(?:%(?!(?:25)*40)[0-9a-f]{2}[^\s@\"'<>()\[\]{},;:=&?#/\\|%]*)*"
    r"(?:@|%(?:25)*40|&#0*64;)(?![0-9]x\.)[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
_AT_SIGN = re.compile(r"%(?:25)*40|&#0*64;", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,])(?:\+|\(\s*)?[0-9](?:[\s().\-/]*[0-9]){6,}(?![\w])")
_PERSONAL_PARAMETER = re.compile(
    r"([?&;#](?:(?:first|last|full|user|customer|your)?[_-]?name|[fl]name|phone(?:[_-]?number)?|tel|mobile|"
    r"address[_-]?[12]?|street|dob|birthday|[\w-]*token|e?-?mail)=)[^&;#]*",
    re.IGNORECASE,
)


class _Rules(dict[str, _Act]):
    """What to do with a key; worked out once a key, then a plain look-up."""

    def __init__(self, personal: Iterable[Personal]) -> None:
        super().__init__()
        self.kept_meta: tuple[str, ...] = ()
        self._dropped: set[str] = set()
        self._addresses = set(_ADDRESS_KEYS)
        for one in personal:
            self.kept_meta += one.kept_meta
            self._dropped.update(map(_plain, one.dropped))
            self._addresses.update(map(_plain, one.addresses))

    def __missing__(self, key: str) -> _Act:
        action = self._action(_plain(key))
        if len(self) < _MOST_KEYS:
            self[key] = action
        return action

    def _action(self, key: str) -> _Act:
        if key in self._dropped or key in _DROP_KEYS:
            return _Act.DROP
        if key in self._addresses:
            return _Act.ADDRESS
        for keys, action in (
            (_PERSON_KEYS, _Act.PERSON),
            (_NAME_KEYS, _Act.NAME),
            (_NOTE_KEYS, _Act.NOTE),
            ({"note"}, _Act.REFUND_NOTE),
            (_URL_KEYS, _Act.URL),
            ({"metadata"}, _Act.META),
            (_PERSON_OBJECTS, _Act.IN_PERSON),
        ):
            if key in keys:
                return action
        if "email" in key:
            return _Act.EMAIL
        return _Act.DROP if _DROP_PARTS(key) else _Act.KEEP


class _Found:
    """What one record's walk has met: words of its persons, and texts to take them out of."""

    __slots__ = ("notes", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.notes: list[tuple[dict[str, object], str]] = []


class Redactor:
    """Takes personal data out of records; with keep_pii it leaves them as they are.

    salt: the tenant's own, at least 16 bytes, so that hashes of two tenants cannot be compared.
    """

    def __init__(self, salt: bytes, keep_pii: bool = False) -> None:
        if len(salt) < 16:
            raise ValueError("the salt is shorter than 16 bytes")
        self._salt = salt
        self._keep = keep_pii

    def email_hash(self, email: str) -> str:
        """64 hex digits for an e-mail address, the same for any case and surrounding blanks; blank stays as it is."""
        normalised = email.strip().lower()
        return sha256(self._salt + normalised.encode()).hexdigest() if normalised else email

    def redact(self, record: dict[str, object], entity: Entity) -> None:
        """Redact one record of an entity, in place."""
        self._redact(record, entity, _rules(entity.personal))

    def redact_refused(self, record: dict[str, object], entity: Entity) -> None:
        """Redact, in place, a record that is none of its entity: the rules of every connector count."""
        self._redact(record, entity, _every_rule())

    def text(self, text: str) -> str:
        """The text with everything that looks like an e-mail address replaced by its hash."""
        return text if self._keep else self._without_emails(text)

    def without_emails(self, record: dict[str, object]) -> None:
        """Replace, in place, every e-mail address in any text or key left in a record; costly, so asked for rarely."""
        if not self._keep:
            self._sweep(record)

    def _redact(self, record: dict[str, object], entity: Entity, rules: "_Rules") -> None:
        if self._keep:
            return
        found = _Found()
        kind = _plain(entity.one[0])
        self._object(record, rules, found, kind in _PERSON_OBJECTS, kind in _REFUND_OBJECTS)
        if found.notes:
            pattern = _words_pattern(found.words)
            for holder, key in found.notes:
                holder[key] = self._cleaned(holder[key], pattern)

    def _object(
        self, record: dict[str, object], rules: "_Rules", found: _Found, person: bool, refund: bool
    ) -> None:
        pending = None
        for key, value in record.items():
            action = rules[key]
            if action is not _Act.KEEP:
                if pending is None:
                    pending = [(key, action)]
                else:
                    pending.append((key, action))
            elif type(value) is dict:
                self._object(value, rules, found, person, refund)
            elif type(value) is list:
                self._list(value, rules, found, person, refund)
        if pending is not None:
            if not person:
                person = any(action is _Act.PERSON for _, action in pending)
            for key, action in pending:
                self._apply(action, record, key, rules, found, person, refund)

    def _list(self, values: list[object], rules: "_Rules", found: _Found, person: bool, refund: bool) -> None:
        for value in values:
            if type(value) is dict:
                self._object(value, rules, found, person, refund)
            elif type(value) is list:
                self._list(value, rules, found, person, refund)

    def _apply(
        self,
        action: _Act,
        record: dict[str, object],
        key: str,
        rules: "_Rules",
        found: _Found,
        person: bool,
        refund: bool,
    ) -> None:
        value = record[key]
        if action is _Act.EMAIL:
            if type(value) is str:
                if value.strip():
                    found.words.append(value)
                    record[key] = self.email_hash(value)
                return
        elif action is _Act.NAME:
            if person:
                found.words.extend(_texts(record.pop(key)))
                return
        elif action is _Act.DROP or action is _Act.PERSON:
            found.words.extend(_texts(record.pop(key)))
            return
        elif action is _Act.ADDRESS:
            record[key] = self._address(value, rules, found)
            if record[key] is None and value is not None:
                del record[key]
            return
        elif action is _Act.NOTE or action is _Act.REFUND_NOTE:
            if action is _Act.REFUND_NOTE and not refund:
                found.words.extend(())
                del record[key]
                return
            if type(value) is str:
                if value:
                    found.notes.append((record, key))
                return
        elif action is _Act.URL:
            if type(value) is str:
                record[key] = _PERSONAL_PARAMETER.sub(r"\1", value)
        elif action is _Act.META:
            record[key] = self._meta(value, rules)
            return
        elif action is _Act.IN_PERSON:
            person = True
        # what is kept, or is not of the form that its key promises, is looked through all the same
        if type(value) is dict:
            self._object(value, rules, found, person, refund or _plain(key) in _REFUND_OBJECTS)
        elif type(value) is list:
            self._list(value, rules, found, person, refund or _plain(key) in _REFUND_OBJECTS)
