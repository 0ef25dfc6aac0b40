import pytest

from server.conditions import condition
from warehouse.errors import BadValueError


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("channel=Email", {"field": "channel", "op": "eq", "value": "Email"}),
        ("channel = Paid Search ", {"field": "channel", "op": "eq", "value": "Paid Search"}),
        ("channel!=Email", {"field": "channel", "op": "ne", "value": "Email"}),
        ("country=A,B", {"field": "country", "op": "in", "value": ["A", "B"]}),
        ("country!=A, B", {"field": "country", "op": "not_in", "value": ["A", "B"]}),
        ("sku>a", {"field": "sku", "op": "gt", "value": "a"}),
        ("sku>=a", {"field": "sku", "op": "gte", "value": "a"}),
        ("sku<a", {"field": "sku", "op": "lt", "value": "a"}),
        ("sku<=a", {"field": "sku", "op": "lte", "value": "a"}),
        ("title~mug", {"field": "title", "op": "contains", "value": "mug"}),
        ("title^Mug", {"field": "title", "op": "starts_with", "value": "Mug"}),
        ("title=", {"field": "title", "op": "is_null"}),
        ("title!=", {"field": "title", "op": "not_null"}),
        ("title=a=b'; --", {"field": "title", "op": "eq", "value": "a=b'; --"}),
        ('{"any": [{"field": "a", "value": "x,y"}]}', {"any": [{"field": "a", "value": "x,y"}]}),
    ],
)
def test_a_condition_becomes_a_filter(text: str, means: dict[str, object]) -> None:
    assert condition(text) == means


@pytest.mark.parametrize("text", ["", "channel", "=Email", "two words=1", "{not json", '{"a": 1'])
def test_a_condition_of_no_known_form_is_refused(text: str) -> None:
    with pytest.raises(BadValueError, match="The condition "):
        condition(text)
