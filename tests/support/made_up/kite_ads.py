"""An advertising platform that nobody has heard of."""

from ingest.connector import Connector, Entity, Total, required
from ingest.fields import FieldType

CONNECTOR = Connector(
    name="kite_ads",
    label="Kite Ads",
    provides=("ads",),
    options=frozenset({"account_id", "currency", "timezone"}),
    entities=(
        Entity(
            shape="kite_ads",
            name="flights",
            master="ad_performance",
            kind="set",
            id=("account", "flown_on", "kite"),
            key=(("account",), ("flown_on",)),
            required=(
                required("account", type=FieldType.ID),
                required("flown_on", type=FieldType.DAY),
                required("kite", type=FieldType.ID),
                required("paid", type=FieldType.COST),
            ),
            optional={"seen": FieldType.INTEGER, "touched": FieldType.INTEGER},
            day=("flown_on",),
            totals={"spend": Total(("paid",)), "impressions": Total(("seen",)), "clicks": Total(("touched",))},
            csv=True,
        ),
    ),
)
