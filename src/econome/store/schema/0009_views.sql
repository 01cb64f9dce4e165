-- Saved views: a page of the dashboard with all that its address said, by a name.
create table if not exists views (
    workspace    UUID,
    id           UUID,
    page         LowCardinality(String),
    name         String,
    query        String,
    projects     String,
    created_at   DateTime64(6, 'UTC'),
    modified_at  DateTime64(6, 'UTC'),
    version      UInt64,
    is_deleted   UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000
