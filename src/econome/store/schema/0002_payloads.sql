-- What a run was given and gave, as sent. One row per piece of a run, written before the
-- fact that names it and never read back to be merged: at reading, pieces are taken in the
-- order (piece, version), what a later one says beats what an earlier one says, and their
-- extras are united. A piece sent twice has the same digest, hence is one row. An empty
-- string is "not given". Everything but error is JSON text.
create table if not exists payloads (
    workspace   UUID,
    key_time    DateTime64(6, 'UTC') codec(Delta, ZSTD(1)),
    id          UUID,
    piece       Enum8('post' = 1, 'patch' = 2),
    digest      UInt64,
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
order by (workspace, key_time, id, piece, digest)
settings concurrent_part_removal_threshold = 1000000
