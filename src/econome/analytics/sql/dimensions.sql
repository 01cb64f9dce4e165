-- By which dimensions can some runs be told apart, and how many values has each?
--
-- workspace     whose runs
-- since, until  started in this half-open span
-- key_since, key_until  where the keys of such runs lie
-- projects      in these projects; empty: in any
-- most          how many runs are read at most, whichever the engine finds first
--
-- Up to a hundred values are counted, and a hundred and one stand for more: what is chosen from needs no
-- better, and a count that ends is cheap. Nothing is no value.
select
    tupleElement(told, 1) as dimension,
    tupleElement(told, 2) as values,
    tupleElement(told, 3) as runs
from (
    select arrayJoin([
        ('project', uniqUpTo(100)(project), count()),
        ('model', uniqUpToIf(100)(model, model != ''), countIf(model != '')),
        ('provider', uniqUpToIf(100)(provider, provider != ''), countIf(provider != '')),
        ('name', uniqUpToIf(100)(name, name != ''), countIf(name != '')),
        ('kind', uniqUpToIf(100)(kind, kind != ''), countIf(kind != '')),
        ('status', uniqUpToIf(100)(status, status != ''), countIf(status != '')),
        ('tag', uniqUpToArray(100)(of_tags), countIf(notEmpty(of_tags))),
        ('user', uniqUpToIf(100)(of_user, of_user != ''), countIf(of_user != '')),
        ('session', uniqUpToIf(100)(of_session, of_session != ''), countIf(of_session != '')),
        ('environment', uniqUpToIf(100)(of_environment, of_environment != ''), countIf(of_environment != '')),
        ('usage_source', uniqUpToIf(100)(usage_source, usage_source != ''), countIf(usage_source != '')),
        ('prompt', uniqUpToIf(100)(prompt, prompt != ''), countIf(prompt != '')),
        ('prompt_version', uniqUpToIf(100)(of_version, of_version != ''), countIf(of_version != '')),
        ('call_site', uniqUpToIf(100)(call_site, call_site != ''), countIf(call_site != ''))
    ]) as told
    from (
        select
            project,
            model,
            provider,
            name,
            kind,
            status,
            effective_tags        as of_tags,
            effective_user        as of_user,
            effective_session     as of_session,
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
        limit {most:UInt64}
        settings prefer_column_name_to_alias = 1
    )
)
