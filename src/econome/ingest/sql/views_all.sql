-- Which views were saved, in every workspace?
select workspace, id, page, name, query, projects, created_at, modified_at, version
from views final
order by workspace, id
