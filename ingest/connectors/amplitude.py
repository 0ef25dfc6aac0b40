"""Amplitude, the events of the Export API."""

from ingest.connector import Connector, Entity, Personal, required
from ingest.fields import FieldType, typed
from ingest.reports import rows

ID, TEXT, UTC_INSTANT = FieldType.ID, FieldType.TEXT, FieldType.UTC_INSTANT

PERSONAL = Personal(
    dropped=frozenset(
        {
            "location_lat",
            "location_lng",
            "user_properties",
            "global_user_properties",
            "group_properties",
            "adid",
            "idfa",
            "idfv",
            "android_id",
            "amplitude_attribution_ids",
        }
    ),
)

CONNECTOR = Connector(
    name="amplitude",
    label="Amplitude",
    provides=("events",),
    options=frozenset({"project_id"}),
    entities=(
        Entity(
            shape="amplitude",
            name="events",
            kind="record",
            one=("event",),
            required=(
                required("event_type", type=TEXT),
                required("event_time", type=UTC_INSTANT),
                required("uuid", "$insert_id", type=ID),
            ),
            optional={
                **typed(ID, "device_id", "user_id", "amplitude_id", "session_id"),
                **typed(UTC_INSTANT, "server_upload_time", "client_event_time"),
            },
            id="uuid",
            id_else=("device_id", "$insert_id"),
            day=("event_time",),
            personal=PERSONAL,
            unfold=rows,
        ),
    ),
    traps=(
        "Times are UTC and written without an offset.",
        "An export's window is the time of upload: events that come late belong to days that were exported before, and "
        "land on their own day.",
        "Without a `uuid`, device_id and $insert_id together are the id.",
        "What is known of the person (user and group properties, position, advertising ids) is dropped; an e-mail "
        "address as `user_id` is kept as a hash.",
    ),
)
