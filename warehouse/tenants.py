"""tenants.yml → Tenant and SourceConfig."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from warehouse.currencies import CURRENCIES
from warehouse.errors import ConfigError, UnknownNameError, nearest, quoted
from warehouse.names import SLUG_RULE, is_slug, normalised

Model = TypeVar("Model", bound=BaseModel)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _text(value: object) -> object:
    # YAML reads 123456 and 2024-01-01 as a number and a date; an id is what was written
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


@dataclass(frozen=True)
class ConnectorOptions:
    """What tenants.yml may say of a connector. keys: its own; apis: the vendor's APIs by name, the default first."""

    keys: frozenset[str] = frozenset()
    apis: tuple[str, ...] = ()


class SourceConfig(BaseModel):
    """One source of a tenant: a connector, and where its records come from.

    files: a folder of exports, relative to tenants.yml. api: which of the vendor's APIs the records come from, None
    for the default one. options: the connector's own settings (shop, account_id …).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    connector: str
    files: Path | None = None
    api: Text | None = None
    measures: Annotated[tuple[str, ...] | None, BeforeValidator(_texts)] = None
    options: dict[str, Text] = Field(default_factory=dict)

    @property
    def shape(self) -> str:
        """The name of connector and API together: `shopify`, `shopify_graphql`."""
        return f"{self.connector}_{self.api}" if self.api else self.connector

    def folder(self) -> Path:
        """The folder of this source's exports.

        Raises ConfigError where none is configured or it does not exist.
        """
        if self.files is None:
            raise ConfigError(
                f"Source {quoted(self.name)} has no files: set files: to the folder that holds its exports."
            )
        if not self.files.is_dir():
            raise ConfigError(
                f"The folder of source {quoted(self.name)} ({quoted(self.files.name)}) does not exist: "
                "create it or correct files: in tenants.yml."
            )
        return self.files


class Tenant(BaseModel):
    """One tenant: who, in which time zone and currency, from which sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str
    name: Text
    timezone: str
    currency: str
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    fiscal_year_start: Annotated[int, Field(ge=1, le=12, strict=True)] = 1
    keep_pii: Annotated[bool, Field(strict=True)] = False
    sources: dict[str, SourceConfig]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def check_sources(self, names: Sequence[str]) -> None:
        """Raise UnknownNameError on a name that is no source of this tenant."""
        for name in names:
            if name not in self.sources:
                raise UnknownNameError("source", name, self.sources, f"{self.name} has {', '.join(self.sources)}.")


