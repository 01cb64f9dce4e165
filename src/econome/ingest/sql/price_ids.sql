-- Which prices are stored already?
select distinct id
from prices
