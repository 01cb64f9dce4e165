-- Which price made a cost?
--
-- price  its id
select source, source_version, provider, model, valid_from, tier, rates
from prices final
where id = {price:UUID}
