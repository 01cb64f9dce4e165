-- Which prices have the users of every workspace set?
select
    workspace, id, project, provider, model, valid_from, tier, rates, fees, discount, note, author,
    created_at, version
from overrides final
