-- Datasets, their examples, and the tokens by which runs are shared and judged without a key.
create table if not exists datasets (
    workspace       UUID,
    id              UUID,
    name            String,
    description     String,
    data_type       LowCardinality(String),
    inputs_schema   String,
    outputs_schema  String,
    transformations String,
    metadata        String,
    tags            Map(String, DateTime64(6, 'UTC')),
    created_at      DateTime64(6, 'UTC'),
    modified_at     DateTime64(6, 'UTC'),
    version         UInt64,
    is_deleted      UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000;

-- A row for each state that an example ever had: what was evaluated on a version of a dataset can be
-- read again as it was. A removed one keeps its rows, of which the last says so.
create table if not exists examples (
    workspace      UUID,
    dataset        UUID,
    id             UUID,
    modified_at    DateTime64(6, 'UTC'),
    created_at     DateTime64(6, 'UTC'),
    place          UInt32,
    inputs         String codec(ZSTD(1)),
    outputs        String codec(ZSTD(1)),
    metadata       String codec(ZSTD(1)),
    source_run_id  Nullable(UUID),
    files          String codec(ZSTD(1)),
    is_removed     Bool,
    version        UInt64,
    index by_id id type bloom_filter(0.001) granularity 1
)
engine = ReplacingMergeTree(version)
order by (workspace, dataset, id, modified_at)
settings concurrent_part_removal_threshold = 1000000;

-- What is attached to examples, by the digest of its content: the states of an example share it.
create table if not exists example_files (
    workspace  UUID,
    dataset    UUID,
    digest     String,
    content    String codec(ZSTD(1)),
    version    UInt64
)
engine = ReplacingMergeTree(version)
order by (workspace, dataset, digest)
settings concurrent_part_removal_threshold = 1000000;

-- Experiments that were compared with each other, pair by pair.
create table if not exists comparisons (
    workspace    UUID,
    dataset      UUID,
    id           UUID,
    name         String,
    description  String,
    extra        String,
    experiments  Array(UUID),
    created_at   DateTime64(6, 'UTC'),
    modified_at  DateTime64(6, 'UTC'),
    version      UInt64
)
engine = ReplacingMergeTree(version)
order by (workspace, dataset, id)
settings concurrent_part_removal_threshold = 1000000;

-- Of runs, and of datasets by their ids: no two things have one id.
create table if not exists shares (
    workspace   UUID,
    run_id      UUID,
    token       UUID,
    created_at  DateTime64(6, 'UTC'),
    version     UInt64,
    is_deleted  UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, run_id)
settings concurrent_part_removal_threshold = 1000000;

-- Sorted by the token: whoever comes with one says nothing else.
create table if not exists feedback_tokens (
    id           UUID,
    workspace    UUID,
    run_id       UUID,
    key          String,
    feedback_id  Nullable(UUID),
    config       String,
    created_at   DateTime64(6, 'UTC'),
    expires_at   DateTime64(6, 'UTC'),
    version      UInt64
)
engine = ReplacingMergeTree(version)
order by id
settings concurrent_part_removal_threshold = 1000000
