"""Which keys of a payload hold personal data, and what becomes of their values."""

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import cache

from ingest.connector import CONNECTORS, Personal


class Act(Enum):
    """What becomes of a value."""

    KEEP = auto()
    DROP = auto()
    CONTACT = auto()  # a phone or such: dropped, and taken out of the record's notes
    STREET = auto()  # likewise; what lies beside it describes a person
    PERSON_NAME = auto()  # likewise, word by word; what lies beside it describes a person
    SOMEONES_NAME = auto()  # likewise; what lies beside it is anything (customer_name of an order)
    NAME = auto()  # the same inside a person; elsewhere the name of a product or an order, kept
    EMAIL = auto()  # hashed
    ADDRESS = auto()  # an object or a list of them: only place and e-mail hash stay
    NOTE = auto()  # free text that is kept without the record's own persons
    REFUND_NOTE = auto()  # the same inside a refund, dropped elsewhere
    URL = auto()  # kept without parameters that name a person
    META = auto()  # WooCommerce's list of {key, value}: kept by key
    PERSON = auto()  # an object that describes a person, or a list of them
    REFUND = auto()  # likewise a refund; WooCommerce also calls a refund's reason so


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Keys are compared without case and punctuation: first_name and firstName are one.
_ACTS: tuple[tuple[frozenset[str], Act], ...] = (
    (
        _words("firstname lastname middlename fullname givenname familyname surname fname lname"),
        Act.PERSON_NAME,
    ),
    (
        _words(
            "customername billingname shippingname recipientname contactname cardholder cardholdername accountholder "
            "ownername"
        ),
        Act.SOMEONES_NAME,
    ),
    (
        _words(
            "address1 address2 address3 addressline1 addressline2 addressline3 street street1 street2 street3 "
            "streetline1 streetline2 streetaddress streetname housenumber latitude longitude"
        ),
        Act.STREET,
    ),
    (_words("phone fax tel telephone mobile cellphone company companyname"), Act.CONTACT),
    (
        _words(
            "ip ipaddress ipaddressv6 browserip clientip remoteip useragent customeripaddress customeruseragent "
            "sessionhash lat lng lon geo geolocation coordinates password creditcard cardnumber cvv iban accountnumber "
            "vat vatid taxid taxnumber cpf cnpj ssn nif dni passport dateofbirth dob gender multipassidentifier notes "
            "comment comments"
        ),
        Act.DROP,
    ),
    (_words("billingaddress shippingaddress defaultaddress addresses"), Act.ADDRESS),
    (_words("name displayname nickname username login"), Act.NAME),
    (_words("reason message declinedmessage tags"), Act.NOTE),
    (_words("note"), Act.REFUND_NOTE),
    (
        _words(
            "landingsite referringsite referrer sourceurl landingpage landingpageurl referrerurl currenturl "
            "initialreferrer pageurl"
        ),
        Act.URL,
    ),
    (_words("metadata"), Act.META),
    (_words("customer customers buyer recipient sender contact user owner staff staffmember"), Act.PERSON),
    (_words("refund refunds orderrefund orderrefunds"), Act.REFUND),
)
_BY_KEY = {key: act for keys, act in _ACTS for key in keys}
# plugins and new API versions put prefixes before the keys above (shipping_phone, sms_phone_number)
_PARTS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (re.compile(r"email"), Act.EMAIL),
    (re.compile(r"firstname|lastname|fullname|surname"), Act.SOMEONES_NAME),
    (re.compile(r"phone|streetaddress|address(?:line)?[123]$|latitude|longitude"), Act.CONTACT),
    (re.compile(r"ipaddress|useragent|password|secret|token|creditcard|cardnumber|vatnumber|birthda"), Act.DROP),
)
_PLACE_KEYS = _words(
    "id customerid email city town county province provincecode region regioncode state stateorprovince "
    "stateorprovincecode statecode zip postcode postalcode country countrycode countryname countryiso2 countrycodev2 "
    "default type addresstype"
)
# what is remembered of keys is bounded: some plugins put ids into them
_MOST_KEYS = 20_000


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


class Rules:
    """What becomes of the values of a record's keys, for the connectors whose `personal` is given.

    of_anyone: whether nobody knows which of them a record comes from.
    """

    def __init__(self, personal: Iterable[Personal], *, of_anyone: bool = False) -> None:
        self._acts: dict[str, Act] = {}
        self._kept_meta: tuple[str, ...] = ()
        self._own: dict[str, Act] = {}
        for one in personal:
            self._kept_meta += one.kept_meta
            # what one vendor's records may keep is not kept of a record that may be another's
            for keys, act in ((() if of_anyone else one.kept, Act.KEEP), (one.persons, Act.PERSON)):
                for key in map(_plain, keys):
                    self._own.setdefault(key, act)
            for keys, act in ((one.addresses, Act.ADDRESS), (one.dropped, Act.DROP)):
                self._own.update(dict.fromkeys(map(_plain, keys), act))

    def act(self, key: str) -> Act:
        """What becomes of the value of a key."""
        act = self._acts.get(key)
        if act is None:
            if len(self._acts) > _MOST_KEYS:
                self._acts.clear()
            act = self._acts[key] = self._judged(_plain(key))
        return act

    def _judged(self, plain: str) -> Act:
        act = self._own.get(plain) or _BY_KEY.get(plain)
        return act or next((act for part, act in _PARTS if part.search(plain)), Act.KEEP)

    def is_place(self, key: str) -> bool:
        """Whether a key of an address says in which city, region, postcode or country it is, or whose it is."""
        return _plain(key) in _PLACE_KEYS

    def keeps_meta(self, key: object) -> bool:
        """Whether an entry of `meta_data` with this key stays."""
        return isinstance(key, str) and key.startswith(self._kept_meta) and self.act(key) in (Act.KEEP, Act.URL)


@cache
def rules_of(personal: Personal) -> Rules:
    """The rules of one connector."""
    return Rules([personal])


@cache
def every_rule() -> Rules:
    """The rules of all connectors at once, for a record of which nobody knows what it is."""
    personal = [entity.personal for connector in CONNECTORS.values() for entity in connector.entities]
    return Rules(personal, of_anyone=True)
