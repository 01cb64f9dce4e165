-- Projects, prices, keys, feedback and attachments: small tables of the same store.
create table if not exists workspaces (
    id          UUID,
    name        String,
    created_at  DateTime64(6, 'UTC'),
    version     UInt64,
    is_deleted  UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by id
settings concurrent_part_removal_threshold = 1000000;

create table if not exists projects (
    workspace            UUID,
    id                   UUID,
    name                 String,
    description          String,
    extra                String,
    reference_dataset_id Nullable(UUID),
    created_at           DateTime64(6, 'UTC'),
    ended_at             Nullable(DateTime64(6, 'UTC')),
    version              UInt64,
    is_deleted           UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000;

-- The prices that made costs. The id is a function of the content: storing one twice is harmless.
create table if not exists prices (
    id              UUID,
    source          LowCardinality(String),
    source_version  LowCardinality(String),
    provider        LowCardinality(String),
    model           String,
    valid_from      Nullable(DateTime64(6, 'UTC')),
    tier            LowCardinality(String),
    rates           Map(LowCardinality(String), Decimal(38, 18)),
    version         UInt64
)
engine = ReplacingMergeTree(version)
order by id
settings concurrent_part_removal_threshold = 1000000;

create table if not exists keys (
    id          UUID,
    workspace   UUID,
    name        String,
    role        LowCardinality(String),
    projects    String,
    hash        String,
    hint        String,
    created_at  DateTime64(6, 'UTC'),
    version     UInt64,
    is_deleted  UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by id
settings concurrent_part_removal_threshold = 1000000;

create table if not exists feedback (
    workspace   UUID,
    id          UUID,
    run_id      Nullable(UUID),
    trace_id    Nullable(UUID),
    project     Nullable(UUID),
    key         LowCardinality(String),
    score       Nullable(Float64),
    value       String,
    comment     String,
    correction  String,
    source      String,
    extra       String,
    created_at  DateTime64(6, 'UTC'),
    modified_at DateTime64(6, 'UTC'),
    version     UInt64,
    is_deleted  UInt8,
    index by_run run_id type bloom_filter(0.001) granularity 1
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000;

create table if not exists attachments (
    workspace   UUID,
    key_time    DateTime64(6, 'UTC') codec(Delta, ZSTD(1)),
    run_id      UUID,
    name        String,
    mime        LowCardinality(String),
    content     String codec(ZSTD(1)),
    version     UInt64,
    is_deleted  UInt8,
    index by_run run_id type bloom_filter(0.001) granularity 1
)
engine = ReplacingMergeTree(version, is_deleted)
partition by toYYYYMM(key_time)
order by (workspace, key_time, run_id, name)
settings concurrent_part_removal_threshold = 1000000
