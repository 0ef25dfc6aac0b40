"""Who buys in the demo: invented persons, with everything about them that must never reach the warehouse."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.demo.companies import Place, Pool
from ingest.demo.dice import dice

# rare ones on purpose: none is a word, a city or a product, so a search for one finds persons only
FIRST_NAMES = (
    "Rosalind",
    "Ignatius",
    "Philippa",
    "Bartholomew",
    "Evangeline",
    "Thaddeus",
    "Wilhelmina",
    "Octavian",
    "Seraphina",
    "Lysander",
    "Cordelia",
    "Peregrine",
    "Ottilie",
    "Balthasar",
    "Araminta",
    "Leopold",
    "Gwendolyn",
    "Cornelius",
    "Hyacinth",
    "Ambrose",
    "Zsófia",
    "Jürgen",
    "Élodie",
    "Søren",
    "Tomasz",
    "Annelies",
    "Matteus",
    "Ximena",
    "Yevgenia",
    "Przemysław",
    "Saoirse",
    "Dashiell",
)
LAST_NAMES = (
    "Quillfeather",
    "Thistlewood",
    "Van-Oosterhout",
    "Brambledown",
    "Featherstonehaugh",
    "Krzyżanowska",
    "Oyelaran",
    "Lindqvist",
    "Marchbanks",
    "Wolstenholme",
    "Pettigrew",
    "Ravenscroft",
    "Szymborski",
    "Fitzwilliam",
    "Okonjo",
    "Hallgrímsson",
    "Delacroix",
    "Mondragón",
    "Vandersloot",
    "Nakamurra",
    "Birtwhistle",
    "Cholmondeley",
    "Etcheverry",
    "Grigoryan",
    "Humperdinck",
    "Ibarguren",
    "Jankauskas",
    "Kowalczyk",
    "Lundström",
    "Mukherjee",
    "Papadakis",
    "Quintanilla",
    "Rasmussen",
    "Silverstrand",
    "Tshabalala",
    "Umukoro",
    "Villaseñor",
    "Wigglesworth",
    "Yamashiro",
    "Zubizarreta",
)
STREET_NAMES = (
    "Ottervale Street",
    "Bramblewick Road",
    "Candlemaker Row",
    "Dunmallet Avenue",
    "Eiderdown Lane",
    "Foxhollow Drive",
    "Gorsehill Close",
    "Harrowgate Terrace",
    "Inkberry Court",
    "Juniperfield Way",
    "Kestrelmoor Path",
    "Larkspindle Alley",
    "Mossbank Crescent",
    "Nettlecombe Place",
    "Oakhanger Boulevard",
    "Primrosedale Walk",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One buyer. former_email: the one used before `changed_on`. number: unique within the pool."""

    number: int
    born: date
    first_name: str
    last_name: str
    email: str | None
    former_email: str | None
    changed_on: date | None
    phone: str
    street: str
    place: Place
    is_registered: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def email_on(self, day: date) -> str | None:
        """The e-mail address this person used on a day."""
        return self.former_email if self.changed_on and day < self.changed_on else self.email


@dataclass(frozen=True)
class PersonalData:
    """What of the demo's buyers a search must never find in the warehouse, each value once, sorted.

    emails: lower case; names: first, last and full names; streets: as written, house number and all.
    """

    emails: tuple[str, ...]
    names: tuple[str, ...]
    streets: tuple[str, ...]
    phones: tuple[str, ...]

    @staticmethod
    def of(persons: Iterable[Person]) -> "PersonalData":
        """The personal data of some persons."""
        known = list(persons)
        emails = {email for person in known for email in (person.email, person.former_email) if email}
        names = {name for person in known for name in (person.first_name, person.last_name, person.name)}
        return PersonalData(
            tuple(sorted(emails)),
            tuple(sorted(names)),
            tuple(sorted({person.street for person in known})),
            tuple(sorted({person.phone for person in known})),
        )


class People:
    """The persons of one demo, each the same whenever asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._persons: dict[tuple[str, date, int], Person] = {}

    def person(self, pool: Pool, born: date, slot: int, slots: int) -> Person:
        """The person who first turned up among those buyers on that day, in that slot of `slots`."""
        key = (pool.name, born, slot)
        if key not in self._persons:
            self._persons[key] = self._made(pool, born, slot, slots)
        return self._persons[key]

    def known(self) -> Iterable[Person]:
        """Everyone asked for so far."""
        return self._persons.values()

    def _made(self, pool: Pool, born: date, slot: int, slots: int) -> Person:
        chance = dice(self._seed, "person", pool.name, born, slot)
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        number = (born.toordinal() - _EPOCH) * slots + slot
        mailbox = f"{_ascii(first)}.{_ascii(last)}.{number}"
        # two pools meet in one tenant: the letter keeps their mailboxes apart
        email = f"{mailbox}{pool.name[-1]}@{chance.choice(('example.com', 'example.org', 'mail.example.net'))}"
        is_registered = chance.random() < 0.7
        changed = is_registered and pool.changes_email and chance.random() < 0.03
        reachable = not is_registered or changed or chance.random() > 0.03
        return Person(
            number=number,
            born=born,
            first_name=first,
            last_name=last,
            email=email if reachable else None,
            former_email=f"{mailbox}.old@example.com" if changed else None,
            changed_on=born + timedelta(days=chance.randint(20, 120)) if changed else None,
            phone=f"+1 555 {chance.randint(100, 999)} {chance.randint(1000, 9999)}",
            street=f"{chance.randint(1, 480)} {chance.choice(STREET_NAMES)}",
            place=chance.choice(pool.places),
            is_registered=is_registered,
        )


_EPOCH = date(2020, 1, 1).toordinal()


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).replace("ł", "l").replace("ø", "o").encode("ascii", "ignore")
    return plain.decode().replace("-", "").lower()
