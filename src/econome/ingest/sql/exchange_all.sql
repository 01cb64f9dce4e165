-- How much of each currency has one US dollar bought, by each workspace's own account?
select workspace, currency, day, rate, version
from exchange_rates final