class _UniqueKeyLoader(yaml.SafeLoader):
    """SafeLoader that refuses a key given twice instead of keeping the last one in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise ConfigError(f"tenants.yml: the key {quoted(key)} stands twice; keep one of them.")
            seen.add(key)
        return super().construct_mapping(node, deep)


def load_tenants(file: Path, connectors: Mapping[str, ConnectorOptions]) -> dict[str, Tenant]:
    """The tenants of a tenants.yml, by slug.

    connectors: the known connectors' names, each with what may be said of it. Raises ConfigError with one sentence
    that names the file, the key, the value and the remedy. A file that does not exist holds no tenants.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("tenants.yml cannot be read as UTF-8 text; correct its encoding or rights.") from error
    try:
        document = yaml.load(text, _UniqueKeyLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise ConfigError(
            f"tenants.yml is not valid YAML{where}: {getattr(error, 'problem', None) or 'it cannot be read'}."
        ) from error
    if document is None:
        return {}
    entries = _mapping(document, "tenants.yml")
    _only(entries, ["tenants"], "tenants.yml")
    tenants = _mapping(entries.get("tenants") or {}, "tenants")
    _slugs(tenants, "tenant")
    return {slug: _tenant(slug, body, file.parent, connectors) for slug, body in tenants.items()}


def _tenant(slug: str, body: object, folder: Path, connectors: Mapping[str, ConnectorOptions]) -> Tenant:
    fields = _mapping(body, slug)
    known = [name for name in Tenant.model_fields if name != "slug"]
    _only(fields, known, slug)
    for name in ("name", "timezone", "currency", "sources"):
        if fields.get(name) in (None, ""):
            raise ConfigError(f"tenants.yml: {slug}.{name} is missing; {_REMEDY[name]}.")
    _one_of(fields["timezone"], available_timezones(), f"{slug}.timezone", _REMEDY["timezone"])
    _one_of(fields["currency"], CURRENCIES, f"{slug}.currency", _REMEDY["currency"])
    if "week_start" in fields:
        _one_of(fields["week_start"], WEEKDAYS, f"{slug}.week_start", "give a day of the week in lower case")
    sources = _mapping(fields["sources"], f"{slug}.sources")
    _slugs(sources, "source", f"{slug}.sources.")
    configs = {name: _source(slug, name, settings, folder, connectors) for name, settings in sources.items()}
    for config in configs.values():
        for measured in config.measures or ():
            _one_of(measured, configs, f"{slug}.sources.{config.name}.measures", "name sources of this tenant")
    return _validated(Tenant, {**fields, "slug": slug, "sources": configs}, slug)


def _source(
    tenant: str, name: str, body: object, folder: Path, connectors: Mapping[str, ConnectorOptions]
) -> SourceConfig:
    at = f"{tenant}.sources.{name}"
    fields = _mapping(body or {}, at)
    connector = fields.get("connector", name)
    _one_of(connector, connectors, f"{at}.connector", "name a connector that exists")
    general = [field for field in SourceConfig.model_fields if field not in ("name", "options")]
    options = connectors[str(connector)]
    _only(fields, [*general, *sorted(options.keys)], at)
    values: dict[str, object] = {key: fields[key] for key in general if key in fields}
    values["api"] = _api(fields.get("api"), str(connector), options.apis, at)
    files = fields.get("files")
    if files is not None:
        if not isinstance(files, str) or not files.strip():
            raise ConfigError(f"tenants.yml: {at}.files is {quoted(files)}; give the path of a folder.")
        values["files"] = folder / Path(files).expanduser()
    own = {key: fields[key] for key in fields if key not in general}
    return _validated(SourceConfig, {**values, "name": name, "connector": connector, "options": own}, at)


def _api(api: object, connector: str, known: Sequence[str], at: str) -> object:
    """The API of a source, None for the default one."""
    if api is None or (known and api == known[0]):
        return None
    if api not in known:
        remedy = f"known are {', '.join(known)}" if known else f"{connector} has only one, leave api out"
        raise ConfigError(f"tenants.yml: {at}.api is {quoted(api)}; {remedy}.")
    return api


_REMEDY = {
    "name": "give the name people know the shop by",
    "timezone": "give an IANA time zone such as America/New_York",
    "currency": "give an ISO 4217 code such as USD",
    "sources": "name at least one source",
}


def _validated(model: type[Model], values: object, at: str) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join([at, *(str(part) for part in first["loc"] if part != "options")])
        raise ConfigError(f"tenants.yml: {key} is {quoted(first['input'])}; {first['msg'].lower()}.") from error


def _mapping(value: object, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"tenants.yml: {at} is {quoted(value)}; it must hold keys with values.")
    for key in value:
        if not isinstance(key, str):
            raise ConfigError(f"tenants.yml: the key {quoted(key)} of {at} is not text; put it in quotes.")
    return value


def _only(fields: Mapping[str, object], known: Collection[str], at: str) -> None:
    for key in fields:
        if key not in known:
            close = nearest(key, known)
            hint = f"did you mean {', '.join(close)}?" if close else f"known are {', '.join(known)}."
            raise ConfigError(f"tenants.yml: {at} has the unknown key {quoted(key)}; {hint}")


def _one_of(value: object, known: Collection[str], at: str, remedy: str) -> None:
    if not isinstance(value, str) or value not in known:
        close = nearest(str(value), known)
        hint = f"did you mean {', '.join(close)}?" if close else f"{remedy}."
        raise ConfigError(f"tenants.yml: {at} is {quoted(value)}; {hint}")


def _slugs(entries: Mapping[str, object], what: str, at: str = "") -> None:
    seen: dict[str, str] = {}
    for key in entries:
        other = seen.setdefault(normalised(key), key)
        if other != key:
            raise ConfigError(
                f"tenants.yml: {at}{key} and {at}{other} become the same name {quoted(normalised(key))} "
                f"in a database; rename one {what}."
            )
    for key in entries:
        if not is_slug(key):
            hint = f"for example {normalised(key)[:40]}" if is_slug(normalised(key)[:40]) else SLUG_RULE
            raise ConfigError(f"tenants.yml: the {what} name {quoted(at + key)} cannot be used; write {hint}.")
