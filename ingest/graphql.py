"""GraphQL answers → their records, with plain lists in place of connections."""

from collections.abc import Callable, Iterable, Iterator

from ingest.records import BadRecord
from ingest.refusals import error_answer
from warehouse.errors import quoted

_CONNECTION_KEYS = frozenset({"nodes", "edges", "pageInfo", "totalCount", "__typename"})


def connections(value: object) -> object:
    """The value with every connection in it, at any depth, turned into the list of its nodes.

    A connection is an object that holds `nodes`, or `edges` with a `node` each, and nothing else but pageInfo and
    totalCount. Objects and lists are changed in place.
    """
    if type(value) is dict:
        nodes = _nodes(value)
        if nodes is not None:
            return connections(nodes)
        for key, held in value.items():
            if type(held) is dict or type(held) is list:
                value[key] = connections(held)
    elif type(value) is list:
        value[:] = [connections(item) for item in value]
    return value


def _nodes(value: dict[str, object]) -> list[object] | None:
    if not value.keys() <= _CONNECTION_KEYS:
        return None
    nodes, edges = value.get("nodes"), value.get("edges")
    if type(nodes) is list:
        return nodes
    if type(edges) is list:
        return [edge.get("node") if type(edge) is dict else edge for edge in edges]
    return None


def graphql(field: str, *singles: str) -> Callable[[object], Iterable[object]]:
    """An unfold for the answers of a GraphQL API.

    field: the connection under `data` that holds the records; singles: fields under `data` that hold one record.
    Takes {"data": {field: connection}}, {field: connection}, a connection, and a record by itself; connections inside
    a record become lists. An answer that holds errors and no data is a bad record.
    """

    def unfold(value: object) -> Iterator[object]:
        if type(value) is not dict:
            yield value
            return
        data = value.get("data")
        if "errors" in value and not _holds(data, (field, *singles)):
            yield error_answer(value) or value
            return
        if type(data) is dict and value.keys() <= {"data", "errors", "extensions"}:
            value = data
        nodes = _nodes(value)
        if nodes is None and type(value.get(field)) in (dict, list) and "id" not in value:
            found = connections(value[field])
            nodes = found if type(found) is list else [found]
        if nodes is not None:
            yield from map(connections, nodes)
            return
        for single in singles:
            if type(value.get(single)) is dict and "id" not in value:
                yield connections(value[single])
                return
        if value is data:
            yield BadRecord(f"This answer holds no {quoted(field)}.")
        else:
            yield connections(value)

    return unfold


def _holds(data: object, fields: tuple[str, ...]) -> bool:
    return type(data) is dict and any(data.get(field) is not None for field in fields)
