-- Which runs do these traces have, as far as counting is concerned?
--
-- traces        their ids
-- since, until  a window that holds the keys of all their runs
select trace_id, id, key_time, parent_id, project, kind, usage_source, counted, notes
from runs final
where workspace = {workspace:UUID}
  and trace_id in {traces:Array(UUID)}
  and (key_time >= {since:DateTime64(6)} and key_time < {until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
settings use_skip_indexes_if_final_exact_mode = 0
