{# Universal extraction: vendor JSON → typed canonical columns.

   A field map (macros/fields/) says for each canonical field where a vendor keeps it. Every path that a map names is
   read in one pass over the document: extract_fields() collects them in `paths` and emits a single
   json_extract_string(doc, [paths]) as _v; extract_field() gives the expression over _v.

   A field is one of
     {path: $.a, type: money}                    a scalar; a list of paths takes the first that is not blank
     {add: [$.a, [$.b, $.c]], type: money}       the sum of scalars (or alternatives), NULL where none is there
     {sum: $.list, of: [$.x, $.y], type: money}  over a list's members: the first non-blank path of each, summed;
                                                 members: '$[*].tax_lines[*]' for lists inside the list; with when:
                                                 [{path: $.kind, is: [a, b]}] or unless: [...] to choose members;
                                                 negate: true to turn the sign
     {member: $.list, of: $.x, when: [...]}      the text of the first member that the conditions choose
     {first: [field, field]}                     the first of several fields that is there
     {choose: $.flag, then: field, else: field}  by a boolean of the document
     {count: $.list}                             how many members, NULL where the list is missing
     {json: $.a}                                 the JSON below a path
     {object: {id: $.customer_id, ...}}          a JSON object put together from scalars and objects
     {pattern: 'regex', path: $.a}               the first group that matches; with type: bool, whether it matches
     {value: "true", type: bool}                 a constant
   with an optional factor.
   Types: text, id (a 0 is none), money, quantity, rate, bool, timestamp (ISO with an offset), timestamp_utc (ISO, UTC
   meant), timestamp_rfc2822. A cast that fails gives NULL and puts the field's name into _cast_errors. #}

{% macro sql_type(type) %}
  {{ return({
    'text': 'varchar', 'id': 'varchar', 'money': 'decimal(18,4)', 'quantity': 'decimal(18,4)', 'rate': 'decimal(18,8)',
    'bool': 'boolean', 'json': 'json', 'count': 'bigint', 'timestamp': 'timestamptz', 'timestamp_utc': 'timestamptz',
    'timestamp_rfc2822': 'timestamptz'
  }[type]) }}
{% endmacro %}

{% macro cast_text(expression, type) %}
  {%- if type == 'text' -%}
    {{ return(expression) }}
  {%- elif type == 'id' -%}
    {{ return("nullif(" ~ expression ~ ", '0')") }}
  {%- elif type == 'timestamp_utc' -%}
    {{ return("try_cast(" ~ expression ~ " as timestamp) at time zone 'UTC'") }}
  {%- elif type == 'timestamp_rfc2822' -%}
    {{ return("try_strptime(" ~ expression ~ ", '%a, %d %b %Y %H:%M:%S %z')") }}
  {%- else -%}
    {{ return("try_cast(" ~ expression ~ " as " ~ sql_type(type) ~ ")") }}
  {%- endif -%}
{% endmacro %}

{# The first non-blank of several texts. #}
{% macro first_text(expressions) %}
  {%- set parts = [] -%}
  {%- for expression in expressions -%}{%- do parts.append("nullif(trim(" ~ expression ~ "), '')") -%}{%- endfor -%}
  {{ return("coalesce(" ~ parts | join(', ') ~ ")" if parts | length > 1 else parts[0]) }}
{% endmacro %}

{# The expression of the text at a path, adding the path to those that are read. #}
{% macro text_at(paths, path) %}
  {%- if "'" in path -%}{{ exceptions.raise_compiler_error("a path may hold no quote: " ~ path) }}{%- endif -%}
  {%- if path not in paths -%}{%- do paths.append(path) -%}{%- endif -%}
  {{ return("_v[" ~ (paths.index(path) + 1) ~ "]") }}
{% endmacro %}

{% macro texts_at(paths, wanted) %}
  {%- set found = [] -%}
  {%- for path in ([wanted] if wanted is string else wanted) -%}{%- do found.append(text_at(paths, path)) -%}{%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{% macro member_condition(condition, not_) %}
  {{ return("coalesce(json_extract_string(m, '" ~ condition.path ~ "'), '') " ~ ("not " if not_ else "")
     ~ "in ('" ~ condition['is'] | join("', '") ~ "')") }}
{% endmacro %}

{# {sql, raw}: the typed expression, and the text it was cast from (none where no cast can fail). #}
{% macro extract_field(paths, field) %}
  {%- if 'first' in field -%}
    {%- set options = [] -%}
    {%- for option in field.first -%}{%- do options.append(extract_field(paths, option).sql) -%}{%- endfor -%}
    {{ return({'sql': "coalesce(" ~ options | join(', ') ~ ")", 'raw': none}) }}
  {%- elif 'choose' in field -%}
    {{ return({'sql': "case when try_cast(" ~ text_at(paths, field.choose) ~ " as boolean) then "
       ~ extract_field(paths, field.then).sql ~ " else " ~ extract_field(paths, field['else']).sql ~ " end", 'raw': none}) }}
  {%- elif 'value' in field -%}
    {{ return({'sql': field.value ~ "::" ~ sql_type(field.type), 'raw': none}) }}
  {%- elif 'json' in field -%}
    {{ return({'sql': "try_cast(" ~ text_at(paths, field.json) ~ " as json)", 'raw': none}) }}
  {%- elif 'count' in field -%}
    {{ return({'sql': "json_array_length(try_cast(" ~ text_at(paths, field['count']) ~ " as json))::bigint", 'raw': none}) }}
  {%- elif 'object' in field -%}
    {%- set parts = [] -%}
    {%- for key, path in field.object.items() -%}
      {%- set text = text_at(paths, path) -%}
      {%- do parts.append("'" ~ key ~ "', case when " ~ text ~ " like '{%' then try_cast(" ~ text ~ " as json) else to_json("
          ~ text ~ ") end") -%}
    {%- endfor -%}
    {{ return({'sql': "json_object(" ~ parts | join(', ') ~ ")", 'raw': none}) }}
  {%- elif 'sum' in field or 'member' in field -%}
    {%- set list = "json_extract(try_cast(" ~ text_at(paths, field.sum or field.member) ~ " as json), '" ~ field.get('members', '$[*]') ~ "')" -%}
    {%- set conditions = [] -%}
    {%- for condition in field.get('when', []) -%}{%- do conditions.append(member_condition(condition, false)) -%}{%- endfor -%}
    {%- for condition in field.get('unless', []) -%}{%- do conditions.append(member_condition(condition, true)) -%}{%- endfor -%}
    {%- if conditions -%}{%- set list = "list_filter(" ~ list ~ ", lambda m: " ~ conditions | join(' and ') ~ ")" -%}{%- endif -%}
    {%- set texts = [] -%}
    {%- for path in ([field.of] if field.of is string else field.of) -%}{%- do texts.append("json_extract_string(m, '" ~ path ~ "')") -%}{%- endfor -%}
    {%- if 'member' in field -%}
      {{ return({'sql': cast_text("list_transform(" ~ list ~ ", lambda m: " ~ first_text(texts) ~ ")[1]", field.type), 'raw': none}) }}
    {%- endif -%}
    {%- set summed = "list_sum(list_transform(" ~ list ~ ", lambda m: " ~ cast_text(first_text(texts), field.type) ~ "))" -%}
    {{ return({'sql': "(" ~ ("-" if field.negate else "") ~ summed ~ ")::" ~ sql_type(field.type), 'raw': none}) }}
  {%- elif 'add' in field -%}
    {%- set texts = [] -%}
    {%- set values = [] -%}
    {%- for wanted in field.add -%}
      {%- do texts.append(first_text(texts_at(paths, wanted))) -%}
      {%- do values.append("coalesce(" ~ cast_text(texts[-1], field.type) ~ ", 0)") -%}
    {%- endfor -%}
    {{ return({'sql': "(case when coalesce(" ~ texts | join(', ') ~ ") is not null then " ~ values | join(' + ') ~ " end)::"
       ~ sql_type(field.type), 'raw': none}) }}
  {%- elif 'pattern' in field -%}
    {%- if field.type == 'bool' -%}
      {{ return({'sql': "regexp_matches(coalesce(" ~ first_text(texts_at(paths, field.path)) ~ ", ''), '" ~ field.pattern ~ "')", 'raw': none}) }}
    {%- endif -%}
    {{ return({'sql': "nullif(regexp_extract(" ~ first_text(texts_at(paths, field.path)) ~ ", '" ~ field.pattern ~ "', 1), '')", 'raw': none}) }}
  {%- else -%}
    {%- set text = first_text(texts_at(paths, field.path)) -%}
    {{ return({'sql': cast_text(text, field.type), 'raw': none if field.type in ['text', 'id'] else text}) }}
  {%- endif -%}
{% endmacro %}

{# One select over the rows of one connector: the columns of `keep`, then the canonical fields, then _cast_errors.
   canonical: {field: type}; map: {field: where it is}; a field without a place is a typed NULL. `document` is the JSON
   column that is read, once a row. #}
{% macro extract_fields(relation, condition, keep, canonical, map, document='raw_data_payload') %}
  {%- set paths = [] -%}
  {%- set columns = [] -%}
  {%- set checks = [] -%}
  {%- for field in map if field not in canonical -%}
    {{ exceptions.raise_compiler_error("the field map names the unknown field " ~ field) }}
  {%- endfor -%}
  {%- for field, type in canonical.items() -%}
    {%- if field in map -%}
      {%- set extracted = extract_field(paths, map[field]) -%}
      {%- do columns.append(extracted.sql ~ " as " ~ field) -%}
      {%- if extracted.raw -%}
        {%- do checks.append("case when " ~ extracted.raw ~ " is not null and " ~ extracted.sql ~ " is null then '" ~ field ~ "' end") -%}
      {%- endif -%}
    {%- else -%}
      {%- do columns.append("null::" ~ sql_type(type) ~ " as " ~ field) -%}
    {%- endif -%}
  {%- endfor -%}
    select
        {{ keep | join(',\n        ') }},
        {{ columns | join(',\n        ') }},
        list_filter([{{ (checks if checks else ['null']) | join(', ') }}]::varchar[], lambda e: e is not null) as _cast_errors
    from (
        select *, json_extract_string({{ document }}, ['{{ (paths if paths else ['$']) | join("', '") }}']) as _v
        from {{ relation }}
        where {{ condition }}
    )
{% endmacro %}

{# The canonical columns of an entity over every connector that has a map for it. maps: {connector: map}. #}
{% macro extract_entity(relation, keep, canonical, maps) %}
  {%- for connector, map in maps.items() %}
{{ extract_fields(relation, "connector = '" ~ connector ~ "'", keep, canonical, map) }}
    {%- if not loop.last %}
    union all by name
    {%- endif -%}
  {%- endfor %}
{% endmacro %}
