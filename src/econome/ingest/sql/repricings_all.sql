-- Which periods has anybody asked to price again?
select
    workspace, id, author, created_at, since, until, projects, filter, state, done_key, done_id, sum_key,
    sum_id, runs, changed, cost_before, cost_after, by_model, expected, version
from repricings final
