"""Error answers of vendors that came where records were expected."""

from ingest.records import BadRecord
from warehouse.errors import quoted


def error_answer(value: object) -> BadRecord | None:
    """An API's error document as a bad record that carries the vendor's own message; None where it is none.

    Known forms: {"error": {"message", "code"}} (Google, Meta), the same in a list of one, {"errors": [{"message"}]}
    (GraphQL), {"code", "message", "status" or "serviceErrorCode"} (LinkedIn), {"error": "text"} (Mixpanel).
    """
    if type(value) is list and len(value) == 1:
        return error_answer(value[0]) if type(value[0]) is dict and value[0].keys() == {"error"} else None
    if type(value) is not dict:
        return None
    error, errors = value.get("error"), value.get("errors")
    if type(error) is dict:
        return refused(error.get("code"), error.get("message"))
    if type(error) is str and error and not value.keys() - {"error", "request", "status"}:
        return refused(None, error)
    if type(errors) is list and errors:
        first = errors[0]
        told = (first.get("code"), first.get("message")) if type(first) is dict else (None, first)
        return refused(*told, more=len(errors) - 1)
    if "message" in value and not value.keys() - {"message", "status", "code", "serviceErrorCode", "errorDetails"}:
        return refused(value.get("serviceErrorCode") or value.get("code") or value.get("status"), value["message"])
    return None


def refused(code: object, message: object, *, more: int = 0) -> BadRecord:
    """The bad record for what a vendor answered in place of records."""
    told = f": {quoted(message)}" if message else ""
    numbered = f" {quoted(code)}" if code is not None else ""
    others = f" and {more} more" if more > 0 else ""
    return BadRecord(f"This is the vendor's error{numbered}{others}, not a record{told}.")
