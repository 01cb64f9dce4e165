-- Which runs do these traces have, as far as counting and inheritance are concerned?
--
-- traces        their ids
-- since, until  a window that holds the keys of all their runs
select
    trace_id, id, key_time, started_at, ended_at, model, parent_id, project, kind, usage_source, usage_place, counted, uncounted, response_id,
    uncached, cache_read, cache_read_audio, cache_write_5m, cache_write_1h, audio_in, image_in, video_in,
    text_out, reasoning, audio_out, image_out, input_tokens, output_tokens, user, session, environment, tags,
    metadata, inherited_user, inherited_session, inherited_environment, inherited_tags, inherited_metadata, notes,
    name, call_site
from runs final
where workspace = {workspace:UUID}
  and trace_id in {traces:Array(UUID)}
  and (key_time >= {since:DateTime64(6)} and key_time < {until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
settings use_skip_indexes_if_final_exact_mode = 0
