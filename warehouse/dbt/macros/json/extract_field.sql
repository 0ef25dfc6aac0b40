{# Universal extraction: vendor JSON → typed canonical columns.

   A field map (macros/fields/) says for each canonical field where a vendor keeps it. Every path that a map names is
   read in one pass over the document: extract_fields() collects them in `paths` and emits a single
   json_extract_string(doc, [paths]) as _v; extract_field() gives the expression over _v.

   A field is one of
     {path: $.a, type: money}                    a scalar; a list of paths takes the first that is not blank, nor one of
                                                 the texts in `nulls`
     {add: [$.a, [$.b, $.c]], type: money}       the sum of scalars (or alternatives), NULL where none is there
     {sum: $.list, of: [$.x, $.y], type: money}  over a list's members: the first non-blank path of each, summed;
                                                 members: '$[*].tax_lines[*]' for lists inside the list; with when:
                                                 [{path: $.kind, is: [a, b]}] or unless: [...] to choose members;
                                                 negate: true to turn the sign; none_chosen: what a list comes to
                                                 whose members are all left out
     {member: $.list, of: $.x, when: [...]}      the text of the first member that the conditions choose
     {first: [field, field]}                     the first of several fields that is there
     {choose: $.flag, then: field, else: field}  by a boolean of the document
     {count: $.list}                             how many members, NULL where the list is missing
     {json: $.a}                                 the JSON below a path
     {object: {id: $.customer_id, ...}}          a JSON object put together from scalars and objects
     {pattern: 'regex', path: $.a}               the first group that matches; with type: bool, whether it matches
     {date_parts: [$.y, $.m, $.d]}               a day from its parts
     {value: "true", type: bool}                 a constant
   Types: text, word (in lower case), id (a 0 is none), global_id (gid://shopify/Order/1 is 1), money, quantity, rate,
   bool, timestamp (ISO with an offset), timestamp_utc (ISO, UTC meant), timestamp_rfc2822, epoch (seconds since 1970, or
   milliseconds from 1e11 on); of reports, where "-" and "--" mean that there is no value: date (2026-10-01, 20261001,
   2026-10-01 00:00:00, 10/1/2026), integer, and cost and number, which have six decimals, rounded half to even; with a
   factor that is a power of ten ('0.000001' where the vendor counts millionths). A cast that fails gives NULL and puts the field's name into _cast_errors. #}

{% macro sql_type(type) %}
  {{ return({
    'text': 'varchar', 'word': 'varchar', 'id': 'varchar', 'global_id': 'varchar', 'money': 'decimal(18,4)', 'quantity': 'decimal(18,4)', 'rate': 'decimal(18,8)',
    'bool': 'boolean', 'json': 'json', 'count': 'bigint', 'timestamp': 'timestamptz', 'timestamp_utc': 'timestamptz',
    'timestamp_rfc2822': 'timestamptz', 'epoch': 'timestamptz', 'date': 'date', 'integer': 'bigint',
    'cost': 'decimal(18,6)', 'number': 'decimal(18,6)'
  }[type]) }}
{% endmacro %}

{% macro cast_text(expression, type, factor='1') %}
  {%- if type == 'text' -%}
    {{ return(expression) }}
  {%- elif type == 'id' -%}
    {{ return("nullif(" ~ expression ~ ", '0')") }}
  {%- elif type == 'word' -%}
    {{ return("lower(" ~ expression ~ ")") }}
  {%- elif type == 'global_id' -%}
    {{ return("nullif(regexp_extract(" ~ expression ~ ", '[^/?]*$'), '')") }}
  {%- elif type == 'timestamp_utc' -%}
    {{ return("try_cast(" ~ expression ~ " as timestamp) at time zone 'UTC'") }}
  {%- elif type == 'timestamp_rfc2822' -%}
    {{ return("try_strptime(" ~ expression ~ ", '%a, %d %b %Y %H:%M:%S %z')") }}
  {%- elif type == 'date' -%}
    {{ return("try_strptime(" ~ expression ~ ", ['%Y-%m-%d', '%Y%m%d', '%Y-%m-%d 00:00:00', '%m/%d/%Y'])::date") }}
  {%- elif type == 'integer' -%}
    {#- a cast alone would round 12.5; wide decimals are slow, so they are left to texts that are not digits alone -#}
    {{ return("list_transform([" ~ expression ~ "], lambda t: case when regexp_full_match(t, '-?[0-9]+') then try_cast(t as bigint)"
       ~ " when try_cast(t as decimal(38,6)) = try_cast(t as bigint) then try_cast(t as bigint) end)[1]") }}
  {%- elif type == 'epoch' -%}
    {%- set unit = "case when {} >= 100000000000 then 1000 else 1000000 end" -%}
    {{ return("list_transform([" ~ expression ~ "], lambda t: make_timestamptz(case when regexp_full_match(t, '[0-9]{1,15}') then try_cast(t as bigint) * "
       ~ unit.format("try_cast(t as bigint)") ~ " else try_cast(try_cast(t as decimal(24,6)) * "
       ~ unit.format("abs(try_cast(t as decimal(24,6)))") ~ " as bigint) end))[1]") }}
  {%- elif type in ['cost', 'number'] -%}
    {{ return(six_decimals(expression, factor)) }}
  {%- else -%}
    {{ return("try_cast(" ~ expression ~ " as " ~ sql_type(type) ~ ")") }}
  {%- endif -%}
{% endmacro %}

{# A number times 1, 0.1, 0.01 … as decimal(18,6), rounded half to even. Few texts have more decimals: they are parsed with
   all of them, and their digits divided as one whole number, because a cast rounds ties away from zero. #}
{% macro six_decimals(expression, factor='1') %}
  {%- if not modules.re.fullmatch('1|0[.]0*1', factor) -%}{{ exceptions.raise_compiler_error("no power of ten: " ~ factor) }}{%- endif -%}
  {%- set places = factor.split('.') | last | length if '.' in factor else 0 -%}
  {%- set digits = "replace(try_cast(t as decimal(38," ~ (24 - places) ~ "))::varchar, '.', '')::hugeint" -%}
  {{ return("list_transform([" ~ expression ~ "], lambda t: case when regexp_full_match(t, '[-+]?[0-9]*[.]?[0-9]{0," ~ (6 - places) ~ "}') then try_cast("
     ~ "try_cast(t as decimal(18," ~ (6 - places) ~ "))" ~ (" * " ~ factor ~ "::decimal(6," ~ places ~ ")" if places else "")
     ~ " as decimal(18,6)) else list_transform([" ~ digits ~ "], lambda d: try_cast(" ~ divide_half_even('d', '1000000000000000000')
     ~ "::decimal(32,0) * 0.000001::decimal(6,6) as decimal(18,6)))[1] end)[1]") }}
{% endmacro %}

{# The first of several texts that is not blank, nor one of `nulls`. #}
{% macro first_text(expressions, nulls=[]) %}
  {%- set parts = [] -%}
  {%- for expression in expressions -%}
    {%- set part = namespace(sql="nullif(trim(" ~ expression ~ "), '')") -%}
    {%- for word in nulls -%}{%- set part.sql = "nullif(" ~ part.sql ~ ", '" ~ word ~ "')" -%}{%- endfor -%}
    {%- do parts.append(part.sql) -%}
  {%- endfor -%}
  {{ return("coalesce(" ~ parts | join(', ') ~ ")" if parts | length > 1 else parts[0]) }}
{% endmacro %}

{# What the vendors of reports write in place of a value of a type. #}
{% macro no_values(type) %}
  {{ return(['-', '--'] if type in ['date', 'integer', 'cost', 'number'] else []) }}
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
    {%- set raws = [] -%}
    {%- for option in field.first -%}
      {%- set extracted = extract_field(paths, option) -%}
      {%- do options.append(extracted.sql) -%}
      {%- if extracted.raw -%}{%- do raws.append(extracted.raw) -%}{%- endif -%}
    {%- endfor -%}
    {{ return({
        'sql': "coalesce(" ~ options | join(', ') ~ ")",
        'raw': "coalesce(" ~ raws | join(', ') ~ ")" if raws | length == options | length else none
    }) }}
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
      {%- set text = "list_transform(" ~ list ~ ", lambda m: " ~ first_text(texts) ~ ")[1]" -%}
      {{ return({'sql': cast_text(text, field.type), 'raw': none if field.type in ['text', 'word', 'id', 'global_id'] else text}) }}
    {%- endif -%}
    {%- set summed = "list_sum(list_transform(" ~ list ~ ", lambda m: " ~ cast_text(first_text(texts), field.type) ~ "))" -%}
    {%- if field.get('none_chosen') is not none -%}
      {%- set summed = "coalesce(" ~ summed ~ ", case when json_array_length(try_cast(" ~ text_at(paths, field.sum) ~ " as json)) > 0 then " ~ field.none_chosen ~ " end)" -%}
    {%- endif -%}
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
  {%- elif 'date_parts' in field -%}
    {%- set parts = texts_at(paths, field.date_parts) -%}
    {{ return({'sql': "try_strptime(" ~ parts | join(" || '-' || ") ~ ", '%Y-%m-%d')::date", 'raw': parts[0]}) }}
  {%- else -%}
    {%- set text = first_text(texts_at(paths, field.path), field.get('nulls', no_values(field.type))) -%}
    {{ return({'sql': cast_text(text, field.type, field.get('factor', '1')), 'raw': none if field.type in ['text', 'word', 'id', 'global_id'] else text}) }}
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

{# The canonical columns of an entity over every shape that the tenant has. The field maps are macros named after shape
   and entity (shopify_orders); which shapes there are, the declarations of `master` say (the entity itself, unless it
   stands inside the records of another). relation: has a column `shape`. order_id: the column by which an incremental
   build keeps what belongs to changed orders. #}
{% macro extract_entity(relation, keep, canonical, entity, master=none, order_id=none) %}
  {%- set declared_shapes = [] -%}
  {%- set here = declarations().get(master or entity, {}) -%}
  {%- for place in here.get('records', []) + here.get('inside', []) if place.shape not in declared_shapes -%}
    {%- do declared_shapes.append(place.shape) -%}
  {%- endfor -%}
  {%- set shapes = [] -%}
  {%- for shape in declared_shapes if shape in tenant().sources.values() -%}{%- do shapes.append(shape) -%}{%- endfor -%}
  {%- for shape in shapes or declared_shapes[:1] %}
{{ extract_fields(relation, "shape = '" ~ shape ~ "'" ~ (' ' ~ of_changed_orders(order_id) if order_id else ''), keep, canonical, context[shape ~ '_' ~ entity]()) }}
    {%- if not loop.last %}
    union all by name
    {%- endif -%}
  {%- endfor %}
{% endmacro %}
