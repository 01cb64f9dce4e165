-- One row per run: narrow facts. Whole rows replace each other by version, see
-- docs/decisions/0001. The key holds nothing that can change.
--
-- Every table has concurrent_part_removal_threshold, which otherwise starts 128 threads at the
-- first clean-up of old parts and keeps them, each with three descriptors (docs/decisions/0003).
create table if not exists runs (
    workspace            UUID,
    key_time             DateTime64(6, 'UTC') codec(Delta, ZSTD(1)),
    id                   UUID,
    version              UInt64,
    is_deleted           UInt8,
    pieces               UInt8,
    patched              UInt64,

    project              UUID,
    trace_id             UUID,
    parent_id            Nullable(UUID),
    dotted_order         String codec(ZSTD(1)),
    name                 LowCardinality(String),
    kind                 LowCardinality(String),
    status               LowCardinality(String),
    error                String codec(ZSTD(1)),
    started_at           DateTime64(6, 'UTC') codec(Delta, ZSTD(1)),
    ended_at             Nullable(DateTime64(6, 'UTC')),
    first_token_at       Nullable(DateTime64(6, 'UTC')),
    received_at          DateTime64(6, 'UTC') codec(Delta, ZSTD(1)),

    model                LowCardinality(String),
    model_asked          LowCardinality(String),
    model_answered       LowCardinality(String),
    provider             LowCardinality(String),
    service_tier         LowCardinality(String),
    temperature          Nullable(Float64),
    top_p                Nullable(Float64),
    max_tokens           Nullable(UInt64),
    streamed             Nullable(Bool),

    counted              Bool,
    usage_source         LowCardinality(String),
    usage_convention     LowCardinality(String),
    usage_place          UInt8,
    uncached             Nullable(UInt64),
    cache_read           Nullable(UInt64),
    cache_write_5m       Nullable(UInt64),
    cache_write_1h       Nullable(UInt64),
    audio_in             Nullable(UInt64),
    image_in             Nullable(UInt64),
    text_out             Nullable(UInt64),
    reasoning            Nullable(UInt64),
    audio_out            Nullable(UInt64),
    image_out            Nullable(UInt64),
    input_tokens         Nullable(UInt64),
    output_tokens        Nullable(UInt64),

    price                UUID,
    cost                 Nullable(Decimal(38, 18)),
    input_cost           Nullable(Decimal(38, 18)),
    output_cost          Nullable(Decimal(38, 18)),
    cost_reported        Nullable(Decimal(38, 18)),
    input_cost_reported  Nullable(Decimal(38, 18)),
    output_cost_reported Nullable(Decimal(38, 18)),

    user                 String codec(ZSTD(1)),
    session              String codec(ZSTD(1)),
    environment          LowCardinality(String),
    tags                 Array(LowCardinality(String)),
    metadata             Map(LowCardinality(String), String),
    reference_example_id Nullable(UUID),
    notes                Array(LowCardinality(String)),

    chars_system         UInt32,
    chars_tools          UInt32,
    chars_history        UInt32,
    chars_retrieved      UInt32,
    chars_tool_results   UInt32,
    chars_user           UInt32,
    prompt_hash          UInt64,
    answer_hash          UInt64,
    input_preview        String codec(ZSTD(1)),
    output_preview       String codec(ZSTD(1)),

    index by_id    id       type bloom_filter(0.001) granularity 1,
    index by_trace trace_id type bloom_filter(0.001) granularity 1
)
engine = ReplacingMergeTree(version, is_deleted)
partition by toYYYYMM(key_time)
order by (workspace, key_time, id)
settings concurrent_part_removal_threshold = 1000000
