-- What metrics told, point by point, as it was sent: a ledger of its own, in no total of runs. A
-- point that comes again replaces itself. Differences along a stream are made by whoever asks, so
-- that neither the order in which points arrive nor a point sent twice matters.
--
-- Times are nanoseconds, as in the protocol: two points of a stream may be near each other.
create table if not exists metered (
    workspace    UUID,
    project      UUID,
    stream       UUID,
    started_at   DateTime64(9, 'UTC') codec(Delta, ZSTD(1)),
    told_at      DateTime64(9, 'UTC') codec(Delta, ZSTD(1)),
    source       UUID,
    temporality  Enum8('delta' = 1, 'cumulative' = 2),
    is_monotonic Bool,
    total        Decimal(38, 18) codec(ZSTD(1)),
    calls        Nullable(UInt64),
    measure      LowCardinality(String),
    part         LowCardinality(String),
    modality     LowCardinality(String),
    metric       LowCardinality(String),
    family       LowCardinality(String),
    scope        LowCardinality(String),
    is_wrapper   Bool,
    service      LowCardinality(String),
    provider     LowCardinality(String),
    model        LowCardinality(String),
    model_asked  LowCardinality(String),
    service_tier LowCardinality(String),
    version      UInt64,
    is_deleted   UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
partition by toYYYYMM(told_at)
order by (workspace, project, stream, started_at, told_at)
settings concurrent_part_removal_threshold = 1000000
