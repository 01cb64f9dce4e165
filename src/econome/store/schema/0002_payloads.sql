-- What a run was given and gave, as sent. One row per piece of a run, written before the
-- fact that names it and never read back to be merged: at reading, what the patch says
-- beats what the post says, and the two halves of extra are united. An empty string is
-- "not given". Everything but error is JSON text.
create table if not exists payloads (
    workspace   UUID,
    key_time    DateTime64(6, 'UTC') codec(Delta, ZSTD(1)),
    id          UUID,
    piece       Enum8('post' = 1, 'patch' = 2),
    version     UInt64,
    is_deleted  UInt8,
    inputs      String codec(ZSTD(1)),
    outputs     String codec(ZSTD(1)),
    events      String codec(ZSTD(1)),
    extra       String codec(ZSTD(1)),
    serialized  String codec(ZSTD(1)),
    error       String codec(ZSTD(1)),
    usage       String codec(ZSTD(1)),
    index by_id id type bloom_filter(0.001) granularity 1
)
engine = ReplacingMergeTree(version, is_deleted)
partition by toYYYYMM(key_time)
order by (workspace, key_time, id, piece)
