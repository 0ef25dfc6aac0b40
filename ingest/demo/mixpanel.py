"""Demo events of Mixpanel's raw export: one a line, stamps on the clock of an old project, nothing taken out twice."""

from datetime import UTC

from ingest.demo.folder import Payload
from ingest.demo.marketing import Tracker
from ingest.demo.tracking import Recorded


def event(recorded: Recorded, tracker: Tracker) -> Payload:
    """One event. `time` holds seconds: those of the project's wall clock, as if it were UTC."""
    wall = recorded.at.astimezone(tracker.zone).replace(tzinfo=UTC)
    placed, person = recorded.placed, recorded.person
    properties: Payload = {
        "time": int(wall.timestamp()),
        "distinct_id": recorded.user or f"$device:{recorded.device}",
        "$browser": "Chrome",
        "$city": placed.place.city if placed else "Hamburg",
        "$current_url": "https://stark.example/checkout/thanks" if placed else "https://stark.example/",
        "$device_id": recorded.device,
        "$insert_id": recorded.key,
        "$os": "Android",
        "mp_country_code": placed.place.country_code if placed else "DE",
        "mp_lib": "web",
        "mp_processing_time_ms": int(recorded.uploaded_at.timestamp() * 1000),
    }
    if placed:
        properties |= {"order_id": str(placed.order_id), "revenue": placed.total, "currency": placed.store.currency}
    if person:
        properties |= {"$first_name": person.first_name, "$last_name": person.last_name, "$phone": person.phone}
        properties |= {"$email": person.email} if person.email else {}
    return {"event": recorded.name, "properties": properties}
