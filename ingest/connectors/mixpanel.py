"""Mixpanel, the raw event export."""

from ingest.connector import Connector, Entity, Personal, required
from ingest.fields import FieldType, typed
from ingest.reports import rows

EPOCH, ID, TEXT = FieldType.EPOCH, FieldType.ID, FieldType.TEXT

PERSONAL = Personal(
    persons=frozenset({"properties"}),
    dropped=frozenset(
        {
            "$ip",
            "$current_url",
            "$device_id",
            "$android_id",
            "$ios_ifa",
            "$ios_ifv",
            "advertising_id",
            "$avatar",
        }
    ),
)

CONNECTOR = Connector(
    name="mixpanel",
    label="Mixpanel",
    provides=("events",),
    options=frozenset({"project_id", "timezone"}),
    entities=(
        Entity(
            shape="mixpanel",
            name="events",
            kind="record",
            one=("event",),
            required=(required("event", type=TEXT), required("properties.time", type=EPOCH)),
            optional=typed(ID, "properties.distinct_id", "properties.$insert_id"),
            id=("event", "properties.distinct_id", "properties.time", "properties.$insert_id"),
            day=("properties.time",),
            personal=PERSONAL,
            unfold=rows,
        ),
    ),
    traps=(
        "The export is not deduplicated: event, distinct_id, time and $insert_id together are the id, so a repeated "
        "event counts once. Of events before $insert_id existed, equal ones of one second are one.",
        "Projects made before 2023 stamp events with the wall clock of the project's zone: give it as `timezone`.",
        "`distinct_id` is an e-mail address in some projects: it is kept as a hash.",
    ),
)
