-- What exact numbers need: two more buckets, fees beside tokens, our cost beside a stated one, the provider's id of an answer,
-- why a call is not counted, and what a run has from its ancestors.
--
-- `billed` is what enters sums: a counted call whose tokens somebody told, or we counted. Estimates
-- stand beside them.
--
-- What was sent stays in user, session, environment, tags and metadata. Questions ask the
-- effective ones, which a run has from itself or from above.
alter table runs
    add column if not exists cache_read_audio      Nullable(UInt64) after cache_read,
    add column if not exists video_in              Nullable(UInt64) after image_in,
    add column if not exists fees                  Map(LowCardinality(String), UInt64) after output_tokens,
    add column if not exists fee_cost              Nullable(Decimal(38, 18)) after output_cost,
    add column if not exists our_cost              Nullable(Decimal(38, 18)) after fee_cost,
    add column if not exists response_id           String codec(ZSTD(1)) after streamed,
    add column if not exists uncounted             LowCardinality(String) after counted,
    add column if not exists inherited_user        String codec(ZSTD(1)) after metadata,
    add column if not exists inherited_session     String codec(ZSTD(1)) after inherited_user,
    add column if not exists inherited_environment LowCardinality(String) after inherited_session,
    add column if not exists inherited_tags        Array(LowCardinality(String)) after inherited_environment,
    add column if not exists inherited_metadata    Map(LowCardinality(String), String) after inherited_tags,
    add column if not exists chars_answer          UInt32 after chars_user,
    add column if not exists billed                Bool alias counted and usage_source != 'estimated',
    add column if not exists effective_user        String alias if(user = '', inherited_user, user),
    add column if not exists effective_session     String alias if(session = '', inherited_session, session),
    add column if not exists effective_environment LowCardinality(String)
        alias if(environment = '', inherited_environment, environment),
    add column if not exists effective_tags        Array(LowCardinality(String))
        alias arrayDistinct(arrayConcat(tags, inherited_tags)),
    add column if not exists effective_metadata    Map(LowCardinality(String), String)
        alias mapUpdate(inherited_metadata, metadata),
    add index if not exists by_response response_id type bloom_filter(0.001) granularity 1;

-- Rates of fees are US dollars for one. A discount is what was taken off a list price, 0.15 for 15 %.
alter table prices
    add column if not exists fees     Map(LowCardinality(String), Decimal(38, 18)) after rates,
    add column if not exists discount Decimal(38, 18) default 0 after fees,
    add column if not exists project  String after discount;

-- The user's own prices: before all lists. `rates` and `fees` are JSON texts, see pricing/sources/overrides.
create table if not exists overrides (
    workspace   UUID,
    id          UUID,
    project     String,
    provider    LowCardinality(String),
    model       String,
    valid_from  Nullable(Date32),
    tier        LowCardinality(String),
    rates       String,
    fees        String,
    discount    Decimal(38, 18),
    note        String,
    author      String,
    created_at  DateTime64(6, 'UTC'),
    version     UInt64,
    is_deleted  UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000;

-- Who changed what about prices and recorded costs. Append-only.
create table if not exists journal (
    workspace   UUID,
    at          DateTime64(6, 'UTC'),
    id          UUID,
    author      String,
    action      LowCardinality(String),
    detail      String
)
engine = ReplacingMergeTree
order by (workspace, at, id)
settings concurrent_part_removal_threshold = 1000000;

-- Re-pricings of a period: what was asked, what it changes, how far it is. The sums are of the runs up
-- to the sum key, written before these runs are, and those up to the done key are written. Expected: the runs that the proposal found.
create table if not exists repricings (
    workspace   UUID,
    id          UUID,
    author      String,
    created_at  DateTime64(6, 'UTC'),
    since       DateTime64(6, 'UTC'),
    until       DateTime64(6, 'UTC'),
    projects    Array(UUID),
    filter      String,
    state       LowCardinality(String),
    done_key    DateTime64(6, 'UTC'),
    done_id     UUID,
    sum_key     DateTime64(6, 'UTC'),
    sum_id      UUID,
    runs        UInt64,
    changed     UInt64,
    cost_before Decimal(38, 18),
    cost_after  Decimal(38, 18),
    by_model    String,
    expected    UInt64,
    version     UInt64,
    is_deleted  UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000;

-- How much of a currency one US dollar buys, from a day on until the next.
create table if not exists exchange_rates (
    workspace   UUID,
    currency    LowCardinality(String),
    day         Date32,
    rate        Decimal(38, 18),
    author      String,
    version     UInt64,
    is_deleted  UInt8
)
engine = ReplacingMergeTree(version, is_deleted)
order by (workspace, currency, day)
settings concurrent_part_removal_threshold = 1000000
