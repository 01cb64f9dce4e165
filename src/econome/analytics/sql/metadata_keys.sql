-- Which keys does the metadata of some runs have, and how many of them have each?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- most          how many runs are read at most, whichever the engine finds first
-- limit         how many of the most frequent keys
--
-- What a run has from above counts as its own; only the names of keys are read, never a value.
select
    key,
    count()         as runs,
    count() over () as keys
from (
    select arrayJoin(arrayDistinct(arrayConcat(mapKeys(metadata), mapKeys(inherited_metadata)))) as key
    from (
        select
            metadata,
            inherited_metadata
        from runs final
        where workspace = {workspace:UUID}
          and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
               or key_time = toDateTime64(0, 6, 'UTC'))
          and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
          and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
          and /* filter */ 1
        limit {most:UInt64}
        settings prefer_column_name_to_alias = 1
    )
)
where key != ''
group by key
order by runs desc, key
limit {limit:UInt32}
