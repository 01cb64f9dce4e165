-- Prompts that apps fetch by name: a row for each version, written again when its labels change.
create table if not exists prompts (
    workspace    UUID,
    name         String,
    number       UInt32,
    type         LowCardinality(String),
    prompt       String codec(ZSTD(1)),
    config       String codec(ZSTD(1)),
    labels       Array(String),
    tags         Array(String),
    message      String,
    created_at   DateTime64(6, 'UTC'),
    modified_at  DateTime64(6, 'UTC'),
    version      UInt64,
    is_deleted   UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, name, number)
settings concurrent_part_removal_threshold = 1000000
