"""A store that nobody has heard of."""

from ingest.connector import Connector, Entity, Total, required
from ingest.fields import FieldType

CONNECTOR = Connector(
    name="corner_shop",
    label="Corner Shop",
    provides=("store",),
    options=frozenset(),
    entities=(
        Entity(
            shape="corner_shop",
            name="receipts",
            master="orders",
            kind="record",
            id="number",
            required=(
                required("number", type=FieldType.ID),
                required("sold_at", type=FieldType.INSTANT),
                required("sum", type=FieldType.MONEY),
                required("currency", type=FieldType.CURRENCY),
            ),
            day=("sold_at",),
            totals={"total": Total(("sum",))},
            embeds={"order_products": "goods"},
        ),
    ),
)
