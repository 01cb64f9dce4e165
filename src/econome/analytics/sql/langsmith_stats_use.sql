-- What did these runs use, and all below them, each call counted once?
--
-- workspace     whose runs
-- since, until  started in this half-open span; what is below them is looked for a month further
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
--
-- A run without a dotted order is below its parent and its root only.
select
    sum(input_tokens)  as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(cost)          as cost,
    sum(input_cost)    as input_cost,
    sum(output_cost)   as output_cost
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)} + interval 30 day
       or key_time = toDateTime64(0, 6, 'UTC'))
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and billed
  and id in (
    select leaf
    from (
        select
            id as leaf,
            arrayJoin(if(dotted_order = '',
               arrayDistinct([id, ifNull(parent_id, id), trace_id]),
               arrayDistinct(arrayConcat([id], arrayMap(s -> toUUIDOrZero(substring(s, position(s, 'Z') + 1)),
                                                        splitByChar('.', dotted_order)))))) as node
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)} + interval 30 day
               or key_time = toDateTime64(0, 6, 'UTC'))
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and billed
    )
    where node in (
            select id
            from runs final
            where workspace = {workspace:UUID}
              and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
                   or key_time = toDateTime64(0, 6, 'UTC'))
              and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
              and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
              and /* filter */ 1
    )
  )
settings prefer_column_name_to_alias = 1
