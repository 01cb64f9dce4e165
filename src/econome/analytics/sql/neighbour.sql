-- Which call of the same place in an app came right before another, or right after it?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects
-- site          the place that is asked for; empty: it is told by name, kind and model
-- name, kind, model  what the runs of a place have in common
-- run, started  whose neighbour: its id, and when it started
-- later         the one after it; else the one before
select
    id,
    key_time,
    trace_id,
    id   as tie,
    null as rank
from runs final
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
  and if(
      {site:String} != '',
      call_site = {site:String},
      name = {name:String} and kind = {kind:String} and model = {model:String}
  )
  and if(
      {later:Bool},
      (started_at, id) > ({started:DateTime64(6)}, {run:UUID}),
      (started_at, id) < ({started:DateTime64(6)}, {run:UUID})
  )
order by
    toUnixTimestamp64Micro(started_at) * if({later:Bool}, 1, -1),
    if({later:Bool}, id, toUUID('00000000-0000-0000-0000-000000000000')),
    id desc
limit 1
