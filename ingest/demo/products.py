"""What the demo shops sell."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One product. price: as its shop lists it."""

    product_id: int
    variant_id: int
    title: str
    sku: str
    vendor: str
    price: Decimal
    is_gift_card: bool = False


def _catalog(base: int, prefix: str, rows: str) -> tuple[Product, ...]:
    products = []
    for number, row in enumerate(rows.strip().splitlines(), 1):
        title, vendor, price = (part.strip() for part in row.split("|"))
        sku = f"{prefix}-{number:03d}"
        gift = vendor == "gift card"
        sold_by = vendor if not gift else prefix
        products.append(Product(base + number, base * 10 + number, title, sku, sold_by, Decimal(price), gift))
    return tuple(products)


CATALOGS: dict[str, tuple[Product, ...]] = {
    "tyrell_corp": _catalog(
        7_310_000,
        "TYR",
        """
        Origami Unicorn Kit | Gaff Paper | 12.50
        Neon Umbrella | Sector Seven | 34.90
        Synthetic Owl Lamp | Eldon Lighting | 189.00
        Voight Notebook, dotted | Gaff Paper | 9.95
        Rain Coat "Sixth Street" | Sector Seven | 149.99
        Whisky Glass, square | Bradbury Goods | 18.25
        Esper Photo Frame | Bradbury Goods | 42.00
        Spinner Model 1:43 | Off-World Toys | 64.75
        Noodle Bowl Set | Bradbury Goods | 27.30
        Piano Score Collection | Gaff Paper | 22.15
        Tortoise Plush | Off-World Toys | 16.00
        Dove Enamel Pin | Off-World Toys | 5.45
        Tyrell Gift Card | gift card | 50.00
        """,
    ),
    "wayne_enterprises": _catalog(
        1_100,
        "WAY",
        """
        Grapnel Key Ring | Applied Sciences | 11.40
        Tactical Flashlight | Applied Sciences | 58.00
        Carbon Fibre Umbrella | Fox Outdoor | 72.95
        Manor Tea, 250 g | Pennyworth Pantry | 14.60
        Manor Shortbread | Pennyworth Pantry | 8.75
        Waterproof Duffel | Fox Outdoor | 129.00
        Night Vision Binoculars | Applied Sciences | 249.50
        Gala Bow Tie | Crest Apparel | 39.00
        Cashmere Scarf, charcoal | Crest Apparel | 95.00
        Climbing Rope 30 m | Fox Outdoor | 110.25
        Steel Water Bottle | Fox Outdoor | 24.99
        """,
    ),
    "shopify_us": _catalog(
        8_420_000,
        "SUS",
        """
        Arc Desk Light | Repulsor Home | 89.00
        Workshop Apron | Malibu Works | 36.50
        Titanium Mug | Malibu Works | 28.95
        Robot Arm Kit | Repulsor Labs | 159.00
        Band T-Shirt, washed | Malibu Works | 25.00
        Ceramic Doughnut Stand | Repulsor Home | 31.40
        Expo Poster 1974 | Malibu Works | 19.99
        Stark Gift Card | gift card | 100.00
        """,
    ),
    "shopify_eu": _catalog(
        8_530_000,
        "SEU",
        """
        Schreibtischleuchte "Arc" | Repulsor Home | 99.00
        Werkstattschürze | Malibu Works | 39.90
        Titanbecher | Malibu Works | 32.50
        Roboterarm-Bausatz | Repulsor Labs | 179.00
        T-Shirt, gewaschen | Malibu Works | 27.95
        Keramikständer | Repulsor Home | 34.95
        Expo-Plakat 1974 | Malibu Works | 21.90
        Geschenkgutschein | gift card | 50.00
        """,
    ),
}
