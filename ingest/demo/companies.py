"""The demo's cast: three companies, their stores, and where their buyers live."""

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    """Where buyers live, and the taxes due there: (title, rate)."""

    city: str
    region: str
    region_code: str
    postcode: str
    country: str
    country_code: str
    taxes: tuple[tuple[str, Decimal], ...]
    taxes_shipping: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """The buyers whom stores share: where they live, and whether some of them change their e-mail address."""

    name: str
    places: tuple[Place, ...]
    changes_email: bool = False


@dataclass(frozen=True)
class Store:
    """One store of a company.

    timezone: the one its vendor writes timestamps in. api: the vendor's API, "" for its first. name_prefix: what stands
    between # and the number in the names of its orders. counts_like: the store whose numbers its orders share.
    """

    source_name: str
    connector: str
    timezone: str
    currency: str
    catalog: str
    orders_a_day: float
    pool: Pool
    first_id: int
    domain: str
    prices_include_tax: bool = False
    api: str = ""
    name_prefix: str = ""
    counts_like: str = ""

    @property
    def shape(self) -> str:
        """The shape of its records: the connector, with the API where that is not the first."""
        return f"{self.connector}_{self.api}" if self.api else self.connector

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Company:
    """One demo tenant."""

    slug: str
    name: str
    timezone: str
    currency: str
    stores: tuple[Store, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def _rates(*taxes: tuple[str, str]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((title, Decimal(rate)) for title, rate in taxes)


_USA, _CANADA = ("United States", "US"), ("Canada", "CA")

LOS_ANGELES = Place(
    "Los Angeles",
    "California",
    "CA",
    "90012",
    *_USA,
    _rates(("California State Tax", "0.06"), ("Los Angeles County Tax", "0.0125")),
)
SAN_FRANCISCO = Place("San Francisco", "California", "CA", "94103", *_USA, _rates(("California State Tax", "0.06")))
SEATTLE = Place("Seattle", "Washington", "WA", "98101", *_USA, _rates(("Washington State Tax", "0.065")), True)
PORTLAND = Place("Portland", "Oregon", "OR", "97205", *_USA, ())
AUSTIN = Place(
    "Austin",
    "Texas",
    "TX",
    "78751",
    *_USA,
    _rates(("Texas State Tax", "0.0625"), ("Austin City Tax", "0.02")),
    True,
)
NEW_YORK = Place(
    "New York",
    "New York",
    "NY",
    "10001",
    *_USA,
    _rates(("New York State Tax", "0.04"), ("New York City Tax", "0.045")),
    True,
)
NEWARK = Place("Newark", "New Jersey", "NJ", "07102", *_USA, _rates(("New Jersey State Tax", "0.06625")))
WILMINGTON = Place("Wilmington", "Delaware", "DE", "19801", *_USA, ())
TORONTO = Place("Toronto", "Ontario", "ON", "M5V 2T6", *_CANADA, _rates(("HST", "0.13")), True)
HAMBURG = Place("Hamburg", "Hamburg", "HH", "20095", "Germany", "DE", _rates(("DE MwSt", "0.19")), True)
BERLIN = Place("Berlin", "Berlin", "BE", "10115", "Germany", "DE", _rates(("DE MwSt", "0.19")), True)
LYON = Place("Lyon", "Rhône", "69", "69002", "France", "FR", _rates(("FR TVA", "0.2")), True)
UTRECHT = Place("Utrecht", "Utrecht", "UT", "3511", "Netherlands", "NL", _rates(("NL BTW", "0.21")), True)
ZURICH = Place("Zürich", "Zürich", "ZH", "8001", "Switzerland", "CH", ())

_WEST = (LOS_ANGELES, LOS_ANGELES, SAN_FRANCISCO, SEATTLE, PORTLAND, AUSTIN, NEW_YORK)
_TYRELL = Pool("tyrell", (*_WEST, TORONTO), changes_email=True)
_WAYNE = Pool("wayne", (NEW_YORK, NEW_YORK, NEWARK, NEWARK, WILMINGTON, AUSTIN, PORTLAND))
_STARK_US = Pool("stark_us", _WEST)
_STARK_EU = Pool("stark_eu", (HAMBURG, BERLIN, BERLIN, LYON, UTRECHT, ZURICH))

COMPANIES: tuple[Company, ...] = (
    Company(
        "tyrell_corp",
        "Tyrell Corporation",
        "America/Los_Angeles",
        "USD",
        (
            Store(
                source_name="shopify",
                connector="shopify",
                timezone="America/Los_Angeles",
                currency="USD",
                catalog="tyrell_corp",
                orders_a_day=7.2,
                pool=_TYRELL,
                first_id=5_400_000_000_000,
                domain="tyrell-corp.myshopify.com",
                name_prefix="TY",
            ),
            Store(
                source_name="woocommerce",
                connector="woocommerce",
                timezone="America/Denver",
                currency="USD",
                catalog="tyrell_corp",
                orders_a_day=3.0,
                pool=_TYRELL,
                first_id=40_000,
                domain="shop.tyrell.example",
            ),
        ),
    ),
    Company(
        "wayne_enterprises",
        "Wayne Enterprises",
        "America/New_York",
        "USD",
        (
            Store(
                source_name="bigcommerce",
                connector="bigcommerce",
                timezone="America/New_York",
                currency="USD",
                catalog="wayne_enterprises",
                orders_a_day=7.6,
                pool=_WAYNE,
                first_id=100_000,
                domain="wayne.mybigcommerce.com",
            ),
        ),
    ),
    Company(
        "stark_industries",
        "Stark Industries",
        "Europe/Berlin",
        "EUR",
        (
            Store(
                source_name="shopify_us",
                connector="shopify",
                timezone="America/Los_Angeles",
                currency="USD",
                catalog="shopify_us",
                orders_a_day=2.6,
                pool=_STARK_US,
                first_id=6_100_000_000_000,
                domain="stark-us.myshopify.com",
                api="graphql",
                counts_like="shopify_eu",
            ),
            Store(
                source_name="shopify_eu",
                connector="shopify",
                timezone="Europe/Berlin",
                currency="EUR",
                catalog="shopify_eu",
                orders_a_day=4.8,
                pool=_STARK_EU,
                first_id=6_700_000_000_000,
                domain="stark-eu.myshopify.com",
                prices_include_tax=True,
            ),
        ),
    ),
)
