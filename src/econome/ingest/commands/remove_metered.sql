-- Remove what metrics told of a project.
delete from metered
where workspace = {workspace:UUID} and project = {project:UUID}
