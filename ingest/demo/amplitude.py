"""Demo events of Amplitude's export: one a line, times in UTC, by the day of their upload."""

from datetime import UTC, datetime
from uuid import UUID

from ingest.demo.folder import Payload
from ingest.demo.marketing import Tracker
from ingest.demo.tracking import Recorded


def event(recorded: Recorded, tracker: Tracker) -> Payload:
    """One event; a few come without a uuid, known by their device and insert id."""
    placed, person = recorded.placed, recorded.person
    number = int(recorded.key[:8], 16)
    by_uuid = {"uuid": str(UUID(recorded.key))} if number % 30 else {}
    traits: Payload = {}
    if person:
        traits = {"first_name": person.first_name, "last_name": person.last_name, "phone": person.phone}
        traits |= {"email": person.email} if person.email else {}
    return {
        "$insert_id": recorded.key,
        **by_uuid,
        "amplitude_id": number,
        "app": int(tracker.project_id),
        "event_id": number % 977,
        "event_type": recorded.name,
        "event_time": _stamp(recorded.at),
        "client_event_time": _stamp(recorded.at),
        "server_upload_time": _stamp(recorded.uploaded_at),
        "user_id": recorded.user,
        "device_id": recorded.device,
        "session_id": int(recorded.at.timestamp() * 1000) // 1_800_000 * 1_800_000,
        "platform": "Web",
        "os_name": "Chrome",
        "ip_address": "192.0.2.61",
        "country": placed.place.country if placed else "United States",
        "region": placed.place.region if placed else "New Jersey",
        "city": placed.place.city if placed else "Newark",
        "event_properties": {"order_id": str(placed.order_id), "revenue": placed.total} if placed else {},
        "user_properties": traits,
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
