-- Where in its app a call stands, which template its prompt was made from, and which tools it was offered
-- and called. The first version of one prompt is not that of another: questions ask the effective one, which
-- names both. A call that was stored before these columns were has no call site: nobody looked yet.
alter table runs
    add column if not exists call_site      LowCardinality(String),
    add column if not exists prompt         LowCardinality(String),
    add column if not exists prompt_version LowCardinality(String),
    add column if not exists system_hash    UInt64,
    add column if not exists toolset        UInt64,
    add column if not exists tools_called   Array(LowCardinality(String)),
    add column if not exists effective_prompt_version String
        alias if(prompt_version = '', '', concat(prompt, ' @ ', prompt_version));

-- The wording that the calls of one version of a prompt share: pieces of text with slots between.
create table if not exists templates (
    workspace      UUID,
    project        UUID,
    prompt         String,
    prompt_version String,
    name           String,
    is_told        Bool,
    number         UInt32,
    system         Array(String) codec(ZSTD(1)),
    user           Array(String) codec(ZSTD(1)),
    calls          UInt64,
    distinct       UInt64,
    found_at       DateTime64(6, 'UTC'),
    version        UInt64
)
engine = ReplacingMergeTree(version)
order by (workspace, project, prompt, prompt_version)
settings concurrent_part_removal_threshold = 1000000;

-- The tools that calls were offered together, with the characters of the schema of each.
create table if not exists toolsets (
    workspace  UUID,
    id         UInt64,
    names      Array(String),
    sizes      Array(UInt32),
    version    UInt64
)
engine = ReplacingMergeTree(version)
order by (workspace, id)
settings concurrent_part_removal_threshold = 1000000
