"""Meta's Insights API, as Instagram sees it: the same reports as Facebook's, of which Instagram's rows count."""

from ingest.ad_reports import OPTIONS
from ingest.connector import Connector
from ingest.connectors.facebook_ads import TRAPS, entities

CONNECTOR = Connector(
    name="instagram_ads",
    label="Instagram Ads",
    provides=("ads",),
    options=OPTIONS,
    entities=entities("instagram_ads"),
    traps=(*TRAPS, "The same export may be given to facebook_ads and instagram_ads: each takes its own rows."),
)
