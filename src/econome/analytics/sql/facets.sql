-- Which values does each dimension have, and how many runs have each?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- limit         how many values of each dimension, the most frequent
--
-- One pass for all dimensions. In a row of one grouping set, all other columns are empty:
-- put together, they are the value.
select
    arrayElement(
        ['project', 'model', 'provider', 'name', 'kind', 'status', 'user', 'session', 'environment', 'usage_source',
         'prompt', 'prompt_version', 'call_site'],
        indexOf(
            [grouping(project), grouping(model), grouping(provider), grouping(name), grouping(kind), grouping(status),
             grouping(of_user), grouping(of_session), grouping(of_environment), grouping(usage_source),
             grouping(prompt), grouping(of_version), grouping(call_site)],
            0
        )
    ) as dimension,
    concat(project, model, provider, name, kind, status, of_user, of_session, of_environment, usage_source,
           prompt, of_version, call_site) as value,
    count() as runs
from (
    select
        toString(project) as project,
        model,
        provider,
        name,
        kind,
        status,
        effective_user as of_user,
        effective_session as of_session,
        effective_environment as of_environment,
        usage_source,
        prompt,
        effective_prompt_version as of_version,
        call_site
    from runs final
    where workspace = {workspace:UUID}
      and (key_time >= {key_since:DateTime64(6)} and key_time < {key_until:DateTime64(6)}
           or key_time = toDateTime64(0, 6, 'UTC'))
      and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
      and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
      and /* filter */ 1
    settings prefer_column_name_to_alias = 1
)
group by grouping sets (
    (project), (model), (provider), (name), (kind), (status), (of_user), (of_session), (of_environment), (usage_source),
    (prompt), (of_version), (call_site)
)
having value != ''
order by runs desc, value
limit {limit:UInt32} by dimension
