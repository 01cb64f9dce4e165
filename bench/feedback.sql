-- What people thought of some of the answers of million.sql: a thumb from the user, a grade by a model.
insert into feedback (workspace, id, run_id, trace_id, project, key, score, value, comment, source, created_at, modified_at, version)
select
    workspace,
    UUIDNumToString(toFixedString(unhex(concat(hex(cityHash64(id, key)), hex(cityHash64(key, id)))), 16)),
    id,
    trace_id,
    project,
    ['thumb', 'helpful'][key],
    if(key = 1, toFloat64(cityHash64(id) % 10 < 7), round((cityHash64(id) % 101) / 100, 2)),
    '',
    if(cityHash64(id) % 50 = 0, 'It did not answer what I had asked.', ''),
    if(key = 1, '{"type":"api"}', '{"type":"model"}'),
    addSeconds(started_at, 30),
    addSeconds(started_at, 30),
    1
from runs
array join [1, 2] as key
where parent_id is null and cityHash64(trace_id, key) % [20, 10][key] = 0
