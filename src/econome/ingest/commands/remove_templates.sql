-- Remove the templates that were found in a project.
delete from templates
where workspace = {workspace:UUID} and project = {project:UUID}
