-- Which prices made these costs?
--
-- prices  their ids
select id, source, source_version, provider, model, valid_from, tier, rates, fees, discount, project
from prices final
where id in {prices:Array(UUID)}
